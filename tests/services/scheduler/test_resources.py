"""AWS::Scheduler::Schedule and ScheduleGroup, as CloudFormation makes, updates and deletes them."""

from __future__ import annotations

import pytest

from cloudchamber.aws import Call, Context, Logical, Trace
from cloudchamber.services.scheduler import SERVICE

LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "Nightly", "ABCDEFGHIJKL"
)


@pytest.fixture
def made(cloud):
    """Runs a function of a resource type as CloudFormation does: `await made("AWS::...", "create", ...)`."""

    async def run(type_name, step, *words):
        call = Call(
            "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        ctx = Context(cloud.cloud, call, Trace("root", "parent"), "request")
        cloud.clock.hold()
        try:
            return await getattr(SERVICE.resources[type_name], step)(ctx, *words)
        finally:
            cloud.clock.release()

    return run


async def test_a_schedule_in_a_group_is_made_changed_and_deleted(room, made):
    group = await made("AWS::Scheduler::ScheduleGroup", "create", {"Name": "g"}, LOGICAL)
    assert group.attributes["Arn"] == "arn:aws:scheduler:us-east-1:123456789012:schedule-group/g"
    old = {
        "GroupName": group.physical_id,
        "ScheduleExpression": "rate(1 hour)",
        "StartDate": "2026-01-01T01:00:00Z",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": "5"},
        "Target": {
            "Arn": await room.queue(),
            "RoleArn": "arn:aws:iam::123456789012:role/x",
            "RetryPolicy": {"MaximumRetryAttempts": "3"},
        },
    }
    schedule = await made("AWS::Scheduler::Schedule", "create", old, LOGICAL)
    name = schedule.physical_id
    assert name == "shop-Nightly-ABCDEFGHIJKL"
    assert schedule.attributes["Arn"].endswith(f":schedule/g/{name}")
    shown = await room.do("GetSchedule", Name=name, GroupName="g")
    assert shown["StartDate"] == 1767229200
    assert shown["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 5
    assert shown["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 3
    new = old | {"State": "DISABLED", "FlexibleTimeWindow": {"Mode": "OFF"}}
    await made("AWS::Scheduler::Schedule", "update", name, new, old)
    assert (await room.do("GetSchedule", Name=name, GroupName="g"))["State"] == "DISABLED"
    for _ in range(2):
        await made("AWS::Scheduler::Schedule", "delete", name, new)
    assert (await room.do("ListSchedules"))["Schedules"] == []
    for _ in range(2):
        await made("AWS::Scheduler::ScheduleGroup", "delete", "g", {})
    assert len((await room.do("ListScheduleGroups"))["ScheduleGroups"]) == 1

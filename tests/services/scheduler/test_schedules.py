"""Schedules and groups: made once, shown, listed, changed, deleted."""

from __future__ import annotations

import pytest

ROLE = "arn:aws:iam::123456789012:role/scheduler"


async def test_a_schedule_is_shown_with_its_defaults(room):
    arn = await room.queue()
    made = await room.schedule("rate(1 hour)", arn, StartDate=1767229200)
    assert made["ScheduleArn"] == "arn:aws:scheduler:us-east-1:123456789012:schedule/default/sch"
    assert await room.do("GetSchedule", Name="sch") == {
        "Arn": made["ScheduleArn"],
        "Name": "sch",
        "GroupName": "default",
        "State": "ENABLED",
        "CreationDate": 1767225600,
        "LastModificationDate": 1767225600,
        "ScheduleExpression": "rate(1 hour)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "NONE",
        "StartDate": 1767229200,
        "Target": {
            "Arn": arn,
            "RoleArn": ROLE,
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    }


async def test_an_update_replaces_everything_but_the_creation(room):
    arn = await room.queue()
    await room.schedule("rate(1 hour)", arn, Description="old", EndDate=1798761600)
    await room.clock.advance(60_000)
    await room.schedule("rate(2 hours)", arn, operation="UpdateSchedule")
    shown = await room.do("GetSchedule", Name="sch")
    assert shown["ScheduleExpression"] == "rate(2 hours)"
    assert "Description" not in shown
    assert "EndDate" not in shown
    assert (shown["CreationDate"], shown["LastModificationDate"]) == (1767225600, 1767225660)


async def test_a_name_is_used_once_in_a_group_unless_the_client_token_tells_a_repetition(room, error_of):
    arn = await room.queue()
    first = await room.schedule("rate(1 hour)", arn, ClientToken="t")
    assert await room.schedule("rate(1 hour)", arn, ClientToken="t") == first
    for members in ({"ClientToken": "u"}, {"ClientToken": "t", "Description": "other"}, {}):
        error = await error_of(room.schedule("rate(1 hour)", arn, **members))
        assert (error.code, error.message) == ("ConflictException", "Schedule sch already exists.")
    await room.do("CreateScheduleGroup", Name="g")
    other = await room.schedule("rate(1 hour)", arn, GroupName="g")
    assert other["ScheduleArn"].endswith("schedule/g/sch")


@pytest.mark.parametrize("operation", ["GetSchedule", "DeleteSchedule"])
async def test_what_does_not_exist_is_named(room, error_of, operation):
    error = await error_of(room.do(operation, Name="none"))
    assert (error.code, error.message) == ("ResourceNotFoundException", "Schedule none does not exist.")
    error = await error_of(room.do(operation, Name="none", GroupName="g"))
    assert error.message == "Schedule group g does not exist."


async def test_a_group_takes_its_schedules_along(room, error_of):
    arn = await room.queue()
    await room.do("CreateScheduleGroup", Name="g")
    await room.schedule("rate(1 minute)", arn, GroupName="g")
    await room.messages()
    await room.do("DeleteScheduleGroup", Name="g")
    await room.clock.advance(600_000)
    assert await room.bodies() == []
    assert (await error_of(room.do("GetScheduleGroup", Name="g"))).code == "ResourceNotFoundException"
    assert (await error_of(room.do("DeleteScheduleGroup", Name="default"))).code == "ValidationException"


async def test_groups_are_made_once_and_listed_with_the_default_one(room, error_of):
    made = await room.do("CreateScheduleGroup", Name="g", ClientToken="t")
    assert await room.do("CreateScheduleGroup", Name="g", ClientToken="t") == made
    error = await error_of(room.do("CreateScheduleGroup", Name="g"))
    assert (error.code, error.message) == ("ConflictException", "Schedule group g already exists.")
    page = await room.do("ListScheduleGroups", MaxResults=1)
    rest = await room.do("ListScheduleGroups", NextToken=page["NextToken"])
    assert [each["Name"] for each in page["ScheduleGroups"] + rest["ScheduleGroups"]] == ["default", "g"]
    assert "NextToken" not in rest


async def test_schedules_are_listed_by_group_prefix_and_state(room):
    arn = await room.queue()
    await room.do("CreateScheduleGroup", Name="g")
    await room.schedule("rate(1 hour)", arn, "a1", GroupName="g")
    await room.schedule("rate(1 hour)", arn, "a2", State="DISABLED")
    await room.schedule("rate(1 hour)", arn, "b1")

    async def names(**members):
        return [each["Name"] for each in (await room.do("ListSchedules", **members))["Schedules"]]

    assert await names() == ["a2", "b1", "a1"]
    assert await names(GroupName="g") == ["a1"]
    assert await names(NamePrefix="a") == ["a2", "a1"]
    assert await names(State="DISABLED") == ["a2"]
    page = await room.do("ListSchedules", MaxResults=2)
    assert await names(NextToken=page["NextToken"]) == ["a1"]
    assert page["Schedules"][0]["Target"] == {"Arn": arn}


async def test_groups_are_tagged(room):
    made = await room.do("CreateScheduleGroup", Name="g", Tags=[{"Key": "a", "Value": "1"}])
    resource = {"ResourceArn": made["ScheduleGroupArn"]}
    await room.do("TagResource", **resource, Tags=[{"Key": "b", "Value": "2"}])
    await room.do("UntagResource", **resource, TagKeys=["a"])
    assert await room.do("ListTagsForResource", **resource) == {"Tags": [{"Key": "b", "Value": "2"}]}

"""AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags, tag_list, tags_of

Properties = dict[str, Any]

_TEXTS = (
    "Description",
    "GroupName",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "State",
)


def _schedule(properties: Properties) -> Properties:
    """A schedule as CreateSchedule takes it: numbers may be texts in a template, instants are."""
    request: Properties = {name: properties[name] for name in _TEXTS if properties.get(name)}
    for name in ("StartDate", "EndDate"):
        if properties.get(name):
            request[name] = datetime.fromisoformat(properties[name]).timestamp()
    window, target = dict(properties["FlexibleTimeWindow"]), dict(properties["Target"])
    if "MaximumWindowInMinutes" in window:
        window["MaximumWindowInMinutes"] = int(window["MaximumWindowInMinutes"])
    if target.get("RetryPolicy"):
        target["RetryPolicy"] = {name: int(value) for name, value in target["RetryPolicy"].items()}
    return request | {"FlexibleTimeWindow": window, "Target": target}


async def _create_schedule(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    answer = await ctx.call("scheduler", "CreateSchedule", _schedule(properties) | {"Name": name})
    return Made(name, {"Arn": answer["ScheduleArn"]})


async def _update_schedule(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    answer = await ctx.call("scheduler", "UpdateSchedule", _schedule(properties) | {"Name": name})
    return Made(name, {"Arn": answer["ScheduleArn"]})


async def _delete(ctx: Context, operation: str, request: Properties) -> None:
    try:
        await ctx.call("scheduler", operation, request)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


async def _delete_schedule(ctx: Context, name: str, properties: Properties) -> None:
    group = {"GroupName": properties["GroupName"]} if properties.get("GroupName") else {}
    await _delete(ctx, "DeleteSchedule", {"Name": name} | group)


async def _create_group(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    request: Properties = {"Name": name}
    if properties.get("Tags"):
        request["Tags"] = properties["Tags"]
    await ctx.call("scheduler", "CreateScheduleGroup", request)
    return await _group_made(ctx, name)


async def _group_made(ctx: Context, name: str) -> Made:
    group = await ctx.call("scheduler", "GetScheduleGroup", {"Name": name})
    attributes = {each: group[each] for each in ("Arn", "State")}
    attributes |= {each: str(group[each]) for each in ("CreationDate", "LastModificationDate")}
    return Made(name, attributes)


async def _update_group(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    arn = ctx.arn(f"schedule-group/{name}", service="scheduler")
    to_set, to_remove = changed_tags(tags_of(old), tags_of(properties))
    if to_remove:
        await ctx.call("scheduler", "UntagResource", {"ResourceArn": arn, "TagKeys": to_remove})
    if to_set:
        await ctx.call("scheduler", "TagResource", {"ResourceArn": arn, "Tags": tag_list(to_set)})
    return await _group_made(ctx, name)


async def _delete_group(ctx: Context, name: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteScheduleGroup", {"Name": name})


RESOURCES = {
    "AWS::Scheduler::Schedule": ResourceType(
        create=_create_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::Scheduler::ScheduleGroup": ResourceType(
        create=_create_group,
        update=_update_group,
        delete=_delete_group,
        replaced_by=frozenset({"Name"}),
    ),
}

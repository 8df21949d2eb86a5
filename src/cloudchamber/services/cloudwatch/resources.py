"""AWS::CloudWatch::Alarm, AWS::CloudWatch::CompositeAlarm and AWS::CloudWatch::Dashboard.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags, tag_list, tags_of

Properties = dict[str, Any]

_INTEGERS = (
    "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod", "DatapointsToAlarm", "EvaluationInterval",
    "EvaluationPeriods", "Period",
)  # fmt: skip


def _alarm(properties: Properties) -> Properties:
    """An alarm as its operation takes it: numbers and truths may be texts in a template."""
    request = {name: value for name, value in properties.items() if value not in (None, "")}
    for name in _INTEGERS:
        if name in request:
            request[name] = int(request[name])
    if "Threshold" in request:
        request["Threshold"] = float(request["Threshold"])
    if "ActionsEnabled" in request:
        request["ActionsEnabled"] = _truth(request["ActionsEnabled"])
    if "Metrics" in request:
        request["Metrics"] = [_query(query) for query in request["Metrics"]]
    return request


def _query(query: Properties) -> Properties:
    query = dict(query)
    if "Period" in query:
        query["Period"] = int(query["Period"])
    if "ReturnData" in query:
        query["ReturnData"] = _truth(query["ReturnData"])
    if query.get("MetricStat"):
        query["MetricStat"] = query["MetricStat"] | {"Period": int(query["MetricStat"]["Period"])}
    return query


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


async def _put_alarm(ctx: Context, operation: str, name: str, properties: Properties) -> Made:
    await ctx.call("cloudwatch", operation, _alarm(properties) | {"AlarmName": name})
    return Made(name, {"Arn": _arn(ctx, name)})


def _arn(ctx: Context, name: str) -> str:
    return ctx.arn(f"alarm:{name}", service="cloudwatch")


def _alarm_type(operation: str) -> ResourceType:
    """The type of metric alarms, or of composite ones, by the operation that puts them."""

    async def create(ctx: Context, properties: Properties, logical: Logical) -> Made:
        name = properties.get("AlarmName") or logical.name(255)
        return await _put_alarm(ctx, operation, name, properties)

    async def update(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
        made = await _put_alarm(ctx, operation, name, properties)
        to_set, to_remove = changed_tags(tags_of(old), tags_of(properties))
        if to_remove:
            await ctx.call(
                "cloudwatch", "UntagResource", {"ResourceARN": _arn(ctx, name), "TagKeys": to_remove}
            )
        if to_set:
            request = {"ResourceARN": _arn(ctx, name), "Tags": tag_list(to_set)}
            await ctx.call("cloudwatch", "TagResource", request)
        return made

    return ResourceType(
        create=create, update=update, delete=_delete_alarm, replaced_by=frozenset({"AlarmName"})
    )


async def _delete_alarm(ctx: Context, name: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteAlarms", {"AlarmNames": [name]})


async def _delete(ctx: Context, operation: str, request: Properties) -> None:
    try:
        await ctx.call("cloudwatch", operation, request)
    except AwsError as error:
        if error.code not in ("ResourceNotFound", "DashboardNotFoundError"):
            raise


async def _create_dashboard(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _put_dashboard(ctx, properties.get("DashboardName") or logical.name(255), properties)


async def _update_dashboard(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    return await _put_dashboard(ctx, name, properties)


async def _put_dashboard(ctx: Context, name: str, properties: Properties) -> Made:
    request = {"DashboardName": name, "DashboardBody": properties["DashboardBody"]}
    await ctx.call("cloudwatch", "PutDashboard", request)
    return Made(name)


async def _delete_dashboard(ctx: Context, name: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteDashboards", {"DashboardNames": [name]})


RESOURCES = {
    "AWS::CloudWatch::Alarm": _alarm_type("PutMetricAlarm"),
    "AWS::CloudWatch::CompositeAlarm": _alarm_type("PutCompositeAlarm"),
    "AWS::CloudWatch::Dashboard": ResourceType(
        create=_create_dashboard,
        update=_update_dashboard,
        delete=_delete_dashboard,
        replaced_by=frozenset({"DashboardName"}),
    ),
}

"""AWS::Logs::LogGroup, LogStream, MetricFilter, SubscriptionFilter and ResourcePolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.aws.tags import changed_tags, tags_of

Properties = dict[str, Any]


async def _gone_is_fine(ctx: Context, operation: str, request: dict[str, Any]) -> None:
    try:
        await ctx.call("logs", operation, request)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _flag(value: Any) -> bool:
    return str(value).lower() == "true"


def _lower_first(value: Any) -> Any:
    """Properties as the API spells them: CloudFormation capitalises members."""
    if isinstance(value, dict):
        named: dict[str, Any] = value
        return {key[:1].lower() + key[1:]: _lower_first(item) for key, item in named.items()}
    if isinstance(value, list):
        items: list[Any] = value
        return [_lower_first(item) for item in items]
    return value


# -- log groups


async def _create_group(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("LogGroupName") or logical.name(512)
    request: dict[str, Any] = {"logGroupName": name}
    if tags_of(properties):
        request["tags"] = tags_of(properties)
    for member, wire in (("KmsKeyId", "kmsKeyId"), ("LogGroupClass", "logGroupClass")):
        if properties.get(member):
            request[wire] = properties[member]
    request["deletionProtectionEnabled"] = _flag(properties.get("DeletionProtectionEnabled"))
    await ctx.call("logs", "CreateLogGroup", request)
    await _set_retention(ctx, name, properties, {})
    return _made_group(ctx, name)


async def _set_retention(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    days = properties.get("RetentionInDays")
    if days:
        request = {"logGroupName": name, "retentionInDays": int(days)}
        await ctx.call("logs", "PutRetentionPolicy", request)
    elif old.get("RetentionInDays"):
        await ctx.call("logs", "DeleteRetentionPolicy", {"logGroupName": name})


def _made_group(ctx: Context, name: str) -> Made:
    return Made(name, {"Arn": ctx.arn(f"log-group:{name}:*", service="logs")})


async def _update_group(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _set_retention(ctx, name, properties, old)
    key = properties.get("KmsKeyId")
    if key:
        await ctx.call("logs", "AssociateKmsKey", {"logGroupName": name, "kmsKeyId": key})
    elif old.get("KmsKeyId"):
        await ctx.call("logs", "DisassociateKmsKey", {"logGroupName": name})
    to_set, to_remove = changed_tags(tags_of(old), tags_of(properties))
    if to_remove:
        await ctx.call("logs", "UntagLogGroup", {"logGroupName": name, "tags": to_remove})
    if to_set:
        await ctx.call("logs", "TagLogGroup", {"logGroupName": name, "tags": to_set})
    protected = _flag(properties.get("DeletionProtectionEnabled"))
    if protected != _flag(old.get("DeletionProtectionEnabled")):
        request = {"logGroupIdentifier": name, "deletionProtectionEnabled": protected}
        await ctx.call("logs", "PutLogGroupDeletionProtection", request)
    return _made_group(ctx, name)


async def _delete_group(ctx: Context, name: str, properties: Properties) -> None:
    await _gone_is_fine(ctx, "DeleteLogGroup", {"logGroupName": name})


# -- log streams


async def _create_stream(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("LogStreamName") or logical.name(512)
    request = {"logGroupName": properties["LogGroupName"], "logStreamName": name}
    await ctx.call("logs", "CreateLogStream", request)
    return Made(name)


async def _delete_stream(ctx: Context, name: str, properties: Properties) -> None:
    request = {"logGroupName": properties["LogGroupName"], "logStreamName": name}
    await _gone_is_fine(ctx, "DeleteLogStream", request)


# -- filters


async def _put_metric_filter(ctx: Context, name: str, properties: Properties) -> Made:
    transformations = [_transformation(item) for item in properties["MetricTransformations"]]
    request: dict[str, Any] = {
        "logGroupName": properties["LogGroupName"],
        "filterName": name,
        "filterPattern": properties["FilterPattern"],
        "metricTransformations": transformations,
    }
    await ctx.call("logs", "PutMetricFilter", request)
    return Made(name)


def _transformation(properties: Properties) -> dict[str, Any]:
    made = _lower_first({key: value for key, value in properties.items() if key != "Dimensions"})
    if "Dimensions" in properties:
        made["dimensions"] = {item["Key"]: item["Value"] for item in properties["Dimensions"]}
    if "defaultValue" in made:
        made["defaultValue"] = float(made["defaultValue"])
    return made | {"metricValue": str(made["metricValue"])}


async def _create_metric_filter(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _put_metric_filter(ctx, properties.get("FilterName") or logical.name(512), properties)


async def _update_metric_filter(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    return await _put_metric_filter(ctx, name, properties)


async def _delete_metric_filter(ctx: Context, name: str, properties: Properties) -> None:
    request = {"logGroupName": properties["LogGroupName"], "filterName": name}
    await _gone_is_fine(ctx, "DeleteMetricFilter", request)


async def _put_subscription(ctx: Context, name: str, properties: Properties) -> Made:
    request = _lower_first({key: value for key, value in properties.items() if key != "FilterName"})
    await ctx.call("logs", "PutSubscriptionFilter", request | {"filterName": name})
    return Made(name)


async def _create_subscription(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _put_subscription(ctx, properties.get("FilterName") or logical.name(512), properties)


async def _update_subscription(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    return await _put_subscription(ctx, name, properties)


async def _delete_subscription(ctx: Context, name: str, properties: Properties) -> None:
    request = {"logGroupName": properties["LogGroupName"], "filterName": name}
    await _gone_is_fine(ctx, "DeleteSubscriptionFilter", request)


# -- resource policies


async def _create_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _update_policy(ctx, properties["PolicyName"], properties, {})


async def _update_policy(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    request = {"policyName": name, "policyDocument": _text(properties["PolicyDocument"])}
    await ctx.call("logs", "PutResourcePolicy", request)
    return Made(name)


async def _delete_policy(ctx: Context, name: str, properties: Properties) -> None:
    await _gone_is_fine(ctx, "DeleteResourcePolicy", {"policyName": name})


RESOURCES = {
    "AWS::Logs::LogGroup": ResourceType(
        create=_create_group,
        update=_update_group,
        delete=_delete_group,
        replaced_by=frozenset({"LogGroupName", "LogGroupClass"}),
    ),
    "AWS::Logs::LogStream": ResourceType(
        create=_create_stream,
        delete=_delete_stream,
        replaced_by=frozenset({"LogGroupName", "LogStreamName"}),
    ),
    "AWS::Logs::MetricFilter": ResourceType(
        create=_create_metric_filter,
        update=_update_metric_filter,
        delete=_delete_metric_filter,
        replaced_by=frozenset({"FilterName", "LogGroupName"}),
    ),
    "AWS::Logs::ResourcePolicy": ResourceType(
        create=_create_policy,
        update=_update_policy,
        delete=_delete_policy,
        replaced_by=frozenset({"PolicyName"}),
    ),
    "AWS::Logs::SubscriptionFilter": ResourceType(
        create=_create_subscription,
        update=_update_subscription,
        delete=_delete_subscription,
        replaced_by=frozenset({"FilterName", "LogGroupName"}),
    ),
}

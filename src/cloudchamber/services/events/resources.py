"""AWS::Events::Rule, EventBus, EventBusPolicy, Archive, Connection, ApiDestination and Endpoint.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]

_GONE = ("ResourceNotFoundException",)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _bus(properties: Properties) -> dict[str, str]:
    return {"EventBusName": properties["EventBusName"]} if properties.get("EventBusName") else {}


def _physical_id(properties: Properties, name: str) -> str:
    """A rule of another bus than the default one is `bus|rule`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    """
    bus = str(properties.get("EventBusName") or "default").rpartition("/")[2]
    return name if bus == "default" else f"{bus}|{name}"


def _target(target: dict[str, Any]) -> dict[str, Any]:
    """A target as PutTargets takes it: its numbers may be texts in a template."""
    if "RetryPolicy" not in target:
        return target
    return target | {"RetryPolicy": {name: int(value) for name, value in target["RetryPolicy"].items()}}


async def _put_rule(ctx: Context, name: str, properties: Properties) -> Made:
    request = {"Name": name} | _bus(properties)
    for member in ("Description", "RoleArn", "ScheduleExpression", "State", "Tags"):
        if properties.get(member):
            request[member] = properties[member]
    if properties.get("EventPattern"):
        request["EventPattern"] = _text(properties["EventPattern"])
    arn = (await ctx.call("events", "PutRule", request))["RuleArn"]
    if properties.get("Targets"):
        targets = [_target(target) for target in properties["Targets"]]
        await ctx.call("events", "PutTargets", {"Rule": name, "Targets": targets} | _bus(properties))
    return Made(_physical_id(properties, name), {"Arn": arn})


async def _create_rule(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _put_rule(ctx, properties.get("Name") or logical.name(64), properties)


async def _update_rule(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    name = physical_id.rpartition("|")[2]
    kept = {target["Id"] for target in properties.get("Targets") or []}
    gone = [target["Id"] for target in old.get("Targets") or [] if target["Id"] not in kept]
    if gone:
        await ctx.call("events", "RemoveTargets", {"Rule": name, "Ids": gone} | _bus(properties))
    made = await _put_rule(ctx, name, properties)
    await _update_tags(ctx, made.attributes["Arn"], properties, old)
    return made


async def _update_tags(ctx: Context, arn: str, properties: Properties, old: Properties) -> None:
    tags, before = properties.get("Tags") or [], old.get("Tags") or []
    gone = sorted({tag["Key"] for tag in before} - {tag["Key"] for tag in tags})
    if gone:
        await ctx.call("events", "UntagResource", {"ResourceARN": arn, "TagKeys": gone})
    if tags and tags != before:
        await ctx.call("events", "TagResource", {"ResourceARN": arn, "Tags": tags})


async def _delete_rule(ctx: Context, physical_id: str, properties: Properties) -> None:
    name = physical_id.rpartition("|")[2]
    ids = [target["Id"] for target in properties.get("Targets") or []]
    try:
        if ids:
            await ctx.call("events", "RemoveTargets", {"Rule": name, "Ids": ids} | _bus(properties))
        await ctx.call("events", "DeleteRule", {"Name": name} | _bus(properties))
    except AwsError as error:
        if error.code not in _GONE:
            raise


async def _create_bus(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {"Name": properties["Name"]} | _bus_settings(properties)
    for member in ("EventSourceName", "Tags"):
        if properties.get(member):
            request[member] = properties[member]
    arn = (await ctx.call("events", "CreateEventBus", request))["EventBusArn"]
    return await _with_policy(ctx, arn, properties, {})


def _bus_settings(properties: Properties) -> dict[str, Any]:
    members = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
    return {member: properties[member] for member in members if properties.get(member)}


async def _with_policy(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    name = properties["Name"]
    if properties.get("Policy"):
        request = {"EventBusName": name, "Policy": _text(properties["Policy"])}
        await ctx.call("events", "PutPermission", request)
    elif old.get("Policy"):
        await ctx.call("events", "RemovePermission", {"EventBusName": name, "RemoveAllPermissions": True})
    return Made(name, {"Arn": arn, "Name": name, "Policy": _text(properties.get("Policy") or "")})


async def _update_bus(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    request = {"Name": physical_id, "Description": ""} | _bus_settings(properties)
    arn = (await ctx.call("events", "UpdateEventBus", request))["Arn"]
    await _update_tags(ctx, arn, properties, old)
    return await _with_policy(ctx, arn, properties, old)


async def _delete_bus(ctx: Context, physical_id: str, properties: Properties) -> None:
    await ctx.call("events", "DeleteEventBus", {"Name": physical_id})


async def _put_bus_policy(ctx: Context, properties: Properties) -> None:
    """One statement of a bus's policy, whole or by its parts."""
    sid = properties["StatementId"]
    if not properties.get("Statement"):
        members = ("Action", "Principal", "Condition")
        parts = {name: properties[name] for name in members if properties.get(name)}
        await ctx.call("events", "PutPermission", {"StatementId": sid} | parts | _bus(properties))
        return
    bus = await ctx.call("events", "DescribeEventBus", {"Name": properties.get("EventBusName") or "default"})
    policy = msgspec.json.decode(bus.get("Policy") or '{"Version":"2012-10-17","Statement":[]}')
    others = [each for each in policy["Statement"] if each.get("Sid") != sid]
    policy["Statement"] = [*others, properties["Statement"] | {"Sid": sid}]
    await ctx.call("events", "PutPermission", {"Policy": _text(policy)} | _bus(properties))


async def _create_bus_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _put_bus_policy(ctx, properties)
    return Made(logical.name())


async def _update_bus_policy(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    await _put_bus_policy(ctx, properties)
    return Made(physical_id)


async def _delete_bus_policy(ctx: Context, physical_id: str, properties: Properties) -> None:
    request = {"StatementId": properties["StatementId"]} | _bus(properties)
    try:
        await ctx.call("events", "RemovePermission", request)
    except AwsError as error:
        if error.code not in _GONE:
            raise


def _archive(properties: Properties) -> Properties:
    request: Properties = {}
    for member in ("Description", "KmsKeyIdentifier"):
        if properties.get(member):
            request[member] = properties[member]
    if properties.get("EventPattern"):
        request["EventPattern"] = _text(properties["EventPattern"])
    if "RetentionDays" in properties:
        request["RetentionDays"] = int(properties["RetentionDays"])
    return request


async def _create_archive(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("ArchiveName") or logical.name(48)
    request = {"ArchiveName": name, "EventSourceArn": properties["SourceArn"]} | _archive(properties)
    arn = (await ctx.call("events", "CreateArchive", request))["ArchiveArn"]
    return Made(name, {"Arn": arn, "ArchiveName": name})


async def _update_archive(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    removed = {"Description": "", "EventPattern": "", "RetentionDays": 0}
    request = {"ArchiveName": name} | {member: removed[member] for member in removed if member in old}
    arn = (await ctx.call("events", "UpdateArchive", request | _archive(properties)))["ArchiveArn"]
    return Made(name, {"Arn": arn, "ArchiveName": name})


async def _delete_archive(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("events", "DeleteArchive", {"ArchiveName": name})
    except AwsError as error:
        if error.code not in _GONE:
            raise


_FLAGS = ("IsValueSecret",)


def _with_flags(value: Any) -> Any:
    """Parameters as CreateConnection takes them: their flags may be texts in a template."""
    if isinstance(value, list):
        return [_with_flags(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("Properties", value)
    return {
        name: str(each).lower() == "true" if name in _FLAGS else _with_flags(each)
        for name, each in members.items()
    }


def _connection(name: str, properties: Properties) -> Properties:
    members = ("AuthorizationType", "Description", "InvocationConnectivityParameters", "KmsKeyIdentifier")
    request = {member: properties[member] for member in members if properties.get(member)}
    if properties.get("AuthParameters"):
        request["AuthParameters"] = _with_flags(properties["AuthParameters"])
    return {"Name": name} | request


async def _made_connection(ctx: Context, name: str) -> Made:
    """A connection once it is authorized; one whose credentials are refused fails its resource."""
    outcome = await ctx.call("events", "await_connection", {"Connection": name})
    if outcome["State"] != "AUTHORIZED":
        raise AwsError(
            "NotStabilized",
            f"Resource of type 'AWS::Events::Connection' with identifier '{name}' did not stabilize. "
            f"Status Reason is {outcome['Reason']}",
            status=400,
        )
    known = await ctx.call("events", "DescribeConnection", {"Name": name})
    arn = known["ConnectionArn"]
    attributes = {"Arn": arn, "ArnForPolicy": arn.rpartition("/")[0], "SecretArn": known["SecretArn"]}
    return Made(name, attributes)


async def _create_connection(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    await ctx.call("events", "CreateConnection", _connection(name, properties))
    try:
        return await _made_connection(ctx, name)
    except AwsError:
        await _delete_connection(ctx, name, properties)
        raise


async def _update_connection(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    removed = {"Description": "", "KmsKeyIdentifier": ""}
    request = {member: removed[member] for member in removed if member in old}
    await ctx.call("events", "UpdateConnection", request | _connection(name, properties))
    return await _made_connection(ctx, name)


async def _delete_connection(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("events", "DeleteConnection", {"Name": name})
    except AwsError as error:
        if error.code not in _GONE:
            raise


def _destination(name: str, properties: Properties) -> Properties:
    members = ("ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint")
    request = {member: properties[member] for member in members if properties.get(member)}
    if "InvocationRateLimitPerSecond" in properties:
        request["InvocationRateLimitPerSecond"] = int(properties["InvocationRateLimitPerSecond"])
    return {"Name": name} | request


def _made_destination(name: str, arn: str) -> Made:
    return Made(name, {"Arn": arn, "ArnForPolicy": arn.rpartition("/")[0]})


async def _create_destination(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    made = await ctx.call("events", "CreateApiDestination", _destination(name, properties))
    return _made_destination(name, made["ApiDestinationArn"])


async def _update_destination(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    request = {"Description": ""} if "Description" in old else {}
    made = await ctx.call("events", "UpdateApiDestination", request | _destination(name, properties))
    return _made_destination(name, made["ApiDestinationArn"])


async def _delete_destination(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("events", "DeleteApiDestination", {"Name": name})
    except AwsError as error:
        if error.code not in _GONE:
            raise


_ENDPOINT = ("Description", "EventBuses", "ReplicationConfig", "RoleArn", "RoutingConfig")


async def _made_endpoint(ctx: Context, name: str) -> Made:
    known = await ctx.call("events", "DescribeEndpoint", {"Name": name})
    return Made(name, {member: known[member] for member in ("Arn", "EndpointId", "EndpointUrl", "State")})


async def _create_endpoint(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(64)
    request = {member: properties[member] for member in _ENDPOINT if member in properties}
    await ctx.call("events", "CreateEndpoint", {"Name": name} | request)
    return await _made_endpoint(ctx, name)


async def _update_endpoint(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    removed = {"Description": "", "ReplicationConfig": {"State": "ENABLED"}}
    request = {member: removed[member] for member in removed if member in old}
    request |= {member: properties[member] for member in _ENDPOINT if member in properties}
    await ctx.call("events", "UpdateEndpoint", {"Name": name} | request)
    return await _made_endpoint(ctx, name)


async def _delete_endpoint(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("events", "DeleteEndpoint", {"Name": name})
    except AwsError as error:
        if error.code not in _GONE:
            raise


RESOURCES = {
    "AWS::Events::ApiDestination": ResourceType(
        create=_create_destination,
        update=_update_destination,
        delete=_delete_destination,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::Events::Archive": ResourceType(
        create=_create_archive,
        update=_update_archive,
        delete=_delete_archive,
        replaced_by=frozenset({"ArchiveName", "SourceArn"}),
    ),
    "AWS::Events::Connection": ResourceType(
        create=_create_connection,
        update=_update_connection,
        delete=_delete_connection,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::Events::Endpoint": ResourceType(
        create=_create_endpoint,
        update=_update_endpoint,
        delete=_delete_endpoint,
        replaced_by=frozenset({"Name"}),
    ),
    "AWS::Events::EventBus": ResourceType(
        create=_create_bus,
        update=_update_bus,
        delete=_delete_bus,
        replaced_by=frozenset({"EventSourceName", "Name"}),
    ),
    "AWS::Events::EventBusPolicy": ResourceType(
        create=_create_bus_policy,
        update=_update_bus_policy,
        delete=_delete_bus_policy,
        replaced_by=frozenset({"EventBusName", "StatementId"}),
    ),
    "AWS::Events::Rule": ResourceType(
        create=_create_rule,
        update=_update_rule,
        delete=_delete_rule,
        replaced_by=frozenset({"EventBusName", "Name"}),
    ),
}

"""AWS::EventSchemas::Registry, Schema, Discoverer and RegistryPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EventSchemas.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


async def _retag(ctx: Context, arn: str, properties: Properties, old: Properties) -> None:
    before, after = _tags(old), _tags(properties)
    gone = sorted(set(before) - set(after))
    if gone:
        await ctx.call("schemas", "UntagResource", {"ResourceArn": arn, "TagKeys": gone})
    if after and after != before:
        await ctx.call("schemas", "TagResource", {"ResourceArn": arn, "Tags": after})


async def _delete(ctx: Context, operation: str, request: Properties) -> None:
    try:
        await ctx.call("schemas", operation, request)
    except AwsError as error:
        if error.code != "NotFoundException":
            raise


def _named(arn: str) -> list[str]:
    """The names behind the kind of resource in an ARN."""
    return arn.split(":", 5)[5].split("/")[1:]


def _registry(answer: Properties) -> Made:
    arn, name = answer["RegistryArn"], answer["RegistryName"]
    return Made(arn, {"RegistryArn": arn, "RegistryName": name})


async def _create_registry(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {
        "RegistryName": properties.get("RegistryName") or logical.name(64),
        "Description": properties.get("Description") or "",
        "Tags": _tags(properties),
    }
    return _registry(await ctx.call("schemas", "CreateRegistry", request))


async def _update_registry(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    request = {"RegistryName": _named(arn)[0], "Description": properties.get("Description") or ""}
    answer = await ctx.call("schemas", "UpdateRegistry", request)
    await _retag(ctx, arn, properties, old)
    return _registry(answer)


async def _delete_registry(ctx: Context, arn: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteRegistry", {"RegistryName": _named(arn)[0]})


def _schema(answer: Properties) -> Made:
    names = ("SchemaArn", "SchemaName", "SchemaVersion")
    attributes = {name: answer[name] for name in names}
    attributes |= {name: str(answer[name]) for name in ("LastModified", "VersionCreatedDate")}
    return Made(answer["SchemaArn"], attributes)


async def _create_schema(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {
        "RegistryName": properties["RegistryName"],
        "SchemaName": properties.get("SchemaName") or logical.name(385),
        "Type": properties["Type"],
        "Content": properties["Content"],
        "Description": properties.get("Description") or "",
        "Tags": _tags(properties),
    }
    return _schema(await ctx.call("schemas", "CreateSchema", request))


async def _update_schema(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    registry, name = _named(arn)
    request = {
        "RegistryName": registry,
        "SchemaName": name,
        "Type": properties["Type"],
        "Content": properties["Content"],
        "Description": properties.get("Description") or "",
    }
    answer = await ctx.call("schemas", "UpdateSchema", request)
    await _retag(ctx, arn, properties, old)
    return _schema(answer)


async def _delete_schema(ctx: Context, arn: str, properties: Properties) -> None:
    registry, name = _named(arn)
    await _delete(ctx, "DeleteSchema", {"RegistryName": registry, "SchemaName": name})


def _discoverer(answer: Properties) -> Made:
    attributes = {
        "CrossAccount": answer["CrossAccount"],
        "DiscovererArn": answer["DiscovererArn"],
        "DiscovererId": answer["DiscovererId"],
        "State": answer["State"],
    }
    return Made(answer["DiscovererArn"], attributes)


def _discovering(properties: Properties) -> Properties:
    crossing = str(properties.get("CrossAccount", True)).lower() == "true"
    return {"Description": properties.get("Description") or "", "CrossAccount": crossing}


async def _create_discoverer(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = {"SourceArn": properties["SourceArn"], "Tags": _tags(properties)}
    return _discoverer(await ctx.call("schemas", "CreateDiscoverer", request | _discovering(properties)))


async def _update_discoverer(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    request = {"DiscovererId": _named(arn)[0]} | _discovering(properties)
    answer = await ctx.call("schemas", "UpdateDiscoverer", request)
    await _retag(ctx, arn, properties, old)
    return _discoverer(answer)


async def _delete_discoverer(ctx: Context, arn: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteDiscoverer", {"DiscovererId": _named(arn)[0]})


async def _put_policy(ctx: Context, properties: Properties) -> Made:
    request = {"RegistryName": properties["RegistryName"], "Policy": properties["Policy"]}
    await ctx.call("schemas", "PutResourcePolicy", request)
    arn = ctx.arn(f"registry/{properties['RegistryName']}", service="schemas")
    return Made(arn, {"Id": arn})


async def _create_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _put_policy(ctx, properties)


async def _update_policy(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    return await _put_policy(ctx, properties)


async def _delete_policy(ctx: Context, arn: str, properties: Properties) -> None:
    await _delete(ctx, "DeleteResourcePolicy", {"RegistryName": _named(arn)[0]})


RESOURCES = {
    "AWS::EventSchemas::Discoverer": ResourceType(
        create=_create_discoverer,
        update=_update_discoverer,
        delete=_delete_discoverer,
        replaced_by=frozenset({"SourceArn"}),
    ),
    "AWS::EventSchemas::Registry": ResourceType(
        create=_create_registry,
        update=_update_registry,
        delete=_delete_registry,
        replaced_by=frozenset({"RegistryName"}),
    ),
    "AWS::EventSchemas::RegistryPolicy": ResourceType(
        create=_create_policy,
        update=_update_policy,
        delete=_delete_policy,
        replaced_by=frozenset({"RegistryName"}),
    ),
    "AWS::EventSchemas::Schema": ResourceType(
        create=_create_schema,
        update=_update_schema,
        delete=_delete_schema,
        replaced_by=frozenset({"RegistryName", "SchemaName"}),
    ),
}

"""AWS::SSM::Parameter.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]
_MEMBERS = ("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type")


def _request(name: str, properties: Properties) -> dict[str, Any]:
    request = {member: properties[member] for member in _MEMBERS if properties.get(member)}
    return request | {"Name": name, "Value": str(properties["Value"])}


def _made(name: str, properties: Properties) -> Made:
    return Made(name, {"Type": properties["Type"], "Value": str(properties["Value"])})


def _tags(properties: Properties) -> dict[str, str]:
    return {key: str(value) for key, value in (properties.get("Tags") or {}).items()}


async def _create(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("Name") or logical.name(1011)
    tags = [{"Key": key, "Value": value} for key, value in _tags(properties).items()]
    await ctx.call("ssm", "PutParameter", _request(name, properties) | {"Tags": tags})
    return _made(name, properties)


async def _update(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await ctx.call("ssm", "PutParameter", _request(name, properties) | {"Overwrite": True})
    before, after = _tags(old), _tags(properties)
    who = {"ResourceType": "Parameter", "ResourceId": name}
    gone = sorted(set(before) - set(after))
    if gone:
        await ctx.call("ssm", "RemoveTagsFromResource", who | {"TagKeys": gone})
    if after and after != before:
        tags = [{"Key": key, "Value": value} for key, value in after.items()]
        await ctx.call("ssm", "AddTagsToResource", who | {"Tags": tags})
    return _made(name, properties)


async def _delete(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("ssm", "DeleteParameter", {"Name": name})
    except AwsError as error:
        if error.code != "ParameterNotFound":
            raise


RESOURCES = {
    "AWS::SSM::Parameter": ResourceType(
        create=_create, update=_update, delete=_delete, replaced_by=frozenset({"Name"})
    ),
}

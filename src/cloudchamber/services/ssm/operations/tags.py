"""Tags of parameters. https://docs.aws.amazon.com/systems-manager/latest/userguide/tagging-parameters.html"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.ssm import limits
from cloudchamber.services.ssm.errors import InvalidResourceId, InvalidResourceType, TooManyTagsError
from cloudchamber.services.ssm.model import Parameter
from cloudchamber.services.ssm.records import PARAMETERS, keep


def _parameter_in(ctx: Context, request: dict[str, Any]) -> Parameter:
    if request["ResourceType"] != "Parameter":
        raise InvalidResourceType()
    parameter = PARAMETERS.get(ctx, request["ResourceId"])
    if parameter is None:
        raise InvalidResourceId()
    return parameter


def add_tags_to_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html"""
    parameter = _parameter_in(ctx, request)
    tags = parameter.tags | {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    if len(tags) > limits.TAGS_MAX:
        raise TooManyTagsError()
    keep(ctx, parameter, tags=tags)
    return {}


def remove_tags_from_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RemoveTagsFromResource.html"""
    parameter = _parameter_in(ctx, request)
    gone = request["TagKeys"]
    keep(ctx, parameter, tags={k: v for k, v in parameter.tags.items() if k not in gone})
    return {}


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListTagsForResource.html"""
    tags = _parameter_in(ctx, request).tags
    return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

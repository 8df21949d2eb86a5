"""Tags of log groups, in both of their APIs."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.logs import limits
from cloudchamber.services.logs.errors import InvalidParameterException, TooManyTagsException
from cloudchamber.services.logs.model import LogGroup
from cloudchamber.services.logs.operations.names import group_of_arn
from cloudchamber.services.logs.records import GROUPS, group_named


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html"""
    group = group_of_arn(ctx, request["resourceArn"])
    tags = group.tags | request["tags"]
    if len(tags) > limits.TAGS_MAX:
        raise TooManyTagsException(resourceName=request["resourceArn"])
    return _set(ctx, group, tags)


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html"""
    group = group_of_arn(ctx, request["resourceArn"])
    return _set(ctx, group, _without(group, request["tagKeys"]))


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html"""
    return {"tags": group_of_arn(ctx, request["resourceArn"]).tags}


def tag_log_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html"""
    group = group_named(ctx, request["logGroupName"])
    tags = group.tags | request["tags"]
    if len(tags) > limits.TAGS_MAX:
        raise InvalidParameterException("A resource can have no more than 50 tags.")
    return _set(ctx, group, tags)


def untag_log_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html"""
    group = group_named(ctx, request["logGroupName"])
    return _set(ctx, group, _without(group, request["tags"]))


def list_tags_log_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html"""
    return {"tags": group_named(ctx, request["logGroupName"]).tags}


def _without(group: LogGroup, keys: list[str]) -> dict[str, str]:
    return {key: value for key, value in group.tags.items() if key not in keys}


def _set(ctx: Context, group: LogGroup, tags: dict[str, str]) -> dict[str, Any]:
    GROUPS.put(ctx, msgspec.structs.replace(group, tags=tags), group.name)
    return {}

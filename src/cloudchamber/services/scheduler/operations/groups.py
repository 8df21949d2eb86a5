"""Schedule groups and their tags.

A group is gone, with its schedules, when its deletion has been answered: it is never seen DELETING.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.scheduler import limits
from cloudchamber.services.scheduler.errors import (
    ConflictException,
    ServiceQuotaExceededException,
    ValidationException,
)
from cloudchamber.services.scheduler.model import DEFAULT_GROUP, Group
from cloudchamber.services.scheduler.records import GROUPS, SCHEDULES, all_groups, find_group, group_named

T = TypeVar("T")


def paged(
    request: dict[str, Any], items: Iterable[T], name_of: Callable[[T], str]
) -> tuple[list[T], dict[str, str]]:
    """The page of a list that a request asks for, and its token."""
    size = request.get("MaxResults") or limits.PER_PAGE_DEFAULT
    try:
        found, token = page(items, name_of, size, request.get("NextToken"))
    except InvalidToken:
        raise ValidationException("Invalid NextToken.") from None
    return found, {"NextToken": token} if token else {}


def _arn(ctx: Context, name: str) -> str:
    return ctx.arn(f"schedule-group/{name}")


def create_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html"""
    name, now_ms = request["Name"], ctx.now_ms
    tags = _with_tags({}, request.get("Tags") or [])
    existing, token = find_group(ctx, name), request.get("ClientToken") or ""
    if existing:
        if token and existing.client_token == token and existing.tags == tags:
            return {"ScheduleGroupArn": _arn(ctx, name)}
        raise ConflictException(f"Schedule group {name} already exists.")
    if GROUPS.count(ctx) >= limits.GROUPS_MAX:
        raise ServiceQuotaExceededException(f"The maximum of {limits.GROUPS_MAX} schedule groups is reached.")
    GROUPS.put(ctx, Group(name, now_ms, now_ms, tags, token), name)
    return {"ScheduleGroupArn": _arn(ctx, name)}


def _shown(ctx: Context, group: Group) -> dict[str, Any]:
    return {
        "Arn": _arn(ctx, group.name),
        "Name": group.name,
        "State": "ACTIVE",
        "CreationDate": group.created_at_ms / 1000,
        "LastModificationDate": group.modified_at_ms / 1000,
    }


def get_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetScheduleGroup.html"""
    return _shown(ctx, group_named(ctx, request["Name"]))


def list_groups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListScheduleGroups.html"""
    prefix = request.get("NamePrefix") or ""
    named = [group for group in all_groups(ctx) if group.name.startswith(prefix)]
    found, token = paged(request, named, lambda group: group.name)
    return {"ScheduleGroups": [_shown(ctx, group) for group in found]} | token


def delete_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The schedules of the group go with it.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html
    """
    group = group_named(ctx, request["Name"])
    if group.name == DEFAULT_GROUP:
        raise ValidationException("The default schedule group cannot be deleted.")
    SCHEDULES.delete_all(ctx, group.name)
    GROUPS.delete(ctx, group.name)
    return {}


def _with_tags(tags: dict[str, str], more: list[dict[str, str]]) -> dict[str, str]:
    tags = tags | {tag["Key"]: tag["Value"] for tag in more}
    if len(tags) > limits.TAGS_MAX:
        raise ValidationException(f"A schedule group can have no more than {limits.TAGS_MAX} tags.")
    return tags


def _tagged(ctx: Context, request: dict[str, Any]) -> tuple[Context, Group]:
    arn = Arn.parse(request["ResourceArn"])
    assert arn is not None, "the model's pattern holds for the ARN"
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    return ctx, group_named(ctx, arn.resource.removeprefix("schedule-group/"))


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html"""
    ctx, group = _tagged(ctx, request)
    tags = _with_tags(group.tags, request["Tags"])
    GROUPS.put(ctx, msgspec.structs.replace(group, tags=tags, modified_at_ms=ctx.now_ms), group.name)
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UntagResource.html"""
    ctx, group = _tagged(ctx, request)
    tags = {key: value for key, value in group.tags.items() if key not in request["TagKeys"]}
    GROUPS.put(ctx, msgspec.structs.replace(group, tags=tags, modified_at_ms=ctx.now_ms), group.name)
    return {}


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListTagsForResource.html"""
    _, group = _tagged(ctx, request)
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(group.tags.items())]}

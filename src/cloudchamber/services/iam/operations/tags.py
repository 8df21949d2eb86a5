"""Tags of roles, users, policies and instance profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import rules
from cloudchamber.services.iam.model import Identity, InstanceProfile, Policy
from cloudchamber.services.iam.operations.common import paged, tag_list
from cloudchamber.services.iam.operations.policies import own_policy
from cloudchamber.services.iam.records import POLICIES, identity_named, keep, keep_profile, profile_named

Operation = Callable[[Context, dict[str, Any]], dict[str, Any]]
Tagged = Identity | Policy | InstanceProfile


def _find(ctx: Context, kind: str, request: dict[str, Any]) -> Tagged:
    if kind == "policy":
        return own_policy(ctx, request["PolicyArn"])
    if kind == "instance-profile":
        return profile_named(ctx, request["InstanceProfileName"])
    return identity_named(ctx, kind, request["RoleName" if kind == "role" else "UserName"])


def _put(ctx: Context, found: Tagged, tags: dict[str, str]) -> dict[str, Any]:
    if isinstance(found, Policy):
        POLICIES.put(ctx, msgspec.structs.replace(found, tags=tags), found.name.lower())
    elif isinstance(found, InstanceProfile):
        keep_profile(ctx, msgspec.structs.replace(found, tags=tags))
    else:
        keep(ctx, msgspec.structs.replace(found, tags=tags))
    return {}


def tag(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html"""

    def put(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        found = _find(ctx, kind, request)
        return _put(ctx, found, rules.tags_of(request["Tags"], found.tags))

    return put


def untag(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html"""

    def remove(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        found = _find(ctx, kind, request)
        return _put(ctx, found, rules.without_tags(found.tags, request["TagKeys"]))

    return remove


def list_tags(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html"""

    def listed(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        found = sorted(tag_list(_find(ctx, kind, request).tags), key=lambda item: item["Key"])
        tags, answer = paged(request, "Tags", found, lambda item: item["Key"])
        return answer | {"Tags": tags}

    return listed

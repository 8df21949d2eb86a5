"""Inline policies and permissions boundaries of roles, users and groups. Each function makes the operation of one kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.iam import limits, rules
from cloudchamber.services.iam.errors import LimitExceededException, NoSuchEntityException
from cloudchamber.services.iam.model import Identity
from cloudchamber.services.iam.operations.common import NAME_MEMBER, encoded, paged
from cloudchamber.services.iam.operations.policies import check_attachable
from cloudchamber.services.iam.operations.roles import modifiable_role
from cloudchamber.services.iam.records import identity_named, keep

Operation = Callable[[Context, dict[str, Any]], dict[str, Any]]


def to_change(ctx: Context, kind: str, request: dict[str, Any]) -> Identity:
    """The identity a request is about to change."""
    name = request[NAME_MEMBER[kind]]
    return modifiable_role(ctx, name) if kind == "role" else identity_named(ctx, kind, name)


def put_policy(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html"""

    def put(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity, document = to_change(ctx, kind, request), request["PolicyDocument"]
        rules.check_identity_policy(document)
        inline = identity.inline | {request["PolicyName"]: document}
        limit = limits.INLINE_CHARACTERS_MAX[kind]
        if sum(map(rules.characters, inline.values())) > limit:
            raise LimitExceededException(
                f"Maximum policy size of {limit} bytes exceeded for {kind} {identity.name}"
            )
        keep(ctx, msgspec.structs.replace(identity, inline=inline))
        return {}

    return put


def get_policy(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html"""

    def get(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = identity_named(ctx, kind, request[NAME_MEMBER[kind]])
        name = _existing(identity, request["PolicyName"])
        return {
            NAME_MEMBER[kind]: identity.name,
            "PolicyName": name,
            "PolicyDocument": encoded(identity.inline[name]),
        }

    return get


def _existing(identity: Identity, name: str) -> str:
    if name not in identity.inline:
        raise NoSuchEntityException(f"The {identity.kind} policy with name {name} cannot be found.")
    return name


def list_policies(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html"""

    def listed(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = identity_named(ctx, kind, request[NAME_MEMBER[kind]])
        names, answer = paged(request, "PolicyNames", sorted(identity.inline), str)
        return answer | {"PolicyNames": names}

    return listed


def delete_policy(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html"""

    def delete(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = to_change(ctx, kind, request)
        gone = _existing(identity, request["PolicyName"])
        inline = {name: text for name, text in identity.inline.items() if name != gone}
        keep(ctx, msgspec.structs.replace(identity, inline=inline))
        return {}

    return delete


def put_boundary(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html"""

    def put(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = to_change(ctx, kind, request)
        check_attachable(ctx, request["PermissionsBoundary"])
        keep(ctx, msgspec.structs.replace(identity, boundary=request["PermissionsBoundary"]))
        return {}

    return put


def delete_boundary(kind: str) -> Operation:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html"""

    def delete(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
        identity = to_change(ctx, kind, request)
        if not identity.boundary:
            raise NoSuchEntityException(
                f"{kind.capitalize()} {identity.name} does not have a permissions boundary."
            )
        keep(ctx, msgspec.structs.replace(identity, boundary=""))
        return {}

    return delete

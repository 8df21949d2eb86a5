"""What the nouns of IAM share: ids, pages, how an entity looks in an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.iam import limits, rules
from cloudchamber.services.iam.errors import ValidationError
from cloudchamber.services.iam.model import Identity

T = TypeVar("T")
NAME_MEMBER = {"role": "RoleName", "user": "UserName", "group": "GroupName"}
ID_MEMBER = {"role": "RoleId", "user": "UserId", "group": "GroupId"}
ID_PREFIX = {"role": "AROA", "user": "AIDA", "group": "AGPA"}


def new_id(ctx: Context, prefix: str) -> str:
    """A unique id, e.g. AROAIOSFODNN7EXAMPLEX.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    return prefix + ctx.ids.text(17, rules.ID_ALPHABET)


def arn_of(ctx: Context, kind: str, path: str, name: str) -> str:
    """The ARN of an entity: its path is a part of it."""
    return ctx.arn(f"{kind}{path}{name}", service="iam", region="")


def encoded(document: str) -> str:
    """A policy document as answers carry it: URL-encoded after RFC 3986."""
    return quote(document, safe="-_.~")


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as answers carry them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def paged(
    request: dict[str, Any], member: str, items: Iterable[T], name_of: Callable[[T], str]
) -> tuple[list[T], dict[str, Any]]:
    """One page as `Marker` and `MaxItems` ask, and an answer whose `member` is still to be filled with it."""
    try:
        chosen, token = page(
            items, name_of, request.get("MaxItems") or limits.ITEMS_DEFAULT, request.get("Marker")
        )
    except InvalidToken:
        raise ValidationError("Invalid Marker.") from None
    answer: dict[str, Any] = {member: [], "IsTruncated": token is not None}
    return chosen, answer | ({"Marker": token} if token else {})


def described(ctx: Context, identity: Identity, *, whole: bool = True) -> dict[str, Any]:
    """A role, user or group in an answer; lists leave out tags and boundaries (`whole` False)."""
    kind = identity.kind
    answer: dict[str, Any] = {
        "Path": identity.path,
        NAME_MEMBER[kind]: identity.name,
        ID_MEMBER[kind]: identity.id,
        "Arn": arn_of(ctx, kind, identity.path, identity.name),
        "CreateDate": identity.created_at_ms // 1000,
    }
    if kind == "role":
        answer["AssumeRolePolicyDocument"] = encoded(identity.trust)
        answer["MaxSessionDuration"] = identity.session_s_max
        if identity.description:
            answer["Description"] = identity.description
    if whole and identity.tags:
        answer["Tags"] = tag_list(identity.tags)
    if whole and identity.boundary:
        answer["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": identity.boundary,
        }
    if whole and kind == "role":
        answer["RoleLastUsed"] = {}
    return answer

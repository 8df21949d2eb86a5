"""Temporary credentials: who gets them, and how they are made."""

from __future__ import annotations

import base64
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.credentials import ALPHABET, CHANCE_LENGTH, access_key_id
from cloudchamber.services.sts import limits, rules
from cloudchamber.services.sts.errors import AccessDenied
from cloudchamber.services.sts.model import Session
from cloudchamber.services.sts.records import SESSIONS

_SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def assume_role(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Credentials of a session of a role. A role that does not exist here is assumed as well.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    caller = SESSIONS.get(ctx, ctx.access_key) if ctx.access_key else None
    chained = caller is not None and caller.kind == "role"
    answer = role_session(ctx, request, request["RoleSessionName"], chained=chained)
    if request.get("SourceIdentity"):
        answer["SourceIdentity"] = request["SourceIdentity"]
    return answer


def role_session(
    ctx: Context, request: dict[str, Any], session_name: str, *, chained: bool = False
) -> dict[str, Any]:
    """What the three ways to assume a role have in common: Credentials, AssumedRoleUser, PackedPolicySize."""
    arn, name = rules.role_of(request["RoleArn"])
    there = ctx.elsewhere(account=arn.account)
    role_id, role_max_s = _role(ctx, arn.account, name, request["RoleArn"])
    duration_s = request.get("DurationSeconds") or limits.ROLE_DURATION_S_DEFAULT
    rules.check_duration(duration_s, role_max_s, chained=chained)
    session_arn = f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{name}/{session_name}"
    answer = _issue(there, request, "role", session_arn, f"{role_id}:{session_name}", duration_s)
    return answer | {"AssumedRoleUser": {"AssumedRoleId": f"{role_id}:{session_name}", "Arn": session_arn}}


def _role(ctx: Context, account: str, name: str, role_arn: str) -> tuple[str, int | None]:
    """The id and the longest session of a role; a role unknown here has no limit of its own."""
    try:
        role = ctx.join("iam", "GetRole", {"RoleName": name}, account=account)["Role"]
    except AwsError:
        return rules.unknown_role_id(role_arn), None
    return role["RoleId"], role["MaxSessionDuration"]


def get_session_token(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""
    arn, user_id = _long_term_caller(ctx, "GetSessionToken")
    duration_s = request.get("DurationSeconds") or limits.SESSION_DURATION_S_DEFAULT
    if arn.endswith(":root"):
        duration_s = min(duration_s, limits.ROOT_DURATION_S_MAX)
    return _issue(ctx, {}, "session", arn, user_id, duration_s)


def get_federation_token(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"""
    caller_arn, _ = _long_term_caller(ctx, "GetFederationToken")
    duration_s = request.get("DurationSeconds") or limits.FEDERATION_DURATION_S_DEFAULT
    if caller_arn.endswith(":root"):
        duration_s = min(duration_s, limits.ROOT_DURATION_S_MAX)
    name = request["Name"]
    arn, user_id = ctx.arn(f"federated-user/{name}", region=""), f"{ctx.account}:{name}"
    answer = _issue(ctx, request, "federation", arn, user_id, duration_s)
    return answer | {"FederatedUser": {"FederatedUserId": user_id, "Arn": arn}}


def _long_term_caller(ctx: Context, operation: str) -> tuple[str, str]:
    """The ARN and id of a caller with long-term credentials. Raises AccessDenied for one with a session."""
    if ctx.access_key and SESSIONS.has(ctx, ctx.access_key):
        raise AccessDenied(f"Cannot call {operation} with session credentials")
    return user_or_root(ctx)


def user_or_root(ctx: Context) -> tuple[str, str]:
    """The ARN and id of the user whose long-term key it is; without one, the account's root."""
    if ctx.access_key.startswith("AKIA"):
        try:
            user = ctx.join("iam", "find_key_owner", {"AccessKeyId": ctx.access_key})
        except AwsError:
            user = None
        if user:
            return user["Arn"], user["UserId"]
    return ctx.arn("root", service="iam", region=""), ctx.account


def _issue(
    ctx: Context, request: dict[str, Any], kind: str, arn: str, user_id: str, duration_s: int
) -> dict[str, Any]:
    percent, tags = rules.packed_percent(request), rules.tags_of(request)
    key = access_key_id("ASIA", ctx.account, ctx.ids.text(CHANCE_LENGTH, ALPHABET))
    while SESSIONS.has(ctx, key):
        key = access_key_id("ASIA", ctx.account, ctx.ids.text(CHANCE_LENGTH, ALPHABET))
    session = Session(
        access_key=key,
        secret_key=ctx.ids.text(40, _SECRET),
        token="IQoJb3JpZ2luX2Vj" + base64.b64encode(ctx.ids.bytes(180)).decode(),
        kind=kind,
        arn=arn,
        user_id=user_id,
        expires_at_ms=(ctx.now_ms // 1000 + duration_s) * 1000,
        policy=request.get("Policy") or "",
        policy_arns=tuple(item["arn"] for item in request.get("PolicyArns") or []),
        tags=tags,
        transitive_tag_keys=tuple(request.get("TransitiveTagKeys") or ()),
        source_identity=request.get("SourceIdentity") or "",
    )
    SESSIONS.put(ctx, session, key)
    forget_at_ms = session.expires_at_ms + limits.REMEMBERED_S * 1000
    # Marked as recurring, so that an idle chamber does not jump to the end of a session.
    ctx.later(
        "sts", "forget_session", {"AccessKeyId": key}, due_at_ms=forget_at_ms, recurring=True,
        account=ctx.account,
    )  # fmt: skip
    credentials = {
        "AccessKeyId": key,
        "SecretAccessKey": session.secret_key,
        "SessionToken": session.token,
        "Expiration": session.expires_at_ms // 1000,
    }
    return {"Credentials": credentials} | ({"PackedPolicySize": percent} if percent is not None else {})

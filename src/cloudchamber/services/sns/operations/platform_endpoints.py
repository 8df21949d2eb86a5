"""Endpoints of platform applications, each an app on a device: create, describe, change, list, delete.

https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import NotFoundException, invalid
from cloudchamber.services.sns.model import PlatformApplication, PlatformEndpoint
from cloudchamber.services.sns.operations.pages import after, with_token
from cloudchamber.services.sns.operations.platform_applications import tell
from cloudchamber.services.sns.records import (
    PLATFORM_APPLICATIONS,
    PLATFORM_ENDPOINTS,
    PLATFORM_TOKENS,
    application_at,
    find_endpoint,
    forget_endpoint,
    keep_endpoint,
)
from cloudchamber.services.sns.rules import platforms


def create_platform_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The same token with the same attributes is the same endpoint.

    https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html
    """
    ctx, application = application_at(ctx, request["PlatformApplicationArn"])
    given = {"Token": request["Token"]} | (request.get("Attributes") or {})
    if request.get("CustomUserData"):
        given["CustomUserData"] = request["CustomUserData"]
    platforms.check_endpoint_attributes(given)
    token = platforms.token_of(application.platform, given["Token"])
    known = _with_token(ctx, application, token)
    if known is None:
        made = PlatformEndpoint(
            ctx.ids.uuid(),
            application.platform,
            application.name,
            token,
            user_data=given.get("CustomUserData", ""),
            enabled=given.get("Enabled", "true").lower() == "true",
        )
        keep_endpoint(ctx, made)
        tell(ctx, application, "EndpointCreated", ctx.arn(made.resource))
        return {"EndpointArn": ctx.arn(made.resource)}
    if known.user_data != given.get("CustomUserData", "") or (
        "Enabled" in given and known.enabled != (given["Enabled"].lower() == "true")
    ):
        raise _taken(ctx, known)
    return {"EndpointArn": ctx.arn(known.resource)}


def _with_token(ctx: Context, application: PlatformApplication, token: str) -> PlatformEndpoint | None:
    identity = PLATFORM_TOKENS.get(ctx, application.platform, application.name, token)
    return PLATFORM_ENDPOINTS.get(ctx, application.platform, application.name, identity) if identity else None


def _taken(ctx: Context, known: PlatformEndpoint) -> Exception:
    return invalid(
        f"Token Reason: Endpoint {ctx.arn(known.resource)} already exists with the same Token, but different attributes."
    )


def _attributes(endpoint: PlatformEndpoint) -> dict[str, str]:
    answer = {"Enabled": str(endpoint.enabled).lower(), "Token": endpoint.token}
    return answer | ({"CustomUserData": endpoint.user_data} if endpoint.user_data else {})


def _endpoint_at(ctx: Context, arn: str) -> tuple[Context, PlatformEndpoint]:
    ctx, endpoint = find_endpoint(ctx, arn)
    if endpoint is None:
        raise NotFoundException("Endpoint does not exist")
    return ctx, endpoint


def get_endpoint_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetEndpointAttributes.html"""
    return {"Attributes": _attributes(_endpoint_at(ctx, request["EndpointArn"])[1])}


def set_endpoint_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html"""
    ctx, known = _endpoint_at(ctx, request["EndpointArn"])
    application = PLATFORM_APPLICATIONS.get(ctx, known.platform, known.application)
    assert application is not None, "endpoints go with their application"
    platforms.check_endpoint_attributes(request["Attributes"])
    merged = {"CustomUserData": ""} | _attributes(known) | request["Attributes"]
    token = platforms.token_of(known.platform, merged["Token"])
    other = _with_token(ctx, application, token)
    if other and other.id != known.id:
        raise _taken(ctx, other)
    forget_endpoint(ctx, known)
    changed = msgspec.structs.replace(
        known, token=token, user_data=merged["CustomUserData"], enabled=merged["Enabled"].lower() == "true"
    )
    keep_endpoint(ctx, changed)
    tell(ctx, application, "EndpointUpdated", ctx.arn(known.resource))
    return {}


def delete_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Its subscriptions stay. What is gone already is no error.

    https://docs.aws.amazon.com/sns/latest/api/API_DeleteEndpoint.html
    """
    ctx, known = find_endpoint(ctx, request["EndpointArn"])
    if known:
        forget_endpoint(ctx, known)
        application = PLATFORM_APPLICATIONS.get(ctx, known.platform, known.application)
        assert application is not None, "endpoints go with their application"
        tell(ctx, application, "EndpointDeleted", ctx.arn(known.resource))
    return {}


def list_endpoints_by_platform_application(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListEndpointsByPlatformApplication.html"""
    ctx, application = application_at(ctx, request["PlatformApplicationArn"])
    behind = after(request.get("NextToken"))
    found = [
        each
        for _, each in PLATFORM_ENDPOINTS.scan(
            ctx, application.platform, application.name, behind=behind, limit=limits.PER_PAGE_MAX + 1
        )
    ]
    endpoints = [
        {"EndpointArn": ctx.arn(each.resource), "Attributes": _attributes(each)}
        for each in found[: limits.PER_PAGE_MAX]
    ]
    return with_token({"Endpoints": endpoints}, [(each.id,) for each in found])

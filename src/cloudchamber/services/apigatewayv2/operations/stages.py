"""Stages of HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.errors import (
    BadRequestException,
    ConflictException,
    NotFoundException,
)
from cloudchamber.services.apigatewayv2.model import Stage
from cloudchamber.services.apigatewayv2.operations.asking import given, page
from cloudchamber.services.apigatewayv2.operations.deployments import changed, forget
from cloudchamber.services.apigatewayv2.records import STAGES, api_of, deployment_of, stage_of
from cloudchamber.services.apigatewayv2.rules.routing import DEFAULT

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


def create_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html"""
    api = api_of(ctx, request["ApiId"])
    name = request["StageName"]
    if name != DEFAULT and not _NAME.match(name):
        raise BadRequestException("Stage name only allows a-zA-Z0-9_- and $default")
    if STAGES.has(ctx, api.api_id, name):
        raise ConflictException("Stage already exists")
    if STAGES.count(ctx, api.api_id) >= limits.STAGES_MAX:
        raise ConflictException("Unable to complete operation due to the limit of stages per API")
    now_s = ctx.now_ms // 1000
    members = {
        "CreatedDate": now_s, "DefaultRouteSettings": {"DetailedMetricsEnabled": False}, "LastUpdatedDate": now_s,
        "RouteSettings": {}, "StageVariables": {}, "Tags": {},
    } | given(request, "ApiId")  # fmt: skip
    _check_deployment(ctx, api.api_id, request, automatic=bool(members.get("AutoDeploy")))
    STAGES.put(ctx, Stage(name, members), api.api_id, name)
    changed(ctx, api.api_id)
    return stage_of(ctx, api.api_id, name).members


def _check_deployment(ctx: Context, api_id: str, request: dict[str, Any], *, automatic: bool) -> None:
    if not request.get("DeploymentId"):
        return
    if automatic:
        raise BadRequestException("Deployment ID cannot be set on a stage that has auto deploy enabled")
    deployment_of(ctx, api_id, request["DeploymentId"])


def get_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html"""
    return stage_of(ctx, api_of(ctx, request["ApiId"]).api_id, request["StageName"]).members


def get_stages(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html"""
    api = api_of(ctx, request["ApiId"])
    items, more = page([stage.members for stage in STAGES.values(ctx, api.api_id)], request)
    return {"Items": items, **more}


def update_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html"""
    api = api_of(ctx, request["ApiId"])
    stage = stage_of(ctx, api.api_id, request["StageName"])
    news = given(request, "ApiId", "StageName") | {"LastUpdatedDate": ctx.now_ms // 1000}
    members = stage.members | news
    _check_deployment(ctx, api.api_id, request, automatic=bool(members.get("AutoDeploy")))
    if "StageVariables" in news:  # an empty value removes a variable
        variables = stage.members["StageVariables"] | news["StageVariables"]
        members["StageVariables"] = {name: value for name, value in variables.items() if value}
    STAGES.put(ctx, Stage(stage.name, members), api.api_id, stage.name)
    if news.get("AutoDeploy"):
        changed(ctx, api.api_id)
    forget(ctx, api.api_id)
    return stage_of(ctx, api.api_id, stage.name).members


def delete_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html"""
    api = api_of(ctx, request["ApiId"])
    stage = stage_of(ctx, api.api_id, request["StageName"])
    STAGES.delete(ctx, api.api_id, stage.name)
    forget(ctx, api.api_id)
    return {}


def delete_access_log_settings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-accesslogsettings.html"""
    api = api_of(ctx, request["ApiId"])
    stage = stage_of(ctx, api.api_id, request["StageName"])
    members = {name: value for name, value in stage.members.items() if name != "AccessLogSettings"}
    STAGES.put(ctx, Stage(stage.name, members), api.api_id, stage.name)
    return {}


def delete_route_settings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-routesettings-routekey.html"""
    api = api_of(ctx, request["ApiId"])
    stage = stage_of(ctx, api.api_id, request["StageName"])
    settings = dict(stage.members["RouteSettings"])
    if settings.pop(request["RouteKey"], None) is None:
        raise NotFoundException("Invalid route key specified")
    STAGES.put(ctx, Stage(stage.name, stage.members | {"RouteSettings": settings}), api.api_id, stage.name)
    return {}

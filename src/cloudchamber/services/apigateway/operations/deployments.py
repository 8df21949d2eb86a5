"""Deployments and stages: a deployment is the API as it was at that moment, a stage shows one.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import BadRequestException, ConflictException
from cloudchamber.services.apigateway.model import Members, Part
from cloudchamber.services.apigateway.operations.apis import forget
from cloudchamber.services.apigateway.operations.asking import given, page
from cloudchamber.services.apigateway.records import (
    DEPLOYMENTS,
    SNAPSHOTS,
    STAGES,
    api_of,
    deployment_of,
    snapshot_of,
    stage_of,
)
from cloudchamber.services.apigateway.rules.patching import patched, split_settings, with_settings

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


def create_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html"""
    api = api_of(ctx, request["restApiId"])
    snapshot = snapshot_of(ctx, api)
    methods = [method for resource in snapshot.resources for method in resource.methods.values()]
    if not methods:
        raise BadRequestException("The REST API doesn't contain any methods")
    if not all(method.get("methodIntegration") for method in methods):
        raise BadRequestException("No integration defined for method")
    deployment_id = ctx.ids.text(6)
    members: Members = {"id": deployment_id, "createdDate": ctx.now_ms // 1000}
    if request.get("description"):
        members["description"] = request["description"]
    DEPLOYMENTS.put(ctx, Part(deployment_id, members), api.id, deployment_id)
    SNAPSHOTS.put(ctx, snapshot, api.id, deployment_id)
    if request.get("stageName"):
        _show(ctx, api.id, request, deployment_id)
    return members


def _show(ctx: Context, api_id: str, request: dict[str, Any], deployment_id: str) -> None:
    name = request["stageName"]
    news = given(request, "restApiId", "stageName", "description", "stageDescription", "canarySettings")
    if request.get("stageDescription"):
        news["description"] = request["stageDescription"]
    stage = STAGES.get(ctx, api_id, name)
    if stage is None:
        _make(ctx, api_id, name, news | {"deploymentId": deployment_id})
        return
    changed = news | {"deploymentId": deployment_id, "lastUpdatedDate": ctx.now_ms // 1000}
    STAGES.put(ctx, Part(name, stage.members | changed), api_id, name)
    forget(ctx, api_id)


def _make(ctx: Context, api_id: str, name: str, news: Members) -> Members:
    if not _NAME.match(name):
        raise BadRequestException("Stage name only allows a-zA-Z0-9_")
    now_s = ctx.now_ms // 1000
    members = {
        "stageName": name, "createdDate": now_s, "lastUpdatedDate": now_s, "methodSettings": {},
        "cacheClusterEnabled": False, "cacheClusterStatus": "NOT_AVAILABLE", "tracingEnabled": False,
    } | news  # fmt: skip
    STAGES.put(ctx, Part(name, members), api_id, name)
    forget(ctx, api_id)
    return members


def get_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployment.html"""
    deployment = deployment_of(ctx, request["restApiId"], request["deploymentId"])
    if "apisummary" not in (request.get("embed") or ()):
        return deployment.members
    snapshot = SNAPSHOTS.get(ctx, request["restApiId"], deployment.id)
    assert snapshot is not None, "a deployment has a snapshot"
    summary = {
        resource.path: {
            verb: {"authorizationType": m["authorizationType"], "apiKeyRequired": m["apiKeyRequired"]}
            for verb, m in resource.methods.items()
        }
        for resource in snapshot.resources
        if resource.methods
    }
    return deployment.members | {"apiSummary": summary}


def get_deployments(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployments.html"""
    api = api_of(ctx, request["restApiId"])
    return page([deployment.members for deployment in DEPLOYMENTS.values(ctx, api.id)], request)


def update_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateDeployment.html"""
    deployment = deployment_of(ctx, request["restApiId"], request["deploymentId"])
    members = patched(deployment.members, request.get("patchOperations"), fixed=("id", "createdDate"))
    DEPLOYMENTS.put(ctx, Part(deployment.id, members), request["restApiId"], deployment.id)
    return members


def delete_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html"""
    deployment = deployment_of(ctx, request["restApiId"], request["deploymentId"])
    stages = STAGES.values(ctx, request["restApiId"])
    if any(stage.members["deploymentId"] == deployment.id for stage in stages):
        raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    DEPLOYMENTS.delete(ctx, request["restApiId"], deployment.id)
    SNAPSHOTS.delete(ctx, request["restApiId"], deployment.id)
    return {}


def create_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html"""
    api = api_of(ctx, request["restApiId"])
    deployment_of(ctx, api.id, request["deploymentId"])
    if STAGES.has(ctx, api.id, request["stageName"]):
        raise ConflictException("Stage already exists")
    return _make(ctx, api.id, request["stageName"], given(request, "restApiId", "stageName"))


def get_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetStage.html"""
    return stage_of(ctx, request["restApiId"], request["stageName"]).members


def get_stages(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html"""
    api, deployment_id = api_of(ctx, request["restApiId"]), request.get("deploymentId")
    stages = [stage.members for stage in STAGES.values(ctx, api.id)]
    return {"item": [s for s in stages if deployment_id in (None, s["deploymentId"])]}


def update_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html"""
    stage = stage_of(ctx, request["restApiId"], request["stageName"])
    others, settings = split_settings(request.get("patchOperations"))
    news = patched(stage.members, others, fixed=("stageName", "createdDate", "tags"))
    members: Members = with_settings(news, settings) | {"lastUpdatedDate": ctx.now_ms // 1000}
    deployment_of(ctx, request["restApiId"], members["deploymentId"])
    STAGES.put(ctx, Part(stage.id, members), request["restApiId"], stage.id)
    forget(ctx, request["restApiId"])
    return members


def delete_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteStage.html"""
    stage = stage_of(ctx, request["restApiId"], request["stageName"])
    STAGES.delete(ctx, request["restApiId"], stage.id)
    forget(ctx, request["restApiId"])
    return {}


def flush_stage_authorizers_cache(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html"""
    stage_of(ctx, request["restApiId"], request["stageName"])
    forget(ctx, request["restApiId"])
    return {}

"""Deployments: snapshots of an API, made on request, or at each change for stages with AutoDeploy.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import BadRequestException
from cloudchamber.services.apigatewayv2.model import Api, Deployment, Members, Stage
from cloudchamber.services.apigatewayv2.operations.asking import page
from cloudchamber.services.apigatewayv2.records import (
    DEPLOYMENTS,
    SNAPSHOTS,
    STAGES,
    api_of,
    deployment_of,
    snapshot_of,
    stage_of,
)


def deploy(ctx: Context, api: Api, members: Members) -> Deployment:
    """Keep what the API is at this moment. Raises BadRequestException when it has no routes."""
    snapshot = snapshot_of(ctx, api)
    if not snapshot.routes:
        raise BadRequestException("Unable to deploy API because at least one route is required in this API")
    deployment_id = ctx.ids.text(6)
    kept = {
        "AutoDeployed": False,
        "CreatedDate": ctx.now_ms // 1000,
        "DeploymentId": deployment_id,
        "DeploymentStatus": "DEPLOYED",
    } | members
    deployment = Deployment(deployment_id, kept)
    DEPLOYMENTS.put(ctx, deployment, api.api_id, deployment_id)
    SNAPSHOTS.put(ctx, snapshot, api.api_id, deployment_id)
    return deployment


def set_deployment(ctx: Context, api_id: str, stage: Stage, deployment: Deployment) -> None:
    """Let a stage show a deployment; an automatic one that no stage shows any more is dropped."""
    before = stage.deployment_id
    members = stage.members | {"DeploymentId": deployment.id, "LastUpdatedDate": ctx.now_ms // 1000}
    if deployment.members["AutoDeployed"]:
        members["LastDeploymentStatusMessage"] = (
            f"Successfully deployed stage with deployment ID '{deployment.id}'"
        )
    STAGES.put(ctx, Stage(stage.name, members), api_id, stage.name)
    old = DEPLOYMENTS.get(ctx, api_id, before) if before else None
    shown = {other.deployment_id for other in STAGES.values(ctx, api_id)}
    if old and old.members["AutoDeployed"] and before not in shown:
        DEPLOYMENTS.delete(ctx, api_id, before)
        SNAPSHOTS.delete(ctx, api_id, before)


def changed(ctx: Context, api_id: str) -> None:
    """An API has changed: its automatic stages follow, and what is compiled of it is forgotten after the commit."""
    automatic = [stage for stage in STAGES.values(ctx, api_id) if stage.members.get("AutoDeploy")]
    if automatic:
        api = api_of(ctx, api_id)
        if snapshot_of(ctx, api).routes:
            deployment = deploy(
                ctx,
                api,
                {
                    "AutoDeployed": True,
                    "Description": "Automatic deployment triggered by changes to the Api configuration",
                },
            )
            for stage in automatic:
                set_deployment(ctx, api_id, stage, deployment)
    forget(ctx, api_id)


def forget(ctx: Context, api_id: str) -> None:
    """Once the change is durable, requests see it."""
    live = ctx.live
    ctx.after_commit(lambda: live.forget(api_id))


def create_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html"""
    api = api_of(ctx, request["ApiId"])
    stage = stage_of(ctx, api.api_id, request["StageName"]) if request.get("StageName") else None
    if stage and stage.members.get("AutoDeploy"):
        raise BadRequestException("Deployment ID cannot be set on a stage that has auto deploy enabled")
    described = {"Description": request["Description"]} if request.get("Description") else {}
    deployment = deploy(ctx, api, described)
    if stage:
        set_deployment(ctx, api.api_id, stage, deployment)
    forget(ctx, api.api_id)
    return deployment.members


def get_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments-deploymentid.html"""
    api = api_of(ctx, request["ApiId"])
    return deployment_of(ctx, api.api_id, request["DeploymentId"]).members


def update_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments-deploymentid.html"""
    api = api_of(ctx, request["ApiId"])
    deployment = deployment_of(ctx, api.api_id, request["DeploymentId"])
    members = deployment.members | {"Description": request.get("Description") or ""}
    DEPLOYMENTS.put(ctx, Deployment(deployment.id, members), api.api_id, deployment.id)
    return members


def delete_deployment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments-deploymentid.html"""
    api = api_of(ctx, request["ApiId"])
    deployment = deployment_of(ctx, api.api_id, request["DeploymentId"])
    if any(stage.deployment_id == deployment.id for stage in STAGES.values(ctx, api.api_id)):
        raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
    DEPLOYMENTS.delete(ctx, api.api_id, deployment.id)
    SNAPSHOTS.delete(ctx, api.api_id, deployment.id)
    return {}


def get_deployments(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html"""
    api = api_of(ctx, request["ApiId"])
    items, more = page([d.members for d in DEPLOYMENTS.values(ctx, api.api_id)], request)
    return {"Items": items, **more}

"""Where the records of HTTP APIs lie, all but the owners under one account and region:

owners       (api id)                             -> Owner       GLOBAL
apis         (api id)                             -> Api
parts        (api id, noun, parent id or "", id)  -> Part        routes, integrations, authorizers, models, responses
stages       (api id, name)                       -> Stage
deployments  (api id, deployment id)              -> Deployment
snapshots    (api id, deployment id)              -> Snapshot
domains      (domain name)                        -> Part
mappings     (domain name, mapping id)            -> Part
vpc_links    (link id)                            -> Part
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context, Scope
from cloudchamber.services.apigatewayv2.errors import NotFoundException, invalid
from cloudchamber.services.apigatewayv2.model import Api, Deployment, Owner, Part, Snapshot, Stage

OWNERS = Collection("apigatewayv2", "owners", Owner, Scope.GLOBAL)
APIS = Collection("apigatewayv2", "apis", Api)
PARTS = Collection("apigatewayv2", "parts", Part)
STAGES = Collection("apigatewayv2", "stages", Stage)
DEPLOYMENTS = Collection("apigatewayv2", "deployments", Deployment)
SNAPSHOTS = Collection("apigatewayv2", "snapshots", Snapshot)
DOMAINS = Collection("apigatewayv2", "domains", Part)
MAPPINGS = Collection("apigatewayv2", "mappings", Part)
VPC_LINKS = Collection("apigatewayv2", "vpc_links", Part)

ROUTES = "Route"
INTEGRATIONS = "Integration"
AUTHORIZERS = "Authorizer"


def api_of(ctx: Context, api_id: str) -> Api:
    """The API of that identifier. Raises NotFoundException."""
    api = APIS.get(ctx, api_id)
    if api is None:
        raise NotFoundException(f"Invalid API identifier specified {ctx.account}:{api_id}")
    return api


def part_of(ctx: Context, api_id: str, noun: str, part_id: str, parent_id: str = "") -> Part:
    """A part of an API. Raises NotFoundException."""
    part = PARTS.get(ctx, api_id, noun, parent_id, part_id)
    if part is None:
        raise invalid(noun, part_id)
    return part


def stage_of(ctx: Context, api_id: str, name: str) -> Stage:
    """A stage of an API. Raises NotFoundException."""
    stage = STAGES.get(ctx, api_id, name)
    if stage is None:
        raise invalid("stage", name)
    return stage


def deployment_of(ctx: Context, api_id: str, deployment_id: str) -> Deployment:
    """A deployment of an API. Raises NotFoundException."""
    deployment = DEPLOYMENTS.get(ctx, api_id, deployment_id)
    if deployment is None:
        raise invalid("deployment", deployment_id)
    return deployment


def forget_api(ctx: Context, api_id: str) -> None:
    """Remove an API and all that is in it."""
    for collection in (PARTS, STAGES, DEPLOYMENTS, SNAPSHOTS):
        collection.delete_all(ctx, api_id)
    APIS.delete(ctx, api_id)
    OWNERS.delete(ctx, api_id)


def snapshot_of(ctx: Context, api: Api) -> Snapshot:
    """What an API is at this moment."""
    return Snapshot(
        [part.members for part in PARTS.values(ctx, api.api_id, ROUTES, "")],
        {part.id: part.members for part in PARTS.values(ctx, api.api_id, INTEGRATIONS, "")},
        {part.id: part.members for part in PARTS.values(ctx, api.api_id, AUTHORIZERS, "")},
        api.members.get("CorsConfiguration"),
    )

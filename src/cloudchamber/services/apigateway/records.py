"""Where the records of REST APIs lie, all but the owners under one account and region:

owners         (api id)                  -> Owner      GLOBAL
apis           (api id)                  -> Part
resources      (api id, resource id)     -> Resource
parts          (api id, noun, id)        -> Part       authorizers, models, validators, gateway responses
stages         (api id, name)            -> Part
deployments    (api id, deployment id)   -> Part
snapshots      (api id, deployment id)   -> Snapshot
keys           (key id)                  -> Part
key_values     (value)                   -> key id
plans          (plan id)                 -> Part
plan_keys      (plan id, key id)         -> bool
domains        (domain name)             -> Part
mappings       (domain name, base path)  -> Part
account        ()                        -> Part
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context, Scope
from cloudchamber.services.apigateway.errors import NotFoundException, invalid
from cloudchamber.services.apigateway.model import Members, Owner, Part, Resource, Snapshot

OWNERS = Collection("apigateway", "owners", Owner, Scope.GLOBAL)
APIS = Collection("apigateway", "apis", Part)
RESOURCES = Collection("apigateway", "resources", Resource)
PARTS = Collection("apigateway", "parts", Part)
STAGES = Collection("apigateway", "stages", Part)
DEPLOYMENTS = Collection("apigateway", "deployments", Part)
SNAPSHOTS = Collection("apigateway", "snapshots", Snapshot)
KEYS = Collection("apigateway", "keys", Part)
KEY_VALUES = Collection("apigateway", "key_values", str)
PLANS = Collection("apigateway", "plans", Part)
PLAN_KEYS = Collection("apigateway", "plan_keys", bool)
DOMAINS = Collection("apigateway", "domains", Part)
MAPPINGS = Collection("apigateway", "mappings", Part)
ACCOUNT = Collection("apigateway", "account", Part)

AUTHORIZER, MODEL, VALIDATOR, GATEWAY_RESPONSE = "Authorizer", "Model", "RequestValidator", "GatewayResponse"


def api_of(ctx: Context, api_id: str) -> Part:
    """The API of that identifier. Raises NotFoundException."""
    api = APIS.get(ctx, api_id)
    if api is None:
        raise NotFoundException(f"Invalid API identifier specified {ctx.account}:{api_id}")
    return api


def resource_of(ctx: Context, api_id: str, resource_id: str) -> Resource:
    """A resource of an API. Raises NotFoundException."""
    api_of(ctx, api_id)
    resource = RESOURCES.get(ctx, api_id, resource_id)
    if resource is None:
        raise invalid("Resource")
    return resource


def part_of(ctx: Context, api_id: str, noun: str, part_id: str) -> Part:
    """A part of an API. Raises NotFoundException."""
    part = PARTS.get(ctx, api_id, noun, part_id)
    if part is None:
        raise invalid(noun)
    return part


def stage_of(ctx: Context, api_id: str, name: str) -> Part:
    """A stage of an API. Raises NotFoundException."""
    api_of(ctx, api_id)
    stage = STAGES.get(ctx, api_id, name)
    if stage is None:
        raise invalid("Stage")
    return stage


def deployment_of(ctx: Context, api_id: str, deployment_id: str) -> Part:
    """A deployment of an API. Raises NotFoundException."""
    api_of(ctx, api_id)
    deployment = DEPLOYMENTS.get(ctx, api_id, deployment_id)
    if deployment is None:
        raise invalid("Deployment")
    return deployment


def forget_content(ctx: Context, api_id: str) -> None:
    """Remove what a definition makes: resources and parts."""
    RESOURCES.delete_all(ctx, api_id)
    PARTS.delete_all(ctx, api_id)


def forget_api(ctx: Context, api_id: str) -> None:
    """Remove an API and all that is in it."""
    forget_content(ctx, api_id)
    for collection in (STAGES, DEPLOYMENTS, SNAPSHOTS):
        collection.delete_all(ctx, api_id)
    APIS.delete(ctx, api_id)
    OWNERS.delete(ctx, api_id)


def snapshot_of(ctx: Context, api: Part) -> Snapshot:
    """What an API is at this moment."""

    def parts(noun: str) -> dict[str, Members]:
        return {part.id: part.members for part in PARTS.values(ctx, api.id, noun)}

    return Snapshot(
        RESOURCES.values(ctx, api.id),
        parts(AUTHORIZER),
        parts(VALIDATOR),
        parts(GATEWAY_RESPONSE),
        api.members.get("binaryMediaTypes") or [],
        api.members.get("apiKeySource", "HEADER"),
    )

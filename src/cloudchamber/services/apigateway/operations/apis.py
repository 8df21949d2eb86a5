"""REST APIs: create, find, change, delete.

https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import BadRequestException
from cloudchamber.services.apigateway.model import Members, Owner, Part, Resource
from cloudchamber.services.apigateway.operations.asking import given, page
from cloudchamber.services.apigateway.records import APIS, MODEL, OWNERS, PARTS, RESOURCES, api_of, forget_api
from cloudchamber.services.apigateway.rules.patching import patched

_DRAFT = "http://json-schema.org/draft-04/schema#"
_STANDARD_MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "Empty": (
        "This is a default empty schema model",
        {"$schema": _DRAFT, "title": "Empty Schema", "type": "object"},
    ),
    "Error": (
        "This is a default error schema model",
        {
            "$schema": _DRAFT,
            "title": "Error Schema",
            "type": "object",
            "properties": {"message": {"type": "string"}},
        },
    ),
}


def forget(ctx: Context, api_id: str) -> None:
    """Once the change is durable, requests see it."""
    live = ctx.live
    ctx.after_commit(lambda: live.forget(api_id))


def make_api(ctx: Context, members: Members) -> Part:
    """A new API with its root resource."""
    api_id, root_id = ctx.ids.text(10), ctx.ids.text(10)
    kept = {
        "apiKeySource": "HEADER",
        "apiStatus": "AVAILABLE",
        "createdDate": ctx.now_ms // 1000,
        "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "id": api_id,
        "rootResourceId": root_id,
    } | members
    api = Part(api_id, kept)
    APIS.put(ctx, api, api_id)
    OWNERS.put(ctx, Owner(ctx.account, ctx.region), api_id)
    make_root(ctx, api)
    forget(ctx, api_id)
    return api


def make_root(ctx: Context, api: Part) -> None:
    """The root resource, and the models every API has."""
    root_id = api.members["rootResourceId"]
    RESOURCES.put(ctx, Resource(root_id, "/"), api.id, root_id)
    for name, (description, schema) in _STANDARD_MODELS.items():
        members = {
            "id": ctx.ids.text(6), "name": name, "description": description, "schema": msgspec.json.encode(schema).decode(),
            "contentType": "application/json",
        }  # fmt: skip
        PARTS.put(ctx, Part(name, members), api.id, MODEL, name)


def create_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html"""
    if not request["name"]:
        raise BadRequestException("API name must not be empty")
    return make_api(ctx, given(request)).members


def get_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApi.html"""
    return api_of(ctx, request["restApiId"]).members


def get_rest_apis(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html"""
    return page([api.members for api in APIS.values(ctx)], request)


def update_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateRestApi.html"""
    api = api_of(ctx, request["restApiId"])
    fixed = ("id", "rootResourceId", "createdDate", "tags")
    members = patched(api.members, request.get("patchOperations"), fixed=fixed)
    APIS.put(ctx, Part(api.id, members), api.id)
    forget(ctx, api.id)
    return members


def delete_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteRestApi.html"""
    api = api_of(ctx, request["restApiId"])
    forget_api(ctx, api.id)
    forget(ctx, api.id)
    return {}

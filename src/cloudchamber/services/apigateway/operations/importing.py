"""REST APIs from OpenAPI definitions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import BadRequestException
from cloudchamber.services.apigateway.model import Members, Part, Resource
from cloudchamber.services.apigateway.operations.apis import forget, make_api, make_root
from cloudchamber.services.apigateway.operations.methods import (
    check_integration,
    check_integration_response,
    check_method,
)
from cloudchamber.services.apigateway.operations.parts import (
    AUTHORIZERS,
    GATEWAY_RESPONSES,
    MODELS,
    VALIDATORS,
)
from cloudchamber.services.apigateway.operations.resources import add_resource
from cloudchamber.services.apigateway.records import (
    APIS,
    AUTHORIZER,
    GATEWAY_RESPONSE,
    MODEL,
    PARTS,
    RESOURCES,
    VALIDATOR,
    api_of,
    forget_content,
)
from cloudchamber.services.apigateway.rules import openapi


def import_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_ImportRestApi.html"""
    definition = openapi.read(request["body"])
    if not definition.api["name"]:
        raise BadRequestException("The title of the definition's info is required: it names the API")
    types = (request.get("parameters") or {}).get("endpointConfigurationTypes")
    endpoints = (
        {"endpointConfiguration": {"types": types.split(","), "ipAddressType": "ipv4"}} if types else {}
    )
    api = make_api(ctx, definition.api | endpoints)
    _fill(ctx, api, definition)
    return api.members


def put_rest_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html"""
    before = api_of(ctx, request["restApiId"])
    definition = openapi.read(request["body"])
    api = Part(before.id, before.members | {k: v for k, v in definition.api.items() if v})
    if request.get("mode") != "merge":
        forget_content(ctx, api.id)
        make_root(ctx, api)
    APIS.put(ctx, api, api.id)
    _fill(ctx, api, definition)
    forget(ctx, api.id)
    return api.members


def _fill(ctx: Context, api: Part, definition: openapi.Definition) -> None:
    """Make the definition's parts; what has the same name is replaced."""
    by_name = {
        noun: {part.members.get("name"): part.id for part in PARTS.values(ctx, api.id, noun)}
        for noun in (AUTHORIZER, VALIDATOR)
    }
    for noun, kind, wanted in (
        (AUTHORIZER, AUTHORIZERS, definition.authorizers),
        (VALIDATOR, VALIDATORS, definition.validators),
    ):
        for name, members in wanted.items():
            if name in by_name[noun]:
                PARTS.delete(ctx, api.id, noun, by_name[noun][name])
            by_name[noun][name] = kind.add(ctx, api.id, members)["id"]
    for members in definition.models:
        PARTS.delete(ctx, api.id, MODEL, members["name"])
        MODELS.add(ctx, api.id, members)
    for members in definition.gateway_responses:
        PARTS.delete(ctx, api.id, GATEWAY_RESPONSE, members["responseType"])
        GATEWAY_RESPONSES.add(ctx, api.id, members)
    resources = {resource.path: resource for resource in RESOURCES.values(ctx, api.id)}
    for path in definition.paths:
        _reach(ctx, api, resources, path)
    for operation in definition.operations:
        if operation.authorizer:
            operation.method["authorizerId"] = by_name[AUTHORIZER][operation.authorizer]
        if operation.validator:
            operation.method["requestValidatorId"] = by_name[VALIDATOR].get(operation.validator)
        resource = _reach(ctx, api, resources, operation.path)
        method = _method(ctx, api.id, resource, operation)
        methods = resource.methods | {method["httpMethod"]: method}
        changed = resources[resource.path] = msgspec.structs.replace(resource, methods=methods)
        RESOURCES.put(ctx, changed, api.id, changed.id)


def _reach(ctx: Context, api: Part, resources: dict[str, Resource], path: str) -> Resource:
    """The resource of a path; those on the way to it are made."""
    resource, sofar = resources["/"], ""
    for part in [part for part in path.split("/") if part]:
        sofar = f"{sofar}/{part}"
        if sofar not in resources:
            resources[sofar] = add_resource(ctx, api.id, resource, part)
        resource = resources[sofar]
    return resource


def _method(ctx: Context, api_id: str, resource: Resource, operation: openapi.Operation) -> Members:
    method = check_method(ctx, api_id, {k: v for k, v in operation.method.items() if v is not None})
    if operation.integration is None:
        return method
    integration: Members = {"cacheNamespace": resource.id} | check_integration(operation.integration)
    for response in (integration.get("integrationResponses") or {}).values():
        check_integration_response(response)
    return method | {"methodIntegration": integration}

"""Routes, and their responses and request parameters.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import (
    BadRequestException,
    ConflictException,
    NotFoundException,
)
from cloudchamber.services.apigatewayv2.model import Members, Part
from cloudchamber.services.apigatewayv2.operations.deployments import changed
from cloudchamber.services.apigatewayv2.operations.parts import Noun
from cloudchamber.services.apigatewayv2.records import (
    AUTHORIZERS,
    INTEGRATIONS,
    PARTS,
    ROUTES,
    api_of,
    part_of,
)
from cloudchamber.services.apigatewayv2.rules.routing import DEFAULT, split_key


def check_route(ctx: Context, api_id: str, members: Members) -> Members:
    """A route as it is kept. Raises BadRequestException, ConflictException, NotFoundException."""
    kept: Members = {"ApiKeyRequired": False, "AuthorizationType": "NONE"} | members
    key = kept["RouteKey"]
    if key != DEFAULT and split_key(key) is None:
        raise BadRequestException(
            "The provided route key is not formatted properly for HTTP protocol. "
            'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
    for part in PARTS.values(ctx, api_id, ROUTES, ""):
        if part.members["RouteKey"] == key and part.id != kept.get("RouteId"):
            raise ConflictException(f"Route with key {key} already exists for this API")
    target = kept.get("Target")
    if target:
        noun, _, integration_id = target.partition("/")
        if noun != "integrations" or not integration_id:
            raise BadRequestException("Invalid target: it must be of the form integrations/{integrationId}")
        part_of(ctx, api_id, INTEGRATIONS, integration_id)
    _check_authorization(ctx, api_id, kept)
    return kept


def _check_authorization(ctx: Context, api_id: str, route: Members) -> None:
    kind, authorizer_id = route["AuthorizationType"], route.get("AuthorizerId")
    if kind in ("NONE", "AWS_IAM"):
        return
    if not authorizer_id:
        raise BadRequestException(f"An authorizer id is required for authorization type {kind}")
    authorizer = part_of(ctx, api_id, AUTHORIZERS, authorizer_id).members
    if (authorizer["AuthorizerType"] == "JWT") != (kind == "JWT"):
        raise BadRequestException(
            f"Authorizer type {authorizer['AuthorizerType']} does not fit authorization type {kind}"
        )


def check_route_response(ctx: Context, api_id: str, members: Members) -> Members:
    """A route response as it is kept."""
    return dict(members)


ROUTE = Noun(ROUTES, check_route)
ROUTE_RESPONSE = Noun("RouteResponse", check_route_response, under=ROUTES)


def delete_route_request_parameter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes-routeid-requestparameters-requestparameterkey.html"""
    api_id = api_of(ctx, request["ApiId"]).api_id
    route = part_of(ctx, api_id, ROUTES, request["RouteId"])
    parameters = dict(route.members.get("RequestParameters") or {})
    if parameters.pop(request["RequestParameterKey"], None) is None:
        raise NotFoundException("Invalid request parameter key specified")
    PARTS.put(
        ctx, Part(route.id, route.members | {"RequestParameters": parameters}), api_id, ROUTES, "", route.id
    )
    changed(ctx, api_id)
    return {}

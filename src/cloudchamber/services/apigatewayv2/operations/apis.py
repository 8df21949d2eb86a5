"""APIs: create (also quickly), import, find, change, delete.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigatewayv2.errors import BadRequestException, unavailable
from cloudchamber.services.apigatewayv2.model import Api, Members, Owner, Part, Stage
from cloudchamber.services.apigatewayv2.operations.asking import given, page
from cloudchamber.services.apigatewayv2.operations.deployments import changed, forget
from cloudchamber.services.apigatewayv2.operations.integrations import INTEGRATION
from cloudchamber.services.apigatewayv2.operations.routes import ROUTE
from cloudchamber.services.apigatewayv2.records import (
    APIS,
    INTEGRATIONS,
    OWNERS,
    PARTS,
    ROUTES,
    STAGES,
    api_of,
    forget_api,
    part_of,
)
from cloudchamber.services.apigatewayv2.rules import cors
from cloudchamber.services.apigatewayv2.rules.routing import DEFAULT

_QUICK = ("Target", "RouteKey", "CredentialsArn")


def make_api(ctx: Context, members: Members) -> Api:
    """A new API without any parts."""
    api_id = ctx.ids.text(10)
    if members.get("CorsConfiguration"):
        cors.check(members["CorsConfiguration"])
    kept = {
        "ApiEndpoint": f"https://{api_id}.execute-api.{ctx.region}.amazonaws.com",
        "ApiId": api_id,
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": ctx.now_ms // 1000,
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "RouteSelectionExpression": "$request.method $request.path",
    } | members
    api = Api(api_id, kept)
    APIS.put(ctx, api, api_id)
    OWNERS.put(ctx, Owner(ctx.account, ctx.region), api_id)
    forget(ctx, api_id)
    return api


def create_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    if request["ProtocolType"] == "WEBSOCKET":
        raise unavailable("ProtocolType WEBSOCKET", "only HTTP APIs can be created")
    expression = request.get("RouteSelectionExpression")
    if expression not in (None, "$request.method $request.path", "${request.method} ${request.path}"):
        raise BadRequestException(
            "The routeSelectionExpression of an HTTP API must be ${request.method} ${request.path}"
        )
    api = make_api(ctx, given(request, *_QUICK, "RouteSelectionExpression"))
    if request.get("Target"):
        api = _quick_create(ctx, api, request["Target"], request.get("RouteKey") or DEFAULT)
    elif request.get("RouteKey"):
        raise BadRequestException("A target is required when a route key is given")
    return api.members


def _quick_create(ctx: Context, api: Api, target: str, route_key: str) -> Api:
    """An integration, one route and an automatic `$default` stage, all managed by API Gateway."""
    if function_arn(target) is None:
        raise unavailable("A target that is no Lambda function", "integrations reach Lambda functions only")
    integration = INTEGRATION.add(ctx, api.api_id, _quick_integration(target))
    route = ROUTE.add(
        ctx, api.api_id, {"RouteKey": route_key, "Target": f"integrations/{integration['IntegrationId']}"}
    )
    now_s = ctx.now_ms // 1000
    stage = {
        "ApiGatewayManaged": True, "AutoDeploy": True, "CreatedDate": now_s, "LastUpdatedDate": now_s,
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False}, "RouteSettings": {}, "StageName": DEFAULT,
        "StageVariables": {},
    }  # fmt: skip
    STAGES.put(ctx, Stage(DEFAULT, stage), api.api_id, DEFAULT)
    managed = {INTEGRATIONS: integration["IntegrationId"], ROUTES: route["RouteId"]}
    made = Api(api.api_id, api.members, managed)
    APIS.put(ctx, made, api.api_id)
    changed(ctx, api.api_id)
    return made


def _quick_integration(target: str) -> Members:
    return {
        "ApiGatewayManaged": True,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": target,
        "PayloadFormatVersion": "2.0",
    }


def get_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html"""
    return api_of(ctx, request["ApiId"]).members


def get_apis(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    items, more = page([api.members for api in APIS.values(ctx)], request)
    return {"Items": items, **more}


def update_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html"""
    api = api_of(ctx, request["ApiId"])
    _update_quick(ctx, api, request)
    members = api.members | given(request, "ApiId", *_QUICK)
    if members.get("CorsConfiguration"):
        cors.check(members["CorsConfiguration"])
    APIS.put(ctx, Api(api.api_id, members, api.managed), api.api_id)
    changed(ctx, api.api_id)
    return members


def _update_quick(ctx: Context, api: Api, request: dict[str, Any]) -> None:
    target, route_key = request.get("Target"), request.get("RouteKey")
    if (target or route_key) and not api.managed:
        raise BadRequestException("Target and routeKey can only be changed on an API made by quick create")
    if target:
        part = part_of(ctx, api.api_id, INTEGRATIONS, api.managed[INTEGRATIONS])
        if function_arn(target) is None:
            raise unavailable(
                "A target that is no Lambda function", "integrations reach Lambda functions only"
            )
        members = part.members | {"IntegrationUri": target}
        PARTS.put(ctx, Part(part.id, members), api.api_id, INTEGRATIONS, "", part.id)
    if route_key:
        ROUTE.update(ctx, {"ApiId": api.api_id, "RouteId": api.managed[ROUTES], "RouteKey": route_key})


def delete_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html"""
    api = api_of(ctx, request["ApiId"])
    forget_api(ctx, api.api_id)
    forget(ctx, api.api_id)
    return {}


def delete_cors_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-cors.html"""
    api = api_of(ctx, request["ApiId"])
    members = {name: value for name, value in api.members.items() if name != "CorsConfiguration"}
    APIS.put(ctx, Api(api.api_id, members, api.managed), api.api_id)
    changed(ctx, api.api_id)
    return {}

"""The control plane of HTTP APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:hello"


async def _api(cloud: Any, **members: Any) -> str:
    made = await cloud("apigatewayv2", "CreateApi", Name="shop", ProtocolType="HTTP", **members)
    return made["ApiId"]


async def _integration(cloud: Any, api_id: str) -> str:
    made = await cloud(
        "apigatewayv2", "CreateIntegration", ApiId=api_id, IntegrationType="AWS_PROXY",
        IntegrationUri=FUNCTION, PayloadFormatVersion="2.0",
    )  # fmt: skip
    return made["IntegrationId"]


async def test_quick_create_makes_a_route_an_integration_and_an_automatic_default_stage(cloud: Any) -> None:
    made = await cloud("apigatewayv2", "CreateApi", Name="quick", ProtocolType="HTTP", Target=FUNCTION)
    api_id = made["ApiId"]
    assert made["ApiEndpoint"] == f"https://{api_id}.execute-api.us-east-1.amazonaws.com"
    (route,) = (await cloud("apigatewayv2", "GetRoutes", ApiId=api_id))["Items"]
    (integration,) = (await cloud("apigatewayv2", "GetIntegrations", ApiId=api_id))["Items"]
    (stage,) = (await cloud("apigatewayv2", "GetStages", ApiId=api_id))["Items"]
    assert route["RouteKey"] == "$default"
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert (integration["IntegrationType"], integration["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    deployment = await cloud(
        "apigatewayv2", "GetDeployment", ApiId=api_id, DeploymentId=stage["DeploymentId"]
    )
    assert (deployment["AutoDeployed"], deployment["DeploymentStatus"]) == (True, "DEPLOYED")


async def test_an_unknown_api_is_not_found(cloud: Any, error_of: Any) -> None:
    error = await error_of(cloud("apigatewayv2", "GetApi", ApiId="nosuchapi1"))
    assert (error.code, error.message) == (
        "NotFoundException",
        "Invalid API identifier specified 123456789012:nosuchapi1",
    )


async def test_a_route_key_is_unique_and_well_formed(cloud: Any, error_of: Any) -> None:
    api_id = await _api(cloud)
    await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="GET /a")
    error = await error_of(cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="GET /a"))
    assert (error.code, error.message) == (
        "ConflictException",
        "Route with key GET /a already exists for this API",
    )
    error = await error_of(cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="get a"))
    assert error.code == "BadRequestException"
    error = await error_of(
        cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="GET /b", Target="integrations/none")
    )
    assert error.code == "NotFoundException"
    assert len((await cloud("apigatewayv2", "GetRoutes", ApiId=api_id))["Items"]) == 1


async def test_what_is_not_available_is_refused(cloud: Any, error_of: Any) -> None:
    error = await error_of(cloud("apigatewayv2", "CreateApi", Name="chat", ProtocolType="WEBSOCKET"))
    assert error.code == "NotImplemented"
    api_id = await _api(cloud)
    for members in (
        {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationUri": "https://example.com",
            "IntegrationMethod": "GET",
        },
        {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "AppConfig-GetConfiguration"},
        {
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": FUNCTION,
            "RequestParameters": {"append:header.a": "b"},
        },
    ):
        error = await error_of(cloud("apigatewayv2", "CreateIntegration", ApiId=api_id, **members))
        assert error.code == "NotImplemented"
    error = await error_of(cloud("apigatewayv2", "CreateIntegration", ApiId=api_id, IntegrationType="MOCK"))
    assert error.code == "BadRequestException"


async def test_a_deployment_is_a_snapshot_and_needs_a_route(cloud: Any, error_of: Any) -> None:
    api_id = await _api(cloud)
    error = await error_of(cloud("apigatewayv2", "CreateDeployment", ApiId=api_id))
    assert error.message == "Unable to deploy API because at least one route is required in this API"
    await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="GET /a")
    made = await cloud("apigatewayv2", "CreateDeployment", ApiId=api_id)
    await cloud(
        "apigatewayv2", "CreateStage", ApiId=api_id, StageName="prod", DeploymentId=made["DeploymentId"]
    )
    error = await error_of(
        cloud("apigatewayv2", "DeleteDeployment", ApiId=api_id, DeploymentId=made["DeploymentId"])
    )
    assert error.code == "BadRequestException"


async def test_an_automatic_stage_follows_each_change(cloud: Any) -> None:
    api_id = await _api(cloud)
    stage = await cloud("apigatewayv2", "CreateStage", ApiId=api_id, StageName="$default", AutoDeploy=True)
    assert "DeploymentId" not in stage
    seen = set()
    for key in ("GET /a", "GET /b"):
        await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey=key)
        stage = await cloud("apigatewayv2", "GetStage", ApiId=api_id, StageName="$default")
        seen.add(stage["DeploymentId"])
    assert len(seen) == 2
    listed = (await cloud("apigatewayv2", "GetDeployments", ApiId=api_id))["Items"]
    assert [d["DeploymentId"] for d in listed] == [stage["DeploymentId"]]


async def test_lists_come_in_pages(cloud: Any) -> None:
    api_id = await _api(cloud)
    for index in range(5):
        await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey=f"GET /{index}")
    first = await cloud("apigatewayv2", "GetRoutes", ApiId=api_id, MaxResults="3")
    second = await cloud(
        "apigatewayv2", "GetRoutes", ApiId=api_id, MaxResults="3", NextToken=first["NextToken"]
    )
    assert len(first["Items"]) == 3
    assert len(second["Items"]) == 2
    assert "NextToken" not in second


async def test_credentials_do_not_go_to_any_origin(cloud: Any, error_of: Any) -> None:
    cors = {"AllowOrigins": ["*"], "AllowCredentials": True}
    error = await error_of(
        cloud("apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP", CorsConfiguration=cors)
    )
    assert error.code == "BadRequestException"
    assert (await cloud("apigatewayv2", "GetApis"))["Items"] == []


async def test_a_deleted_api_is_gone_with_all_that_was_in_it(cloud: Any, error_of: Any) -> None:
    api_id = await _api(cloud, Target=FUNCTION)
    await cloud("apigatewayv2", "DeleteApi", ApiId=api_id)
    assert (await error_of(cloud("apigatewayv2", "GetRoutes", ApiId=api_id))).code == "NotFoundException"


async def test_an_authorizer_must_fit_its_route(cloud: Any, error_of: Any) -> None:
    api_id = await _api(cloud)
    made = await cloud(
        "apigatewayv2", "CreateAuthorizer", ApiId=api_id, Name="jwt", AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": "https://issuer", "Audience": ["me"]},
    )  # fmt: skip
    error = await error_of(
        cloud(
            "apigatewayv2", "CreateRoute", ApiId=api_id, RouteKey="GET /a", AuthorizationType="CUSTOM",
            AuthorizerId=made["AuthorizerId"],
        )
    )  # fmt: skip
    assert error.code == "BadRequestException"


# The shape of what SAM writes for an `HttpApi` event:
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
SAM_BODY = {
    "openapi": "3.0.1",
    "info": {"version": "1.0", "title": "shop"},
    "paths": {
        "/orders/{id}": {
            "get": {
                "x-amazon-apigateway-integration": {
                    "httpMethod": "POST",
                    "type": "aws_proxy",
                    "uri": f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
                    "payloadFormatVersion": "2.0",
                },
                "security": [{"OAuth": ["read"]}],
                "responses": {},
            }
        },
        "/$default": {
            "x-amazon-apigateway-any-method": {
                "isDefaultRoute": True,
                "x-amazon-apigateway-integration": {
                    "httpMethod": "POST", "type": "aws_proxy", "uri": FUNCTION, "payloadFormatVersion": "2.0",
                },
            }
        },
    },
    "components": {
        "securitySchemes": {
            "OAuth": {
                "type": "oauth2",
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"issuer": "https://issuer", "audience": ["me"]},
                },
            }
        }
    },
    "tags": [{"name": "httpapi:createdBy", "x-amazon-apigateway-tag-value": "SAM"}],
    "x-amazon-apigateway-cors": {"allowOrigins": ["*"], "maxAge": 10},
}  # fmt: skip


async def test_a_definition_written_by_sam_is_imported(cloud: Any) -> None:
    made = await cloud("apigatewayv2", "ImportApi", Body=json.dumps(SAM_BODY))
    assert made["CorsConfiguration"] == {"AllowOrigins": ["*"], "MaxAge": 10}
    assert made["Tags"] == {"httpapi:createdBy": "SAM"}
    routes = (await cloud("apigatewayv2", "GetRoutes", ApiId=made["ApiId"]))["Items"]
    by_key = {route["RouteKey"]: route for route in routes}
    assert sorted(by_key) == ["$default", "GET /orders/{id}"]
    assert by_key["GET /orders/{id}"]["AuthorizationType"] == "JWT"
    assert by_key["GET /orders/{id}"]["AuthorizationScopes"] == ["read"]
    again = dict(SAM_BODY, paths={"/x": SAM_BODY["paths"]["/$default"]})  # type: ignore[index]
    await cloud("apigatewayv2", "ReimportApi", ApiId=made["ApiId"], Body=json.dumps(again))
    routes = (await cloud("apigatewayv2", "GetRoutes", ApiId=made["ApiId"]))["Items"]
    assert [route["RouteKey"] for route in routes] == ["ANY /x"]


@pytest.mark.parametrize("body", ["{", '{"swagger": "2.0"}', "[]"])
async def test_what_is_no_definition_is_refused(cloud: Any, error_of: Any, body: str) -> None:
    assert (await error_of(cloud("apigatewayv2", "ImportApi", Body=body))).code == "BadRequestException"


async def test_tags_of_an_api(cloud: Any) -> None:
    api_id = await _api(cloud, Tags={"a": "1"})
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api_id}"
    await cloud("apigatewayv2", "TagResource", ResourceArn=arn, Tags={"b": "2"})
    await cloud("apigatewayv2", "UntagResource", ResourceArn=arn, TagKeys=["a"])
    assert (await cloud("apigatewayv2", "GetTags", ResourceArn=arn))["Tags"] == {"b": "2"}
    assert (await cloud("apigatewayv2", "GetApi", ApiId=api_id))["Tags"] == {"b": "2"}

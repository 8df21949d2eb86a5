"""CloudFormation's types of both API Gateway services, on the operations they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudchamber.aws import Call, Logical, Made

ECHO = "def handler(event, context): return {'statusCode': 200, 'body': __import__('json').dumps(event)}"


class Stack:
    """Makes resources as CloudFormation would."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    def _ctx(self) -> Any:
        call = Call("cloudformation", "CreateStack", {}, "root", "123456789012", "us-east-1")
        return self.cloud.cloud.begin(call)[1]

    def _type(self, name: str) -> Any:
        service = "apigatewayv2" if "V2" in name else "apigateway"
        return self.cloud.cloud.service(service).resources[f"AWS::{name}"]

    async def _run(self, work: Any) -> Any:
        """What runs holds the clock, as every call does."""

        async def held() -> Any:
            self.cloud.clock.hold()
            try:
                return await work
            finally:
                self.cloud.clock.release()

        return await self.cloud.clock.run(held())

    async def make(self, name: str, **properties: Any) -> Made:
        logical = Logical("shop", "arn:stack", name.rpartition("::")[2], "ABCDEFGHIJKL")
        return await self._run(self._type(name).create(self._ctx(), properties, logical))

    async def update(self, name: str, made: Made, new: dict[str, Any], old: dict[str, Any]) -> Made:
        work = self._type(name).update(self._ctx(), made.physical_id, new, old)
        return await self._run(work)

    async def delete(self, name: str, made: Made, **properties: Any) -> None:
        await self._run(self._type(name).delete(self._ctx(), made.physical_id, properties))


@pytest.fixture
def stack(cloud: Any) -> Stack:
    return Stack(cloud)


async def test_a_rest_api_resource_by_resource(
    cloud: Any, stack: Stack, function: Any, request_to: Any
) -> None:
    arn = await function(ECHO)
    invoke = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    api = await stack.make("ApiGateway::RestApi", Name="shop", EndpointConfiguration={"Types": ["REGIONAL"]})
    where = {"RestApiId": api.physical_id}
    root = api.attributes["RootResourceId"]
    resource = await stack.make("ApiGateway::Resource", **where, ParentId=root, PathPart="{id}")
    validator = await stack.make(
        "ApiGateway::RequestValidator", **where, Name="v", ValidateRequestParameters="true"
    )
    method = {
        **where, "ResourceId": resource.physical_id, "HttpMethod": "GET", "AuthorizationType": "NONE",
        "RequestValidatorId": validator.physical_id, "RequestParameters": {"method.request.querystring.q": "true"},
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invoke},
        "MethodResponses": [{"StatusCode": 200}],
    }  # fmt: skip
    made = await stack.make("ApiGateway::Method", **method)
    deployment = await stack.make("ApiGateway::Deployment", **where)
    stage = {"StageName": "Prod", **where, "DeploymentId": deployment.physical_id, "Variables": {"Sv": "1"}}
    setting = {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingBurstLimit": 5}
    shown = await stack.make("ApiGateway::Stage", **stage, MethodSettings=[setting])
    assert (await request_to(api.physical_id, "GET", "/Prod/a")).status == 400
    event = json.loads((await request_to(api.physical_id, "GET", "/Prod/a?q=1")).body)
    assert event["stageVariables"] == {"Sv": "1"}
    described = await cloud("apigateway", "GetStage", restApiId=api.physical_id, stageName=shown.physical_id)
    assert described["methodSettings"] == {"*/*": {"throttlingBurstLimit": 5}}
    await stack.update("ApiGateway::Method", made, method | {"RequestParameters": {}}, method)
    second = await stack.make("ApiGateway::Deployment", **where)
    new = stage | {"DeploymentId": second.physical_id, "Variables": {"Sv": "2"}}
    await stack.update("ApiGateway::Stage", shown, new, stage)
    event = json.loads((await request_to(api.physical_id, "GET", "/Prod/a")).body)
    assert event["stageVariables"] == {"Sv": "2"}
    await stack.delete("ApiGateway::Stage", shown, **new)
    await stack.delete("ApiGateway::Deployment", second, **where)
    await stack.delete("ApiGateway::RestApi", api)
    await stack.delete("ApiGateway::Method", made, **method)
    assert (await cloud("apigateway", "GetRestApis"))["items"] == []


async def test_a_rest_api_with_a_body_and_a_usage_plan(cloud: Any, stack: Stack) -> None:
    mock = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    body = {
        "openapi": "3.0.1", "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"get": {"x-amazon-apigateway-integration": mock}}},
    }  # fmt: skip
    properties = {
        "Name": "named",
        "Body": body,
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "Tags": [{"Key": "k", "Value": "v"}],
    }
    api = await stack.make("ApiGateway::RestApi", **properties)
    kept = await cloud("apigateway", "GetRestApi", restApiId=api.physical_id)
    assert (kept["name"], kept["tags"]) == ("named", {"k": "v"})
    assert kept["endpointConfiguration"]["types"] == ["REGIONAL"]
    where = {"RestApiId": api.physical_id, "StageName": "s"}
    first = await stack.make("ApiGateway::Deployment", **where)
    second = await stack.make("ApiGateway::Deployment", **where)
    await stack.delete("ApiGateway::Deployment", first, **where)
    (stage,) = (await cloud("apigateway", "GetStages", restApiId=api.physical_id))["item"]
    assert stage["deploymentId"] == second.physical_id
    stages = {"ApiStages": [{"ApiId": api.physical_id, "Stage": "s"}]}
    plan = await stack.make("ApiGateway::UsagePlan", UsagePlanName="p", **stages)
    key = await stack.make("ApiGateway::ApiKey", Enabled="true")
    assert (await cloud("apigateway", "GetApiKey", apiKey=key.physical_id))["enabled"] is True
    joined = {"UsagePlanId": plan.physical_id, "KeyId": key.physical_id, "KeyType": "API_KEY"}
    link = await stack.make("ApiGateway::UsagePlanKey", **joined)
    await stack.delete("ApiGateway::UsagePlanKey", link, **joined)
    await stack.delete("ApiGateway::UsagePlan", plan, **stages)
    assert (await cloud("apigateway", "GetUsagePlans"))["items"] == []


async def test_an_http_api_resource_by_resource(
    cloud: Any, stack: Stack, function: Any, request_to: Any
) -> None:
    arn = await function(ECHO)
    cors = {"AllowOrigins": ["*"], "MaxAge": "10"}
    properties = {"Name": "shop", "ProtocolType": "HTTP", "CorsConfiguration": cors, "Tags": {"a": "b"}}
    api = await stack.make("ApiGatewayV2::Api", **properties)
    assert api.attributes["ApiEndpoint"] == f"http://{api.physical_id}.execute-api.localhost:4566"
    where = {"ApiId": api.physical_id}
    integration = await stack.make(
        "ApiGatewayV2::Integration", **where, IntegrationType="AWS_PROXY", IntegrationUri=arn,
        PayloadFormatVersion="2.0", TimeoutInMillis="1000",
    )  # fmt: skip
    route = {**where, "RouteKey": "GET /a", "Target": f"integrations/{integration.physical_id}"}
    made = await stack.make("ApiGatewayV2::Route", **route)
    stage = {**where, "StageName": "$default", "AutoDeploy": "true", "Tags": {"a": "1"}}
    shown = await stack.make("ApiGatewayV2::Stage", **stage)
    await stack.update("ApiGatewayV2::Stage", shown, stage | {"Tags": {"b": "2"}}, stage)
    kept = await cloud("apigatewayv2", "GetStage", **where, StageName="$default")
    assert kept["Tags"] == {"b": "2"}
    assert (await request_to(api.physical_id, "GET", "/a")).status == 200
    await stack.update("ApiGatewayV2::Route", made, route | {"RouteKey": "GET /b"}, route)
    assert (await request_to(api.physical_id, "GET", "/a")).status == 404
    assert (await request_to(api.physical_id, "GET", "/b")).status == 200
    without = {k: v for k, v in properties.items() if k != "CorsConfiguration"}
    await stack.update("ApiGatewayV2::Api", api, without, properties)
    assert "CorsConfiguration" not in await cloud("apigatewayv2", "GetApi", ApiId=api.physical_id)
    await stack.delete("ApiGatewayV2::Api", api)
    await stack.delete("ApiGatewayV2::Route", made, **route)


async def test_an_http_api_with_a_body(cloud: Any, stack: Stack) -> None:
    body = {
        "openapi": "3.0.1", "info": {"title": "a", "version": "1"},
        "paths": {
            "/a": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy", "payloadFormatVersion": "2.0",
                        "uri": "arn:aws:lambda:us-east-1:123456789012:function:f",
                    }
                }
            }
        },
    }  # fmt: skip
    api = await stack.make("ApiGatewayV2::Api", Body=body, FailOnWarnings=True)
    routes = (await cloud("apigatewayv2", "GetRoutes", ApiId=api.physical_id))["Items"]
    assert [route["RouteKey"] for route in routes] == ["GET /a"]
    changed = {"Body": body | {"paths": {"/b": body["paths"]["/a"]}}}  # type: ignore[index]
    await stack.update("ApiGatewayV2::Api", api, changed, {"Body": body})
    routes = (await cloud("apigatewayv2", "GetRoutes", ApiId=api.physical_id))["Items"]
    assert [route["RouteKey"] for route in routes] == ["GET /b"]


async def test_removed_properties_of_an_http_api_go_back_to_their_defaults(cloud: Any, stack: Stack) -> None:
    plain = {"Name": "shop", "ProtocolType": "HTTP"}
    full = plain | {"Description": "d", "DisableExecuteApiEndpoint": "true", "Tags": {"a": "1"}}
    api = await stack.make("ApiGatewayV2::Api", **full)
    where = {"ApiId": api.physical_id}
    await stack.update("ApiGatewayV2::Api", api, plain, full)
    kept = await cloud("apigatewayv2", "GetApi", **where)
    assert (kept["Description"], kept["DisableExecuteApiEndpoint"], kept["Tags"]) == ("", False, {})

    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    plain = {**where, "IntegrationType": "AWS_PROXY", "IntegrationUri": arn, "PayloadFormatVersion": "2.0"}
    full = plain | {"Description": "d", "TimeoutInMillis": 1000}
    integration = await stack.make("ApiGatewayV2::Integration", **full)
    await stack.update("ApiGatewayV2::Integration", integration, plain, full)
    kept = await cloud("apigatewayv2", "GetIntegration", **where, IntegrationId=integration.physical_id)
    assert (kept["Description"], kept["TimeoutInMillis"]) == ("", 30_000)

    plain = {**where, "StageName": "s"}
    full = plain | {"AutoDeploy": True, "StageVariables": {"a": "1", "b": "2"}, "Tags": {"x": "y"}}
    stage = await stack.make("ApiGatewayV2::Stage", **full)
    fewer = full | {"StageVariables": {"b": "3"}}
    await stack.update("ApiGatewayV2::Stage", stage, fewer, full)
    kept = await cloud("apigatewayv2", "GetStage", **where, StageName="s")
    assert kept["StageVariables"] == {"b": "3"}
    await stack.update("ApiGatewayV2::Stage", stage, plain, fewer)
    kept = await cloud("apigatewayv2", "GetStage", **where, StageName="s")
    assert (kept["AutoDeploy"], kept["StageVariables"], kept["Tags"]) == (False, {}, {})

    configuration = {"Issuer": "https://issuer", "Audience": ["me"]}
    authorizer = await stack.make(
        "ApiGatewayV2::Authorizer", **where, Name="jwt", AuthorizerType="JWT", JwtConfiguration=configuration,
        IdentitySource=["$request.header.Authorization"],
    )  # fmt: skip
    plain = {**where, "RouteKey": "GET /a"}
    full = plain | {"AuthorizationType": "JWT", "AuthorizerId": authorizer.physical_id}
    route = await stack.make("ApiGatewayV2::Route", **full, AuthorizationScopes=["read"])
    await stack.update("ApiGatewayV2::Route", route, plain, full | {"AuthorizationScopes": ["read"]})
    kept = await cloud("apigatewayv2", "GetRoute", **where, RouteId=route.physical_id)
    assert (kept["AuthorizationType"], kept["AuthorizationScopes"]) == ("NONE", [])


def _tags(**tags: str) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


async def test_tags_of_rest_apis_follow_their_property(cloud: Any, stack: Stack) -> None:
    old, new = _tags(a="1", b="2"), _tags(b="3")
    mock = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    body = {
        "openapi": "3.0.1", "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"get": {"x-amazon-apigateway-integration": mock}}},
    }  # fmt: skip
    api = await stack.make("ApiGateway::RestApi", Body=body, **old)
    where = {"RestApiId": api.physical_id}
    deployment = await stack.make("ApiGateway::Deployment", **where)
    shown = where | {"StageName": "s", "DeploymentId": deployment.physical_id}
    made = {
        "ApiGateway::RestApi": (api, {"Body": body}, f"restapis/{api.physical_id}"),
        "ApiGateway::Stage": (
            await stack.make("ApiGateway::Stage", **shown, **old), shown, f"restapis/{api.physical_id}/stages/s",
        ),
        "ApiGateway::ApiKey": (key := await stack.make("ApiGateway::ApiKey", **old), {}, f"apikeys/{key.physical_id}"),
        "ApiGateway::UsagePlan": (
            plan := await stack.make("ApiGateway::UsagePlan", **old), {}, f"usageplans/{plan.physical_id}",
        ),
    }  # fmt: skip
    for name, (resource, properties, path) in made.items():
        await stack.update(name, resource, properties | new, properties | old)
        arn = f"arn:aws:apigateway:us-east-1::/{path}"
        assert (await cloud("apigateway", "GetTags", resourceArn=arn))["tags"] == {"b": "3"}, name

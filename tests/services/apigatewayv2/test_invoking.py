"""Requests to HTTP APIs, end to end through real functions."""

from __future__ import annotations

import base64
import json
from typing import Any

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.wire.http import HttpResponse


def parsed(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


ECHO = "def handler(event, context): return {'statusCode': 200, 'body': __import__('json').dumps(event)}"


async def _quick(cloud: Any, arn: str, **members: Any) -> str:
    made = await cloud("apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP", Target=arn, **members)
    return made["ApiId"]


async def _routed(cloud: Any, arn: str, route: dict[str, Any], version: str = "2.0", **stage: Any) -> str:
    api_id = (await cloud("apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP"))["ApiId"]
    integration = await cloud(
        "apigatewayv2", "CreateIntegration", ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn,
        PayloadFormatVersion=version,
    )  # fmt: skip
    target = f"integrations/{integration['IntegrationId']}"
    await cloud("apigatewayv2", "CreateRoute", ApiId=api_id, Target=target, **route)
    settings = {"StageName": "$default", "AutoDeploy": True} | stage
    await cloud("apigatewayv2", "CreateStage", ApiId=api_id, **settings)
    return api_id


async def test_a_function_receives_format_2_0(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _routed(
        cloud, await function(ECHO), {"RouteKey": "POST /my/{name}"}, StageVariables={"sv": "1"}
    )
    headers = {
        "cookie": "cookie1=a; cookie2=b", "content-type": "application/json", "header1": "value1",
        "header2": "value1,value2", "user-agent": "agent",
    }  # fmt: skip
    response = await request_to(
        api_id, "POST", "/my/a%20b?parameter1=value1&parameter1=value2&parameter2=value", headers, b'{"k": 1}'
    )
    assert response.status == 200
    assert response.header("apigw-requestid")
    event = parsed(response)
    context = event.pop("requestContext")
    sent = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "POST /my/{name}",
        "rawPath": "/my/a b",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "body": '{"k": 1}',
        "pathParameters": {"name": "a b"},
        "isBase64Encoded": False,
        "stageVariables": {"sv": "1"},
    }
    assert "cookie" not in sent
    assert (sent["header2"], sent["content-length"], sent["x-forwarded-for"]) == (
        "value1,value2", "8", "127.0.0.1",
    )  # fmt: skip
    assert context == {
        "accountId": "123456789012",
        "apiId": api_id,
        "domainName": f"{api_id}.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": api_id,
        "http": {
            "method": "POST",
            "path": "/my/a b",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "agent",
        },
        "requestId": response.header("apigw-requestid"),
        "routeKey": "POST /my/{name}",
        "stage": "$default",
        "time": "01/Jan/2026:00:00:00 +0000",
        "timeEpoch": 1767225600000,
    }


async def test_a_function_receives_format_1_0(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _routed(cloud, await function(ECHO), {"RouteKey": "GET /a/{p+}"}, "1.0")
    headers, again = {"Header1": "a", "Header2": "value1"}, (("header2", "value2"),)
    event = parsed(await request_to(api_id, "GET", "/a/b/c?x=1&x=2", headers, b"", again))
    assert (event["headers"]["header1"], event["headers"]["header2"]) == ("a", "value2")
    assert event["multiValueHeaders"]["header2"] == ["value1", "value2"]
    assert (event["version"], event["resource"], event["path"]) == ("1.0", "/a/{p+}", "/a/b/c")
    assert event["queryStringParameters"] == {"x": "2"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["pathParameters"] == {"p": "b/c"}
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == (None, False, None)
    assert event["requestContext"]["resourcePath"] == "/a/{p+}"


async def test_a_named_stage_is_part_of_the_path(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _routed(cloud, await function(ECHO), {"RouteKey": "GET /a"}, StageName="dev")
    event = parsed(await request_to(api_id, "GET", "/dev/a"))
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/dev/a", "dev")
    for path in ("/a", "/dev/b", "/prod/a"):
        response = await request_to(api_id, "GET", path)
        assert (response.status, parsed(response)) == (404, {"message": "Not Found"})


async def test_failures_of_a_function_are_answered_as_aws_does(
    cloud: Any, function: Any, request_to: Any
) -> None:
    source = "def handler(event, context): raise ValueError('secret')"
    response = await request_to(await _quick(cloud, await function(source)), "GET", "/")
    assert (response.status, parsed(response)) == (500, {"message": "Internal Server Error"})
    source = "def handler(event, context): return {'statusCode': 'no'}"
    response = await request_to(await _quick(cloud, await function(source, "bad")), "GET", "/")
    assert (response.status, parsed(response)) == (500, {"message": "Internal Server Error"})
    gone = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    response = await request_to(await _quick(cloud, gone), "GET", "/")
    assert response.status == 500


async def test_a_throttled_function_is_service_unavailable(
    cloud: Any, function: Any, request_to: Any
) -> None:
    """F087."""
    api_id = await _quick(cloud, await function(ECHO))
    throttle = Fault("error", "lambda", "Invoke", code="TooManyRequestsException", status=429)
    cloud.cloud.faults = Faults([throttle], 0)
    response = await request_to(api_id, "GET", "/")
    assert (response.status, parsed(response)) == (503, {"message": "Service Unavailable"})


async def test_an_integration_that_takes_too_long_is_service_unavailable(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _quick(cloud, await function(ECHO))
    cloud.cloud.faults = Faults([Fault("delay", "lambda", "Invoke", delay_ms=31_000)], 0)
    before_ms = cloud.clock.now_ms()
    response = await request_to(api_id, "GET", "/")
    assert (response.status, parsed(response)) == (503, {"message": "Service Unavailable"})
    assert cloud.clock.now_ms() - before_ms == 30_000
    await cloud.clock.run_until_idle()


async def test_a_stage_without_automatic_deployment_shows_its_snapshot(
    cloud: Any, function: Any, request_to: Any
) -> None:
    arn = await function(ECHO)
    api_id = await _routed(cloud, arn, {"RouteKey": "GET /a"}, StageName="prod", AutoDeploy=False)
    assert (await request_to(api_id, "GET", "/prod/a")).status == 404
    await cloud("apigatewayv2", "CreateDeployment", ApiId=api_id, StageName="prod")
    assert (await request_to(api_id, "GET", "/prod/a")).status == 200
    (route,) = (await cloud("apigatewayv2", "GetRoutes", ApiId=api_id))["Items"]
    await cloud("apigatewayv2", "UpdateRoute", ApiId=api_id, RouteId=route["RouteId"], RouteKey="GET /b")
    assert (await request_to(api_id, "GET", "/prod/a")).status == 200
    assert (await request_to(api_id, "GET", "/prod/b")).status == 404
    await cloud("apigatewayv2", "CreateDeployment", ApiId=api_id, StageName="prod")
    assert (await request_to(api_id, "GET", "/prod/a")).status == 404
    assert (await request_to(api_id, "GET", "/prod/b")).status == 200


async def test_the_gateway_answers_preflights_and_overrides_cors_headers(
    cloud: Any, function: Any, request_to: Any
) -> None:
    source = (
        "def handler(event, context): return {'statusCode': 200, "
        "'headers': {'Access-Control-Allow-Origin': 'http://function'}, 'body': ''}"
    )
    cors = {"AllowOrigins": ["http://a"], "AllowMethods": ["PUT"]}
    api_id = await _quick(cloud, await function(source), CorsConfiguration=cors)
    preflight = {"origin": "http://a", "access-control-request-method": "PUT"}
    response = await request_to(api_id, "OPTIONS", "/x", preflight)
    assert (response.status, response.body) == (204, b"")
    assert response.header("access-control-allow-origin") == "http://a"
    assert response.header("access-control-allow-methods") == "PUT"
    response = await request_to(api_id, "PUT", "/x", {"origin": "http://a"})
    assert [v for k, v in response.headers if k == "access-control-allow-origin"] == ["http://a"]
    response = await request_to(api_id, "PUT", "/x", {"origin": "http://b"})
    assert response.header("access-control-allow-origin") is None


async def _authorizer(cloud: Any, api_id: str, arn: str, **members: Any) -> str:
    made = await cloud(
        "apigatewayv2", "CreateAuthorizer", ApiId=api_id, Name="a", AuthorizerType="REQUEST",
        AuthorizerUri=arn, IdentitySource=["$request.header.Authorization"], **members,
    )  # fmt: skip
    (route,) = (await cloud("apigatewayv2", "GetRoutes", ApiId=api_id))["Items"]
    await cloud(
        "apigatewayv2", "UpdateRoute", ApiId=api_id, RouteId=route["RouteId"], AuthorizationType="CUSTOM",
        AuthorizerId=made["AuthorizerId"],
    )  # fmt: skip
    return made["AuthorizerId"]


async def test_a_lambda_authorizer_with_simple_responses_decides(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _routed(cloud, await function(ECHO), {"RouteKey": "GET /a"})
    source = (
        "def handler(event, context):\n"
        "    return {'isAuthorized': event['identitySource'] == ['ok'], 'context': {'who': event['routeArn']}}"
    )
    await _authorizer(
        cloud, api_id, await function(source, "judge"), EnableSimpleResponses=True,
        AuthorizerPayloadFormatVersion="2.0", AuthorizerResultTtlInSeconds=60,
    )  # fmt: skip
    for headers, status, message in (
        ({}, 401, "Unauthorized"),
        ({"authorization": "no"}, 403, "Forbidden"),
    ):
        response = await request_to(api_id, "GET", "/a", headers)
        assert (response.status, parsed(response)) == (status, {"message": message})
    event = parsed(await request_to(api_id, "GET", "/a", {"authorization": "ok"}))
    arn = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/$default/GET/a"
    assert event["requestContext"]["authorizer"] == {"lambda": {"who": arn}}
    await cloud("lambda", "DeleteFunction", FunctionName="judge")
    assert (await request_to(api_id, "GET", "/a", {"authorization": "ok"})).status == 200
    await cloud.clock.advance(60_000)
    assert (await request_to(api_id, "GET", "/a", {"authorization": "ok"})).status == 500


async def test_a_lambda_authorizer_with_a_policy_decides(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _routed(cloud, await function(ECHO), {"RouteKey": "ANY /{p+}"}, "1.0")
    source = (
        "def handler(event, context):\n"
        "    arn = event['methodArn'].split('/')[0] + '/$default/GET/*'\n"
        "    return {'principalId': 'me', 'context': {'n': 1}, 'policyDocument': {'Version': '2012-10-17',\n"
        "        'Statement': [{'Effect': 'Allow', 'Action': 'execute-api:Invoke', 'Resource': arn}]}}"
    )
    await _authorizer(cloud, api_id, await function(source, "judge"), AuthorizerPayloadFormatVersion="1.0")
    event = parsed(await request_to(api_id, "GET", "/a", {"authorization": "x"}))
    assert event["requestContext"]["authorizer"] == {"n": 1, "principalId": "me"}
    assert (await request_to(api_id, "PUT", "/a", {"authorization": "x"})).status == 403


def _token(**claims: Any) -> str:
    parts = [{"alg": "RS256"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return "Bearer " + ".".join([*encoded, "c2ln"])


async def test_a_token_must_come_from_its_issuer_be_for_us_and_be_alive(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _routed(cloud, await function(ECHO), {"RouteKey": "GET /a"})
    made = await cloud(
        "apigatewayv2", "CreateAuthorizer", ApiId=api_id, Name="jwt", AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": "https://issuer", "Audience": ["me"]},
    )  # fmt: skip
    (route,) = (await cloud("apigatewayv2", "GetRoutes", ApiId=api_id))["Items"]
    await cloud(
        "apigatewayv2", "UpdateRoute", ApiId=api_id, RouteId=route["RouteId"], AuthorizationType="JWT",
        AuthorizerId=made["AuthorizerId"], AuthorizationScopes=["read"],
    )  # fmt: skip
    alive = cloud.clock.now_ms() // 1000 + 60
    good = {"iss": "https://issuer", "aud": "me", "exp": alive, "scope": "read write"}
    for claims, status in (
        (good, 200),
        (good | {"iss": "https://other"}, 401),
        (good | {"aud": "you"}, 401),
        (good | {"exp": alive - 60}, 401),
        (good | {"scope": "write"}, 403),
    ):
        response = await request_to(api_id, "GET", "/a", {"authorization": _token(**claims)})
        assert response.status == status, claims
    assert (await request_to(api_id, "GET", "/a", {"authorization": "Bearer x"})).status == 401
    event = parsed(await request_to(api_id, "GET", "/a", {"authorization": _token(**good)}))
    assert event["requestContext"]["authorizer"]["jwt"] == {
        "claims": {k: str(v) for k, v in good.items()},
        "scopes": ["read", "write"],
    }


async def test_an_iam_route_takes_signed_requests_only(cloud: Any, function: Any, request_to: Any) -> None:
    route = {"RouteKey": "GET /a", "AuthorizationType": "AWS_IAM"}
    api_id = await _routed(cloud, await function(ECHO), route)
    response = await request_to(api_id, "GET", "/a")
    assert (response.status, parsed(response)) == (403, {"message": "Forbidden"})
    signed = {
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/execute-api/aws4_request"
    }
    event = parsed(await request_to(api_id, "GET", "/a", signed))
    assert event["requestContext"]["authorizer"]["iam"]["accessKey"] == "AKIDEXAMPLE"

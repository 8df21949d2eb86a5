"""REST APIs: the control plane, and requests end to end through real functions."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.services.apigateway.rules.answers import Malformed, proxy_answer
from cloudchamber.services.apigateway.rules.patching import patched
from cloudchamber.services.apigateway.rules.routing import Router
from cloudchamber.wire.http import HttpResponse

ECHO = "def handler(event, context): return {'statusCode': 200, 'body': __import__('json').dumps(event)}"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:hello"


def parsed(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


def uri(arn: str) -> str:
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


async def _api(cloud: Any, arn: str = ARN, part: str = "{id}", deploy: bool = True, **method: Any) -> str:
    """An API with one method, ANY /{id}, deployed to `prod`."""
    api = await cloud("apigateway", "CreateRestApi", name="shop")
    where = {"restApiId": api["id"]}
    made = await cloud("apigateway", "CreateResource", **where, parentId=api["rootResourceId"], pathPart=part)
    where |= {"resourceId": made["id"], "httpMethod": "ANY"}
    await cloud("apigateway", "PutMethod", **where, **({"authorizationType": "NONE"} | method))
    await cloud(
        "apigateway", "PutIntegration", **where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(arn)
    )
    if deploy:
        await cloud("apigateway", "CreateDeployment", restApiId=api["id"], stageName="prod")
    return api["id"]


@pytest.mark.parametrize(
    ("path", "found", "variables"),
    [
        ("/", "/", {}),
        ("/pets", "/pets", {}),
        ("/pets/", "/pets", {}),
        ("/pets/7", "/pets/{id}", {"id": "7"}),
        ("/pets/a%2Fb", "/pets/{id}", {"id": "a/b"}),
        ("/pets/7/toys", "/{proxy+}", {"proxy": "pets/7/toys"}),
        ("/x", "/{proxy+}", {"proxy": "x"}),
    ],
)
def test_the_most_specific_resource_is_reached(path: str, found: str, variables: dict[str, str]) -> None:
    router: Router[str] = Router()
    for resource in ("/", "/pets", "/pets/{id}", "/{proxy+}"):
        router.add(resource, resource)
    assert router.find(path) == (found, variables)


@pytest.mark.parametrize(
    "payload",
    [
        b"null", b'"text"', b"{}", b'{"message": "hi"}', b'{"statusCode": 200, "body": {}}', b'{"statusCode": "x"}',
        b'{"statusCode": 200, "extra": 1}',
    ],
)  # fmt: skip
def test_only_the_form_of_a_proxy_response_is_taken(payload: bytes) -> None:
    with pytest.raises(Malformed):
        proxy_answer(payload, [], "")


def test_a_binary_body_is_decoded_when_the_client_accepts_it() -> None:
    payload = b'{"statusCode": 200, "isBase64Encoded": true, "body": "AAE="}'
    assert proxy_answer(payload, ["image/png"], "image/png").body == b"\x00\x01"
    assert proxy_answer(payload, ["*/*"], "").body == b"\x00\x01"
    assert proxy_answer(payload, ["image/png"], "text/html").body == b"AAE="


# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
@pytest.mark.parametrize(
    ("op", "path", "value", "after"),
    [
        ("replace", "/name", "b", {"name": "b", "binaryMediaTypes": ["a/b"]}),
        (
            "add",
            "/binaryMediaTypes/image~1png",
            None,
            {"name": "a", "binaryMediaTypes": ["a/b", "image/png"]},
        ),
        ("remove", "/binaryMediaTypes/a~1b", None, {"name": "a", "binaryMediaTypes": []}),
        ("add", "/variables/x", "1", {"name": "a", "binaryMediaTypes": ["a/b"], "variables": {"x": "1"}}),
        ("replace", "/enabled", "true", {"name": "a", "binaryMediaTypes": ["a/b"], "enabled": True}),
    ],
)
def test_patch_operations(op: str, path: str, value: str | None, after: dict[str, Any]) -> None:
    before = {"name": "a", "binaryMediaTypes": ["a/b"]}
    assert patched(before, [{"op": op, "path": path, "value": value}]) == after


async def test_identifiers_that_name_nothing(cloud: Any, error_of: Any) -> None:
    error = await error_of(cloud("apigateway", "GetRestApi", restApiId="nosuch"))
    assert (error.code, error.message) == (
        "NotFoundException",
        "Invalid API identifier specified 123456789012:nosuch",
    )
    api = await cloud("apigateway", "CreateRestApi", name="a")
    error = await error_of(cloud("apigateway", "GetResource", restApiId=api["id"], resourceId="x"))
    assert error.message == "Invalid Resource identifier specified"
    error = await error_of(cloud("apigateway", "CreateDeployment", restApiId=api["id"]))
    assert (error.code, error.message) == (
        "BadRequestException",
        "The REST API doesn't contain any methods",
    )


async def test_a_resource_is_new_among_its_siblings(cloud: Any, error_of: Any) -> None:
    api = await cloud("apigateway", "CreateRestApi", name="a")
    where = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    await cloud("apigateway", "CreateResource", **where, pathPart="{id}")
    error = await error_of(cloud("apigateway", "CreateResource", **where, pathPart="{id}"))
    assert (error.code, error.message) == (
        "ConflictException",
        "Another resource with the same parent already has this name: {id}",
    )
    for part in ("{other}", "a b", "{p+"):
        error = await error_of(cloud("apigateway", "CreateResource", **where, pathPart=part))
        assert error.code == "BadRequestException"
    assert len((await cloud("apigateway", "GetResources", restApiId=api["id"]))["items"]) == 2


async def test_what_is_not_available_is_refused(cloud: Any, error_of: Any) -> None:
    api_id = await _api(cloud, deploy=False)
    (_, resource) = sorted(
        (await cloud("apigateway", "GetResources", restApiId=api_id))["items"], key=lambda r: r["path"]
    )
    where = {"restApiId": api_id, "resourceId": resource["id"], "httpMethod": "ANY"}
    for members in (
        {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://example.com"},
        {"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": "http://example.com"},
        {
            "type": "AWS_PROXY",
            "integrationHttpMethod": "POST",
            "uri": uri(ARN),
            "requestParameters": {"integration.request.header.a": "'b'"},
        },
    ):
        error = await error_of(cloud("apigateway", "PutIntegration", **where, **members))
        assert error.code == "NotImplemented"
    kept = await cloud("apigateway", "GetIntegration", **where)
    assert kept["type"] == "AWS_PROXY"


async def test_a_function_receives_a_proxy_event(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _api(cloud, await function(ECHO))
    stage = [{"op": "replace", "path": "/variables/sv", "value": "1"}]
    await cloud("apigateway", "UpdateStage", restApiId=api_id, stageName="prod", patchOperations=stage)
    headers = {"Content-Type": "application/json", "X-mY-Header": "1"}
    response = await request_to(
        api_id,
        "POST",
        "/prod/a%20b?n=1&n=2&m=",
        headers,
        b"hi",
        (("x-my-header", "2"), ("X-Forwarded-For", "1.2.3.4")),
    )
    assert response.status == 200
    assert response.header("x-amzn-requestid")
    event = parsed(response)
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/{id}", "/a b", "POST")
    assert event["pathParameters"] == {"id": "a b"}
    assert event["queryStringParameters"] == {"n": "2", "m": ""}
    assert event["multiValueQueryStringParameters"] == {"n": ["1", "2"], "m": [""]}
    assert event["stageVariables"] == {"sv": "1"}
    assert event["headers"]["X-mY-Header"] == "2"
    assert event["multiValueHeaders"]["X-mY-Header"] == ["1", "2"]
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["1.2.3.4, 127.0.0.1"]
    assert event["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert (event["body"], event["isBase64Encoded"]) == ("hi", False)
    context = event["requestContext"]
    assert (context["path"], context["stage"], context["resourcePath"]) == ("/prod/a b", "prod", "/{id}")
    assert (context["accountId"], context["requestTimeEpoch"]) == ("123456789012", 1767225600000)
    assert context["requestId"] == response.header("x-amzn-requestid")


async def test_what_is_not_deployed_is_answered_as_aws_does(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _api(cloud, await function(ECHO))
    response = await request_to(api_id, "GET", "/prod/a/b")
    assert (response.status, parsed(response)) == (403, {"message": "Missing Authentication Token"})
    assert response.header("x-amzn-errortype") == "MissingAuthenticationTokenException"
    response = await request_to(api_id, "GET", "/dev/a")
    assert (response.status, parsed(response)) == (403, {"message": "Forbidden"})
    response = await request_to(api_id, "PUT", "/prod/a", None, b"x" * (10 * 1024 * 1024 + 1))
    assert response.status == 413


async def test_failures_of_a_function_are_answered_as_aws_does(
    cloud: Any, function: Any, request_to: Any
) -> None:
    """F072, F087."""
    api_id = await _api(cloud, await function("def handler(event, context): return {'hello': 1}"))
    response = await request_to(api_id, "GET", "/prod/a")
    assert (response.status, parsed(response)) == (502, {"message": "Internal server error"})
    source = "def handler(event, context): raise ValueError"
    failing = await _api(cloud, await function(source, "failing"))
    response = await request_to(failing, "GET", "/prod/a")
    assert (response.status, parsed(response)) == (502, {"message": "Internal server error"})
    throttle = Fault("error", "lambda", "Invoke", code="TooManyRequestsException", status=429)
    cloud.cloud.faults = Faults([throttle], 0)
    response = await request_to(api_id, "GET", "/prod/a")
    assert (response.status, parsed(response)) == (500, {"message": "Internal server error"})
    cloud.cloud.faults = Faults([Fault("delay", "lambda", "Invoke", delay_ms=30_000)], 0)
    before_ms = cloud.clock.now_ms()
    response = await request_to(api_id, "GET", "/prod/a")
    assert (response.status, parsed(response)) == (504, {"message": "Endpoint request timed out"})
    assert cloud.clock.now_ms() - before_ms == 29_000
    await cloud.clock.run_until_idle()


async def test_a_deployment_is_the_api_as_it_was_at_that_moment(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _api(cloud, await function(ECHO))
    resources = (await cloud("apigateway", "GetResources", restApiId=api_id))["items"]
    (resource,) = [r for r in resources if r["path"] == "/{id}"]
    await cloud("apigateway", "DeleteResource", restApiId=api_id, resourceId=resource["id"])
    assert (await request_to(api_id, "GET", "/prod/a")).status == 200


# What SAM writes for a `Cors` setting of AWS::Serverless::Api.
def _definition(arn: str) -> dict[str, Any]:
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri(arn)}
    return {
        "swagger": "2.0",
        "info": {"version": "1.0", "title": "sam"},
        "paths": {
            "/items/{id}": {
                "get": {"x-amazon-apigateway-integration": proxy, "responses": {}},
                "options": {
                    "x-amazon-apigateway-integration": {
                        "type": "mock",
                        "requestTemplates": {"application/json": '{\n  "statusCode" : 200\n}\n'},
                        "responses": {
                            "default": {
                                "statusCode": "200",
                                "responseTemplates": {"application/json": "{}\n"},
                                "responseParameters": {
                                    "method.response.header.Access-Control-Allow-Origin": "'*'"
                                },
                            }
                        },
                    },
                    "responses": {"200": {"description": "Default response for CORS method"}},
                },
            }
        },
        "x-amazon-apigateway-gateway-responses": {
            "DEFAULT_4XX": {
                "statusCode": "404",
                "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
                "responseTemplates": {"application/json": '{"m": $context.error.messageString}'},
            }
        },
    }


async def test_a_definition_written_by_sam_is_imported_and_served(
    cloud: Any, function: Any, request_to: Any
) -> None:
    body = json.dumps(_definition(await function(ECHO))).encode()
    api = await cloud("apigateway", "ImportRestApi", body=body)
    assert api["name"] == "sam"
    await cloud("apigateway", "CreateDeployment", restApiId=api["id"], stageName="Prod")
    event = parsed(await request_to(api["id"], "GET", "/Prod/items/7"))
    assert event["pathParameters"] == {"id": "7"}
    response = await request_to(api["id"], "OPTIONS", "/Prod/items/7")
    assert (response.status, response.body) == (200, b"{}\n")
    assert response.header("access-control-allow-origin") == "*"
    response = await request_to(api["id"], "GET", "/Prod/nothing")
    assert (response.status, parsed(response)) == (404, {"m": "Missing Authentication Token"})
    assert response.header("access-control-allow-origin") == "*"
    again = await cloud("apigateway", "PutRestApi", restApiId=api["id"], body=body, mode="overwrite")
    assert again["rootResourceId"] == api["rootResourceId"]


async def _authorized(cloud: Any, api_id: str, kind: str, arn: str) -> None:
    made = await cloud(
        "apigateway", "CreateAuthorizer", restApiId=api_id, name="judge", type=kind, authorizerUri=uri(arn),
        identitySource="method.request.header.Authorization",
    )  # fmt: skip
    resources = (await cloud("apigateway", "GetResources", restApiId=api_id))["items"]
    (resource,) = [r for r in resources if r["path"] == "/{id}"]
    patches = [
        {"op": "replace", "path": "/authorizationType", "value": "CUSTOM"},
        {"op": "replace", "path": "/authorizerId", "value": made["id"]},
    ]
    await cloud(
        "apigateway", "UpdateMethod", restApiId=api_id, resourceId=resource["id"], httpMethod="ANY",
        patchOperations=patches,
    )  # fmt: skip
    await cloud("apigateway", "CreateDeployment", restApiId=api_id, stageName="prod")


JUDGE = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "who":
        raise Exception("Unauthorized")
    if token == "broken":
        raise Exception("oops")
    effect = {"yes": "Allow", "no": "Deny"}[token]
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "context": {"n": 1, "b": True}}
"""


async def test_a_token_authorizer_decides(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _api(cloud, await function(ECHO))
    await _authorized(cloud, api_id, "TOKEN", await function(JUDGE, "judge"))
    for token, status, body in (
        (None, 401, {"message": "Unauthorized"}),
        ("who", 401, {"message": "Unauthorized"}),
        ("no", 403, {"Message": "User is not authorized to access this resource with an explicit deny"}),
        ("broken", 500, {"message": None}),
    ):
        headers = {"authorization": token} if token else {}
        response = await request_to(api_id, "GET", "/prod/a", headers)
        assert (response.status, parsed(response)) == (status, body)
    event = parsed(await request_to(api_id, "GET", "/prod/a", {"authorization": "yes"}))
    assert event["requestContext"]["authorizer"] == {
        "n": "1", "b": "true", "principalId": "me", "integrationLatency": 0,
    }  # fmt: skip
    await cloud("lambda", "DeleteFunction", FunctionName="judge")
    assert (await request_to(api_id, "GET", "/prod/a", {"authorization": "yes"})).status == 200
    other = await request_to(api_id, "GET", "/prod/b", {"authorization": "yes"})
    assert other.status == 403  # the kept policy names the first path only


async def test_an_api_key_of_a_usage_plan_opens_a_method(cloud: Any, function: Any, request_to: Any) -> None:
    api_id = await _api(cloud, await function(ECHO), apiKeyRequired=True)
    key = await cloud("apigateway", "CreateApiKey", name="k", enabled=True, value="v" * 20)
    headers = {"x-api-key": "v" * 20}
    assert (await request_to(api_id, "GET", "/prod/a", headers)).status == 403
    stages = [{"apiId": api_id, "stage": "prod"}]
    plan = await cloud("apigateway", "CreateUsagePlan", name="p", apiStages=stages)
    await cloud(
        "apigateway", "CreateUsagePlanKey", usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY"
    )
    event = parsed(await request_to(api_id, "GET", "/prod/a", headers))
    assert event["requestContext"]["identity"]["apiKeyId"] == key["id"]
    response = await request_to(api_id, "GET", "/prod/a", {"x-api-key": "w" * 20})
    assert (response.status, parsed(response)) == (403, {"message": "Forbidden"})


async def test_required_parameters_are_held_by_a_validator(
    cloud: Any, function: Any, request_to: Any
) -> None:
    definition = _definition(await function(ECHO))
    definition["x-amazon-apigateway-request-validators"] = {"p": {"validateRequestParameters": True}}
    definition["x-amazon-apigateway-request-validator"] = "p"
    operation = definition["paths"]["/items/{id}"]["get"]
    operation["parameters"] = [{"in": "query", "name": "q", "required": True, "type": "string"}]
    del definition["x-amazon-apigateway-gateway-responses"]
    api = await cloud("apigateway", "ImportRestApi", body=json.dumps(definition).encode())
    await cloud("apigateway", "CreateDeployment", restApiId=api["id"], stageName="p")
    response = await request_to(api["id"], "GET", "/p/items/1")
    assert (response.status, parsed(response)) == (
        400,
        {"message": "Missing required request parameters: [q]"},
    )
    assert (await request_to(api["id"], "GET", "/p/items/1?q=1")).status == 200


async def test_binary_media_types_decide_how_a_body_is_carried(
    cloud: Any, function: Any, request_to: Any
) -> None:
    api_id = await _api(cloud, await function(ECHO), deploy=False)
    patches = [{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    await cloud("apigateway", "UpdateRestApi", restApiId=api_id, patchOperations=patches)
    await cloud("apigateway", "CreateDeployment", restApiId=api_id, stageName="prod")
    event = parsed(await request_to(api_id, "PUT", "/prod/a", {"content-type": "image/png"}, b"\x00"))
    assert (event["body"], event["isBase64Encoded"]) == (base64.b64encode(b"\x00").decode(), True)

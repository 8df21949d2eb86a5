"""Amazon API Gateway: Lambda authorizers and WebSocket APIs, and the table of all that answers HTTP."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.http_requests import (
    AGENT,
    SOURCE_IP,
    alb_request,
    aws_proxy,
    client_certificate,
    function_url,
    http_api_proxy,
    lattice_request,
    rest_context,
)
from cloudchamber.sample_events.kinds import JsonTexts, source
from cloudchamber.sample_events.origin import Origin


def token_authorizer(
    origin: Origin,
    *,
    token: str = "incoming-client-token",
    method: str = "POST",
    resource: str = "{proxy+}",
    stage: str = "prod",
    rest_api_id: str = "example",
) -> dict[str, Any]:
    """A TOKEN authorizer of a REST API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    arn = origin.arn("execute-api", f"{rest_api_id}/{stage}/{method}/{resource.lstrip('/')}")
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}


def request_authorizer(
    origin: Origin,
    *,
    method: str = "GET",
    resource: str = "request",
    stage: str = "test",
    rest_api_id: str = "abcdef123",
    headers: JsonTexts = '{"HeaderAuth1": "headerValue1"}',
    query_string_parameters: JsonTexts = '{"QueryString1": "queryValue1"}',
) -> dict[str, Any]:
    """A REQUEST authorizer of a REST API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    path = f"/{resource.lstrip('/')}"
    sent = {
        "X-AMZ-Date": origin.shown("%Y%m%dT%H%M%S+0000"),
        "Accept": "*/*",
        "CloudFront-Viewer-Country": "US",
        "CloudFront-Forwarded-Proto": "https",
        "CloudFront-Is-Tablet-Viewer": "false",
        "CloudFront-Is-Mobile-Viewer": "false",
        "User-Agent": AGENT,
    }
    context = rest_context(origin, method, path, path, stage, rest_api_id)
    context["identity"] |= {"apiKey": origin.token(40), "clientCert": client_certificate()}
    seen = sent | headers
    return {
        "type": "REQUEST",
        "methodArn": origin.arn("execute-api", f"{rest_api_id}/{stage}/{method}{path}"),
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": seen,
        "multiValueHeaders": {name: [value] for name, value in seen.items()},
        "queryStringParameters": query_string_parameters,
        "multiValueQueryStringParameters": {name: [v] for name, v in query_string_parameters.items()},
        "pathParameters": {},
        "stageVariables": {"StageVar1": "stageValue1"},
        "requestContext": context,
    }


def http_api_authorizer(
    origin: Origin,
    *,
    method: str = "POST",
    path: str = "my/path",
    token: str = "incoming-client-token",
    stage: str = "$default",
) -> dict[str, Any]:
    """A Lambda authorizer of an HTTP API, payload 2.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    """
    asked = http_api_proxy(
        origin, method=method, path=path, body="", query_string_parameters={}, claims={}, stage=stage
    )
    context = asked["requestContext"]
    context.pop("authorizer")
    arn = origin.arn("execute-api", f"{context['apiId']}/{stage}/{method}{asked['rawPath']}")
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": arn,
        "identitySource": [token],
        "routeKey": asked["routeKey"],
        "rawPath": asked["rawPath"],
        "rawQueryString": "",
        "cookies": asked["cookies"],
        "headers": {"authorization": token},
        "queryStringParameters": {},
        "requestContext": context,
        "pathParameters": asked["pathParameters"],
        "stageVariables": asked["stageVariables"],
    }


def websocket_connect(
    origin: Origin,
    *,
    connection_id: str = "Ia-oKeYzIAMCJbQ=",
    query_string_parameters: JsonTexts = '{"foo": "bar"}',
    stage: str = "prod",
) -> dict[str, Any]:
    """A client that connects to a WebSocket API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    """
    context = _websocket(origin, "$connect", "CONNECT", connection_id, stage)
    headers = {
        "Host": context["domainName"],
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Key": f"{origin.token(22)}==",
        "Sec-WebSocket-Version": "13",
        "X-Forwarded-For": SOURCE_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    made: dict[str, Any] = {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }
    if query_string_parameters:
        made["queryStringParameters"] = query_string_parameters
        made["multiValueQueryStringParameters"] = {n: [v] for n, v in query_string_parameters.items()}
    return made | {"requestContext": context, "isBase64Encoded": False}


def websocket_message(
    origin: Origin,
    *,
    route_key: str = "$default",
    body: str = '{"action":"sendmessage","data":"Hello from the client"}',
    connection_id: str = "Ia-oKeYzIAMCJbQ=",
    stage: str = "prod",
) -> dict[str, Any]:
    """A message of a client of a WebSocket API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
    """
    context = _websocket(origin, route_key, "MESSAGE", connection_id, stage) | {
        "messageId": origin.token(15) + "="
    }
    return {"requestContext": context, "body": body, "isBase64Encoded": False}


def websocket_disconnect(
    origin: Origin, *, connection_id: str = "Ia-oKeYzIAMCJbQ=", stage: str = "prod", status_code: int = 1001
) -> dict[str, Any]:
    """A client that has gone from a WebSocket API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    """
    context = _websocket(origin, "$disconnect", "DISCONNECT", connection_id, stage)
    context |= {"disconnectStatusCode": status_code, "disconnectReason": "Going away"}
    headers = {"Host": context["domainName"], "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    multi = {name: [value] for name, value in headers.items()}
    return {
        "headers": headers,
        "multiValueHeaders": multi,
        "requestContext": context,
        "isBase64Encoded": False,
    }


def _websocket(origin: Origin, route: str, kind: str, connection_id: str, stage: str) -> dict[str, Any]:
    api_id = origin.letters(10)
    return {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": f"{origin.token(15)}=",
        "requestTime": origin.shown("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": stage,
        "connectedAt": origin.at_ms - (0 if kind == "CONNECT" else 60_000),
        "requestTimeEpoch": origin.at_ms,
        "identity": {"sourceIp": SOURCE_IP} | ({"userAgent": AGENT} if kind == "CONNECT" else {}),
        "requestId": f"{origin.token(15)}=",
        "domainName": f"{api_id}.execute-api.{origin.region}.{origin.domain}",
        "connectionId": connection_id,
        "apiId": api_id,
    }


API_GATEWAY = source(
    "apigateway",
    "Amazon API Gateway",
    {
        "aws-proxy": aws_proxy,
        "http-api-proxy": http_api_proxy,
        "authorizer": token_authorizer,
        "request-authorizer": request_authorizer,
        "http-api-authorizer": http_api_authorizer,
        "websocket-connect": websocket_connect,
        "websocket-message": websocket_message,
        "websocket-disconnect": websocket_disconnect,
    },
)
ALB = source("alb", "Elastic Load Balancing (Application Load Balancer)", {"request": alb_request})
FUNCTION_URL = source("function-url", "Lambda function URLs", {"request": function_url})
VPC_LATTICE = source("vpc-lattice", "Amazon VPC Lattice", {"request": lattice_request})

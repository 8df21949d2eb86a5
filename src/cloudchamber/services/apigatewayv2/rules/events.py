"""The events that integrations and authorizers receive, in payload formats 1.0 and 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl, unquote

from cloudchamber.aws.proxy import SOURCE_IP, ProxyRequest, time_text, values_by_name

_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})


class Incoming(ProxyRequest, frozen=True):
    """A request at a route. `path` includes the stage where the stage is named."""

    route_key: str


def body_of(headers: dict[str, str], body: bytes) -> tuple[str, bool]:
    """A body as an event carries it, and whether it is base64: text by its content type goes as it is."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml")):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def forwarded(incoming: Incoming) -> dict[str, str]:
    """The headers of a request with those the gateway adds."""
    headers = dict(incoming.headers)
    before = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{before}, {SOURCE_IP}" if before else SOURCE_IP
    headers["x-forwarded-port"] = "443"
    headers["x-forwarded-proto"] = "https"
    headers["x-amzn-trace-id"] = incoming.trace
    if incoming.body:
        headers["content-length"] = str(len(incoming.body))
    return headers


def event_2_0(incoming: Incoming, authorizer: dict[str, Any] | None = None) -> dict[str, Any]:
    """The event of payload format 2.0."""
    event = _common_2_0(incoming)
    if authorizer:
        event["requestContext"]["authorizer"] = authorizer
    if incoming.body:
        event["body"], event["isBase64Encoded"] = body_of(incoming.headers, incoming.body)
    else:
        event["isBase64Encoded"] = False
    return event


def _common_2_0(incoming: Incoming) -> dict[str, Any]:
    headers = forwarded(incoming)
    cookie = headers.pop("cookie", None)
    path = unquote(incoming.path)
    domain_name = incoming.domain_name
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": incoming.route_key,
        "rawPath": path,
        "rawQueryString": incoming.query,
    }
    if cookie:
        event["cookies"] = [part.strip() for part in cookie.split(";") if part.strip()]
    event["headers"] = headers
    if incoming.query:
        event["queryStringParameters"] = _joined(incoming.query)
    event["requestContext"] = {
        "accountId": incoming.account,
        "apiId": incoming.api_id,
        "domainName": domain_name,
        "domainPrefix": incoming.api_id,
        "http": {
            "method": incoming.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": SOURCE_IP,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": incoming.request_id,
        "routeKey": incoming.route_key,
        "stage": incoming.stage,
        "time": time_text(incoming.now_ms // 1000),
        "timeEpoch": incoming.now_ms,
    }
    if incoming.variables:
        event["pathParameters"] = incoming.variables
    if incoming.stage_variables:
        event["stageVariables"] = incoming.stage_variables
    return event


def _joined(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def event_1_0(incoming: Incoming, authorizer: dict[str, Any] | None = None) -> dict[str, Any]:
    """The event of payload format 1.0."""
    event = _common_1_0(incoming)
    event["requestContext"]["authorizer"] = authorizer
    event["body"], event["isBase64Encoded"] = None, False
    if incoming.body:
        event["body"], event["isBase64Encoded"] = body_of(incoming.headers, incoming.body)
    return event


def resource_of(route_key: str) -> str:
    """The resource of a route as format 1.0 names it: its path, or `$default`."""
    return route_key.partition(" ")[2] or route_key


def _every_header(incoming: Incoming) -> dict[str, list[str]]:
    """Every value of every header, with those the gateway adds."""
    apart: dict[str, list[str]] = {}
    for name, value in incoming.raw_headers:
        apart.setdefault(name.lower(), []).append(value)
    return {
        name: apart[name] if len(apart.get(name, ())) > 1 and name != "x-forwarded-for" else [value]
        for name, value in forwarded(incoming).items()
    }


def _common_1_0(incoming: Incoming) -> dict[str, Any]:
    headers = _every_header(incoming)
    path, resource = unquote(incoming.path), resource_of(incoming.route_key)
    every = values_by_name(incoming.query)
    return {
        "version": "1.0",
        "resource": resource,
        "path": path,
        "httpMethod": incoming.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in every.items()} or None,
        "multiValueQueryStringParameters": every or None,
        "requestContext": {
            "accountId": incoming.account,
            "apiId": incoming.api_id,
            "domainName": incoming.domain_name,
            "domainPrefix": incoming.api_id,
            "extendedRequestId": incoming.request_id,
            "httpMethod": incoming.method,
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "cognitoAmr": None,
                "cognitoAuthenticationProvider": None,
                "cognitoAuthenticationType": None,
                "cognitoIdentityId": None,
                "cognitoIdentityPoolId": None,
                "principalOrgId": None,
                "sourceIp": SOURCE_IP,
                "user": None,
                "userAgent": incoming.headers.get("user-agent", ""),
                "userArn": None,
            },
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": incoming.request_id,
            "requestTime": time_text(incoming.now_ms // 1000),
            "requestTimeEpoch": incoming.now_ms,
            "resourceId": incoming.route_key,
            "resourcePath": resource,
            "stage": incoming.stage,
        },
        "pathParameters": incoming.variables or None,
        "stageVariables": incoming.stage_variables or None,
    }


def route_arn(incoming: Incoming) -> str:
    """The ARN of a request, as policies of Lambda authorizers name it."""
    stage = "" if incoming.stage == "$default" else f"/{incoming.stage}"
    path = unquote(incoming.path.removeprefix(stage))
    resource = f"{incoming.api_id}/{incoming.stage}/{incoming.method}{path}"
    return f"arn:aws:execute-api:{incoming.region}:{incoming.account}:{resource}"


def authorizer_event(incoming: Incoming, version: str, identity: list[str]) -> dict[str, Any]:
    """What a Lambda authorizer receives.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    """
    arn = route_arn(incoming)
    if version == "2.0":
        event = _common_2_0(incoming)
        return {
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": arn,
            "identitySource": identity or None,
        } | event
    event = _common_1_0(incoming)
    joined = ",".join(identity) or None
    first = {"version": "1.0", "type": "REQUEST", "methodArn": arn, "identitySource": joined}
    return first | {"authorizationToken": joined} | event

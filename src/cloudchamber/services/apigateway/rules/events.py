"""The events of Lambda proxy integrations and Lambda authorizers of REST APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote

from cloudchamber.aws.proxy import SOURCE_IP, ProxyRequest, time_text, values_by_name

_ADDED = frozenset({"x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})


class Incoming(ProxyRequest, frozen=True):
    """A request at a method. `path` is without the stage."""

    extended_request_id: str
    deployment_id: str
    resource_id: str
    resource_path: str
    api_key: str | None = None
    api_key_id: str | None = None

    @property
    def method_arn(self) -> str:
        place = f"{self.api_id}/{self.stage}/{self.method}{unquote(self.path)}"
        return f"arn:aws:execute-api:{self.region}:{self.account}:{place}"


def is_binary(content_type: str, binary_media_types: list[str]) -> bool:
    """Whether a content type is among an API's binary media types.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
    """
    kind = content_type.partition(";")[0].strip().lower()
    family = kind.partition("/")[0] + "/*"
    return any(t.lower() in ("*/*", kind, family) for t in binary_media_types)


def _headers(incoming: Incoming) -> dict[str, list[str]]:
    """Every value of every header, names as the client wrote them, with those the gateway adds."""
    headers: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for name, value in incoming.raw_headers:
        headers.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    for name in _ADDED & spellings.keys():
        del headers[spellings[name]]
    before = incoming.headers.get("x-forwarded-for")
    headers["X-Forwarded-For"] = [f"{before}, {SOURCE_IP}" if before else SOURCE_IP]
    headers["X-Forwarded-Port"] = ["443"]
    headers["X-Forwarded-Proto"] = ["https"]
    headers["X-Amzn-Trace-Id"] = [incoming.trace]
    return headers


def _request(incoming: Incoming) -> dict[str, Any]:
    """What events of functions and of authorizers share."""
    every = values_by_name(incoming.query)
    headers = _headers(incoming)
    return {
        "resource": incoming.resource_path,
        "path": unquote(incoming.path),
        "httpMethod": incoming.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in every.items()} or None,
        "multiValueQueryStringParameters": every or None,
        "pathParameters": incoming.variables or None,
        "stageVariables": incoming.stage_variables or None,
        "requestContext": context_of(incoming),
    }


def context_of(incoming: Incoming) -> dict[str, Any]:
    """`requestContext` of events, and `$context` of mapping templates."""
    identity: dict[str, Any] = dict.fromkeys(
        (
            "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "principalOrgId", "accessKey",
            "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "user",
        )
    )  # fmt: skip
    identity["sourceIp"] = SOURCE_IP
    identity["userAgent"] = incoming.headers.get("user-agent")
    if incoming.api_key is not None:
        identity |= {"apiKey": incoming.api_key, "apiKeyId": incoming.api_key_id}
    return {
        "resourceId": incoming.resource_id,
        "resourcePath": incoming.resource_path,
        "httpMethod": incoming.method,
        "extendedRequestId": incoming.extended_request_id,
        "requestTime": time_text(incoming.now_ms // 1000),
        "path": f"/{incoming.stage}{unquote(incoming.path)}",
        "accountId": incoming.account,
        "protocol": "HTTP/1.1",
        "stage": incoming.stage,
        "domainPrefix": incoming.api_id,
        "requestTimeEpoch": incoming.now_ms,
        "requestId": incoming.request_id,
        "identity": identity,
        "domainName": incoming.domain_name,
        "deploymentId": incoming.deployment_id,
        "apiId": incoming.api_id,
    }


def proxy_event(
    incoming: Incoming, binary_media_types: list[str], authorizer: dict[str, Any] | None
) -> dict[str, Any]:
    """The event of a Lambda proxy integration."""
    event = _request(incoming)
    if authorizer is not None:
        event["requestContext"]["authorizer"] = authorizer
    event["body"], event["isBase64Encoded"] = None, False
    if incoming.body and is_binary(incoming.headers.get("content-type", ""), binary_media_types):
        event["body"], event["isBase64Encoded"] = base64.b64encode(incoming.body).decode(), True
    elif incoming.body:
        event["body"] = incoming.body.decode(errors="replace")
    return event


def authorizer_event(incoming: Incoming, kind: str, token: str) -> dict[str, Any]:
    """What a Lambda authorizer of type TOKEN or REQUEST receives.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    arn = incoming.method_arn
    if kind == "TOKEN":
        return {"type": "TOKEN", "methodArn": arn, "authorizationToken": token}
    return {"type": "REQUEST", "methodArn": arn} | _request(incoming)

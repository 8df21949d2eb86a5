"""What a function's answer becomes, and what the gateway answers itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws.proxy import Malformed, header_text
from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.events import is_binary
from cloudchamber.wire.http import HttpResponse

_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_NOT_SENT_ON = frozenset({"connection", "content-length", "transfer-encoding"})
_INTERNAL = "InternalServerErrorException"


class Stopped(Exception):
    """The gateway answers itself, with the gateway response of `kind`."""

    def __init__(self, kind: str, message: str | None = None, status: int | None = None) -> None:
        super().__init__(kind)
        self.kind, self.message, self.status = kind, message, status


# gateway response type -> status, message, x-amzn-ErrorType
_DEFAULTS: dict[str, tuple[int, str | None, str]] = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource", "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": (500, "Internal server error", _INTERNAL),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, None, "AuthorizerConfigurationException"),
    "BAD_REQUEST_BODY": (400, "Invalid request body", "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": (400, "Missing required request parameters", "BadRequestException"),
    "FORBIDDEN": (403, "Forbidden", "ForbiddenException"),
    "INTEGRATION_FAILURE": (504, "Internal server error", _INTERNAL),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out", "InternalServerErrorException"),
    "INVALID_API_KEY": (403, "Forbidden", "ForbiddenException"),
    "MISSING_AUTHENTICATION_TOKEN": (
        403,
        "Missing Authentication Token",
        "MissingAuthenticationTokenException",
    ),
    "REQUEST_TOO_LARGE": (413, "Request Too Long", "RequestTooLongException"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type", "UnsupportedMediaTypeException"),
    "UNAUTHORIZED": (401, "Unauthorized", "UnauthorizedException"),
}


def stopped(outcome: Stopped, customized: dict[str, Members], request_id: str) -> HttpResponse:
    """The gateway response of an outcome: its own customization, else that of DEFAULT_4XX or DEFAULT_5XX."""
    status, message, error_type = _DEFAULTS[outcome.kind]
    status, message = outcome.status or status, outcome.message or message
    family = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
    custom = customized.get(outcome.kind) or customized.get(family) or {}
    key = "Message" if outcome.kind == "ACCESS_DENIED" else "message"
    body = msgspec.json.encode({key: message})
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error_type)]
    for name, value in (custom.get("responseParameters") or {}).items():
        if name.startswith("gatewayresponse.header.") and value[:1] == value[-1:] == "'":
            headers.append((name.removeprefix("gatewayresponse.header."), value[1:-1]))
    for kind, template in list((custom.get("responseTemplates") or {}).items())[:1]:
        known = {
            "$context.error.messageString": msgspec.json.encode(message).decode(),
            "$context.error.message": message or "",
            "$context.error.responseType": outcome.kind,
            "$context.requestId": request_id,
        }
        for expression, value in known.items():
            template = template.replace(expression, value)
        body, headers[0] = template.encode(), ("Content-Type", kind)
    return HttpResponse(int(custom.get("statusCode") or status), headers, body)


def proxy_answer(payload: bytes, binary_media_types: list[str], accept: str) -> HttpResponse:
    """The response a function's answer asks for. Raises Malformed."""
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        raise Malformed("the answer is no JSON") from error
    if not isinstance(value, dict) or set(value) - _KEYS:
        raise Malformed("the answer has not the form of a proxy response")
    headers = _headers(value)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return HttpResponse(_status(value.get("statusCode")), headers, _body(value, binary_media_types, accept))


def _status(status: Any) -> int:
    try:
        number = int(status)
    except (TypeError, ValueError) as error:
        raise Malformed("the statusCode is no number") from error
    if not 100 <= number <= 599 or isinstance(status, bool):
        raise Malformed("the statusCode is no HTTP status")
    return number


def _body(value: dict[str, Any], binary_media_types: list[str], accept: str) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("the body is no text")
    if value.get("isBase64Encoded") and is_binary(accept.partition(",")[0], binary_media_types):
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error as error:
            raise Malformed("the body is not base64") from error
    return body.encode()


def _headers(value: dict[str, Any]) -> list[tuple[str, str]]:
    """Both kinds of headers, merged; a pair that is in both is sent once."""
    single, several = value.get("headers") or {}, value.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(several, dict):
        raise Malformed("the headers are no object")
    headers: list[tuple[str, str]] = []
    for name, items in several.items():
        if not isinstance(items, list):
            raise Malformed("a header of multiValueHeaders has no list")
        headers += [(str(name), header_text(item)) for item in items]
    pairs = [(str(name), header_text(item)) for name, item in single.items()]
    headers += [pair for pair in pairs if pair not in headers]
    return [(name, item) for name, item in headers if name.lower() not in _NOT_SENT_ON]

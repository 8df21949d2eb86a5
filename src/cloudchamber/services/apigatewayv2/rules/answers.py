"""What a function's answer becomes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import AwsError
from cloudchamber.aws.proxy import Malformed, header_text
from cloudchamber.wire.http import HttpResponse

_decode = msgspec.json.decode
_encode = msgspec.json.encode
_NOT_SENT_ON = frozenset({"connection", "content-length", "transfer-encoding"})


def gateway_error(status: int, text: str) -> HttpResponse:
    """An answer that the gateway makes itself."""
    return HttpResponse(status, [("content-type", "application/json")], _encode({"message": text}))


def internal_server_error() -> HttpResponse:
    return gateway_error(500, "Internal Server Error")


def service_unavailable() -> HttpResponse:
    return gateway_error(503, "Service Unavailable")


def service_answer(answer: Any) -> HttpResponse:
    """What another service answered."""
    return HttpResponse(200, [("content-type", "application/x-amz-json-1.0")], _encode(answer or {}))


def service_error(error: AwsError) -> HttpResponse:
    """The error of another service, as its own protocol has it."""
    body = {"__type": error.code, "message": error.message}
    return HttpResponse(error.status or 400, [("content-type", "application/x-amz-json-1.0")], _encode(body))


def answer_2_0(payload: bytes) -> HttpResponse:
    """Format 2.0: JSON without a status code is the body of a 200. Raises Malformed."""
    value = _json(payload)
    if type(value) is dict and "statusCode" in value:
        response = _formed(value)
        response.headers.extend(("set-cookie", str(cookie)) for cookie in value.get("cookies") or ())
        return response
    body = value.encode() if type(value) is str else payload
    return HttpResponse(200, [("content-type", "application/json")], body)


def answer_1_0(payload: bytes) -> HttpResponse:
    """Format 1.0: a status code is required; `headers` and `multiValueHeaders` are merged. Raises Malformed."""
    value = _json(payload)
    if type(value) is not dict or "statusCode" not in value:
        raise Malformed("the answer has no statusCode")
    return _formed(value)


def _json(payload: bytes) -> Any:
    try:
        return _decode(payload) if payload else None
    except msgspec.DecodeError as error:
        raise Malformed(str(error)) from error


def _formed(value: dict[str, Any]) -> HttpResponse:
    headers = _headers(value)
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return HttpResponse(_status(value["statusCode"]), headers, _body(value))


def _status(status: Any) -> int:
    if isinstance(status, bool) or not isinstance(status, int | str | float):
        raise Malformed("the statusCode is no number")
    try:
        number = int(status)
    except ValueError as error:
        raise Malformed("the statusCode is no number") from error
    if not 100 <= number <= 599:
        raise Malformed("the statusCode is no HTTP status")
    return number


def _body(value: dict[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("the body is no text")
    if not value.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise Malformed("the body is not base64") from error


def _headers(value: dict[str, Any]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    single, several = value.get("headers") or {}, value.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(several, dict):
        raise Malformed("the headers are no object")
    for name, items in several.items():
        if not isinstance(items, list):
            raise Malformed("a header of multiValueHeaders has no list")
        headers += [(str(name).lower(), header_text(item)) for item in items]
    taken = set(headers)
    pairs = [(str(name).lower(), header_text(item)) for name, item in single.items()]
    headers += [pair for pair in pairs if pair not in taken]
    return [(name, item) for name, item in headers if name not in _NOT_SENT_ON]

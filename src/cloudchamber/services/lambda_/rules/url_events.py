"""What a request to a function URL is to its function, and what the function's answer is to the client.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cloudchamber.wire.http import HttpRequest, HttpResponse

_TEXT_TYPES = (
    "text/",
    "application/json",
    "application/javascript",
    "application/xml",
    "application/x-ndjson",
)
PRELUDE_END = b"\x00" * 8
_OWN_HEADERS = {"content-length", "transfer-encoding", "connection"}


class BadAnswer(Exception):
    """The function's answer is no HTTP response."""


def event_of(
    request: HttpRequest, url_id: str, *, request_id: str, now_ms: int, trace_header: str
) -> dict[str, Any]:
    """The event, in payload format 2.0."""
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    domain = request.host.partition(":")[0]
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    headers |= {
        "x-amzn-trace-id": trace_header,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": request.host.partition(":")[2] or "80",
        "x-forwarded-proto": "http",
    }
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": url_id,
            "domainName": domain,
            "domainPrefix": url_id,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": now_ms,
        },
        "isBase64Encoded": False,
    }
    cookies = [cookie.strip() for cookie in request.headers.get("cookie", "").split(";") if cookie.strip()]
    if cookies:
        event["cookies"] = cookies
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    if parameters:
        event["queryStringParameters"] = parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def _body(request: HttpRequest) -> tuple[str, bool]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind or kind.startswith(_TEXT_TYPES) or kind.endswith(("+json", "+xml")):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def response_of(payload: bytes) -> HttpResponse:
    """The response that a function's answer describes, or is. Raises BadAnswer."""
    try:
        value = msgspec.json.decode(payload) if payload else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadAnswer("no JSON") from None
    if isinstance(value, dict) and "statusCode" in value:
        return _structured(value)
    body = value.encode() if isinstance(value, str) else b"" if value is None else payload
    return HttpResponse(200, [("Content-Type", "application/json")], body)


def _structured(value: dict[str, Any]) -> HttpResponse:
    headers = head_of(value)
    body = value.get("body")
    if body is None:
        content = b""
    elif not isinstance(body, str):
        raise BadAnswer("the body is no text")
    elif value.get("isBase64Encoded"):
        try:
            content = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise BadAnswer("the body is no base64") from None
    else:
        content = body.encode()
    return HttpResponse(headers.status, headers.headers, content)


def head_of(value: dict[str, Any]) -> HttpResponse:
    """Status, headers and cookies of a structured answer, without its body. Raises BadAnswer."""
    status = value.get("statusCode", 200)
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise BadAnswer("the status code is none")
    given, cookies = value.get("headers") or {}, value.get("cookies") or []
    if not isinstance(given, dict) or not isinstance(cookies, list):
        raise BadAnswer("the headers are none")
    headers = [(name, _text(content)) for name, content in given.items() if name.lower() not in _OWN_HEADERS]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    headers += [("Set-Cookie", str(cookie)) for cookie in cookies]
    return HttpResponse(status, headers)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise BadAnswer("a header is no text")


def prelude_of(data: bytes) -> HttpResponse:
    """The head of a streamed response, from the JSON in front of its eight NULs. Raises BadAnswer."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadAnswer("the prelude is no JSON") from None
    if not isinstance(value, dict):
        raise BadAnswer("the prelude is no object")
    return head_of(value)


# -- CORS: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks what it may ask."""
    return (
        request.method == "OPTIONS"
        and "origin" in request.headers
        and "access-control-request-method" in request.headers
    )


def cors_headers(cors: dict[str, Any], request: HttpRequest, *, preflight: bool) -> list[tuple[str, str]]:
    """What tells a browser that the page may see the answer; nothing for an origin that is not allowed."""
    origin = request.headers.get("origin", "")
    origins = cors.get("AllowOrigins") or []
    if not origin or not any(_origin_matches(origin, allowed) for allowed in origins):
        return []
    headers = [("Access-Control-Allow-Origin", "*" if "*" in origins else origin)]
    if "*" not in origins:
        headers.append(("Vary", "Origin"))
    if cors.get("AllowCredentials"):
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if cors.get("ExposeHeaders"):
        headers.append(("Access-Control-Expose-Headers", ",".join(cors["ExposeHeaders"])))
    if not preflight:
        return headers
    if cors.get("AllowMethods"):
        headers.append(("Access-Control-Allow-Methods", ",".join(cors["AllowMethods"])))
    if cors.get("AllowHeaders"):
        headers.append(("Access-Control-Allow-Headers", ",".join(cors["AllowHeaders"])))
    if cors.get("MaxAge"):
        headers.append(("Access-Control-Max-Age", str(cors["MaxAge"])))
    return headers


def _origin_matches(origin: str, allowed: str) -> bool:
    if allowed == "*":
        return True
    if "*" not in allowed:
        return origin == allowed
    start, _, end = allowed.partition("*")
    return len(origin) >= len(start) + len(end) and origin.startswith(start) and origin.endswith(end)

"""HTTP Tasks: a request to any web API, with the credentials of an EventBridge connection.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.languages.states import StatesError

_REQUIRED = ("ApiEndpoint", "Method")
# https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#http-task-error-handling
SOCKET = "States.Http.Socket"


def request_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The request that the task's parameters describe. Raises StatesError."""
    for member in _REQUIRED:
        if not payload.get(member):
            raise StatesError("States.Runtime", f"The field '{member}' is required for an HTTP Task.")
    config = payload.get("Authentication") or payload.get("InvocationConfig") or {}
    connection = Arn.parse(config.get("ConnectionArn") or "")
    if connection is None or not connection.resource.startswith("connection/"):
        raise StatesError("States.Runtime", "An HTTP Task needs the ARN of an EventBridge connection.")
    headers = {str(name).lower(): _text(value) for name, value in (payload.get("Headers") or {}).items()}
    body, kind = _body(payload)
    if kind:
        headers.setdefault("content-type", kind)
    headers.setdefault("user-agent", "Amazon|StepFunctions|HttpInvoke|us-east-1")
    url, query = str(payload["ApiEndpoint"]), _encoded(payload.get("QueryParameters") or {})
    return {
        "ConnectionName": connection.resource.split("/")[1],
        "Method": payload["Method"],
        "Url": f"{url}{'&' if '?' in url else '?'}{query}" if query else url,
        "Headers": list(headers.items()),
        "Body": body,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _encoded(members: dict[str, Any]) -> str:
    """Members as a query string; every value of an array is one of its own."""
    pairs = [
        (name, _text(each))
        for name, value in members.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs)


def _body(payload: dict[str, Any]) -> tuple[bytes, str]:
    """The body and its content type; JSON, or URL-encoded when the task says so."""
    body = payload.get("RequestBody")
    if body is None:
        return b"", ""
    encoding = (payload.get("Transform") or {}).get("RequestBodyEncoding", "NONE")
    if encoding == "URL_ENCODED":
        if not isinstance(body, dict):
            raise StatesError("States.Runtime", "A RequestBody that is to be URL-encoded must be an object.")
        return _encoded(body).encode(), "application/x-www-form-urlencoded"
    return _text(body).encode(), "application/json"


def output_of(answer: dict[str, Any]) -> dict[str, Any]:
    """What the task gives. Raises StatesError with the status of an answer that is no success."""
    status, body = answer["Status"], answer["Body"]
    text = body.decode("utf-8", "replace")
    if status >= 400:
        raise StatesError(f"States.Http.StatusCode.{status}", text)
    headers: dict[str, list[str]] = {}
    for name, value in answer["Headers"]:
        headers.setdefault(name.lower(), []).append(value)
    try:
        content: Any = msgspec.json.decode(body) if body else ""
    except msgspec.DecodeError:
        content = text
    return {
        "Headers": headers,
        "ResponseBody": content,
        "StatusCode": status,
        "StatusText": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
    }

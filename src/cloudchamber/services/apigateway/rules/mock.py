"""Mock integrations with fixed templates.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.services.apigateway.model import Members
from cloudchamber.wire.http import HttpResponse

_EXPRESSION = re.compile(
    r"\$!?\{?[a-zA-Z]|#(?:set|if|elseif|else|end|foreach|macro|define|include|parse|stop|break)\b"
)
_STATUS = re.compile(r'"statusCode"\s*:\s*"?(\d{3})')
_HEADER = "method.response.header."


def is_dynamic(template: str) -> bool:
    """Whether a template has expressions of the Velocity language."""
    return _EXPRESSION.search(template) is not None


def is_fixed(value: Any) -> bool:
    """Whether the value of a response parameter is a text in single quotes."""
    return isinstance(value, str) and len(value) >= 2 and value[0] == value[-1] == "'"


def answer(integration: Members, content_type: str) -> HttpResponse | None:
    """What a mock integration answers; None when its template or responses do not say it."""
    templates: dict[str, str] = integration.get("requestTemplates") or {}
    kind = content_type.partition(";")[0].strip().lower() or "application/json"
    template = templates.get(kind) or templates.get("application/json")
    status = _status(template) if template else None
    response = _selected(integration.get("integrationResponses") or {}, status) if status else None
    if response is None:
        return None
    headers = [
        (name.removeprefix(_HEADER), value[1:-1])
        for name, value in (response.get("responseParameters") or {}).items()
        if name.startswith(_HEADER)
    ]
    bodies: dict[str, str] = response.get("responseTemplates") or {}
    body_type = next(iter(bodies), "application/json")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", body_type))
    return HttpResponse(int(response["statusCode"]), headers, bodies.get(body_type, "").encode())


def _status(template: str) -> str | None:
    try:
        status = str(msgspec.json.decode(template)["statusCode"])
    except (msgspec.DecodeError, KeyError, TypeError):
        match = _STATUS.search(template)
        return match[1] if match else None
    return status


def _selected(responses: dict[str, Members], status: str) -> Members | None:
    """The response whose selection pattern the status matches, else the one without a pattern."""
    default: Members | None = None
    for response in responses.values():
        pattern = response.get("selectionPattern")
        if not pattern or pattern == "default":
            default = default or response
        elif re.fullmatch(pattern, status):
            return response
    return default

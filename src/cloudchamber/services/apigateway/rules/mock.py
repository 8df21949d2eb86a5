"""Mock integrations: the request template says which integration response is the answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming
from cloudchamber.services.apigateway.rules.mapping import Backend, Mapper
from cloudchamber.wire.http import HttpResponse

_STATUS = re.compile(r'"statusCode"\s*:\s*"?(\d{3})')


def answer(integration: Members, incoming: Incoming, authorizer: dict[str, Any] | None) -> HttpResponse:
    """What a mock integration answers. Raises Stopped when its template or responses do not say it."""
    mapper = Mapper(incoming, authorizer)
    templates: dict[str, str] = integration.get("requestTemplates") or {}
    kind = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    template = templates.get(kind) or templates.get("application/json")
    status = _status(mapper.rendered(template, incoming.body)) if template else None
    if status is None:
        raise Stopped("API_CONFIGURATION_ERROR")
    return mapper.response(integration, Backend(int(status), {}, b""))


def _status(template: str) -> str | None:
    try:
        status = str(msgspec.json.decode(template)["statusCode"])
    except (msgspec.DecodeError, KeyError, TypeError):
        match = _STATUS.search(template)
        return match[1] if match else None
    return status if status.isdigit() else None

"""Pages of lists, and what a request says."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.errors import BadRequestException
from cloudchamber.services.apigateway.model import Members

T = TypeVar("T")


def page(items: list[T], request: dict[str, Any]) -> dict[str, Any]:
    """The items of one page, and the position of the next. Raises BadRequestException."""
    size = request.get("limit") or limits.PAGE_COUNT_DEFAULT
    try:
        position = request.get("position")
        start = int(base64.urlsafe_b64decode(position)) if position else 0
    except (ValueError, binascii.Error):
        raise BadRequestException("Invalid position parameter") from None
    end = start + min(size, limits.PAGE_COUNT_MAX)
    more = {"position": base64.urlsafe_b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return {"items": items[start:end], **more}


def given(request: dict[str, Any], *besides: str) -> Members:
    """The members of a request that say something, without those that name where."""
    return {name: value for name, value in request.items() if value is not None and name not in besides}

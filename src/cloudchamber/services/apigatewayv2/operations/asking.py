"""Pages of lists, and what a request says."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.errors import BadRequestException
from cloudchamber.services.apigatewayv2.model import Members

T = TypeVar("T")


def page(items: list[T], request: dict[str, Any]) -> tuple[list[T], dict[str, Any]]:
    """The items of one page, and the token of the next. Raises BadRequestException."""
    try:
        size = int(request.get("MaxResults") or limits.PAGE_COUNT_DEFAULT)
        token = request.get("NextToken")
        start = int(base64.urlsafe_b64decode(token)) if token else 0
    except (ValueError, binascii.Error):
        raise BadRequestException("Invalid maxResults or nextToken") from None
    if size < 1:
        raise BadRequestException("Invalid maxResults or nextToken")
    end = start + size
    more = {"NextToken": base64.urlsafe_b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return items[start:end], more


def given(request: dict[str, Any], *besides: str) -> Members:
    """The members of a request that say something, without those that name where."""
    return {name: value for name, value in request.items() if value is not None and name not in besides}

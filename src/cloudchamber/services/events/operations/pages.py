"""Pages of lists: names in order, and the token that stands for the last one given."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import ValidationException

T = TypeVar("T")


def page(
    request: dict[str, Any], found: Sequence[T], name_of: Callable[[T], str]
) -> tuple[list[T], dict[str, str]]:
    """The part of `found` (in the order of its names) that a request asks for, and the NextToken for the rest."""
    size, start = request.get("Limit") or limits.PER_PAGE_MAX, _after(request.get("NextToken"))
    behind = [each for each in found if name_of(each) > start]
    if len(behind) <= size:
        return behind, {}
    return behind[:size], {"NextToken": base64.urlsafe_b64encode(name_of(behind[size - 1]).encode()).decode()}


def _after(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode() if token else ""
    except (binascii.Error, UnicodeDecodeError):
        raise ValidationException("Parameter NextToken is not valid.") from None

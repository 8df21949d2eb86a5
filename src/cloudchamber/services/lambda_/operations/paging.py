"""Lists in pages: `Marker` is where the page before ended."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from cloudchamber.services.lambda_.errors import InvalidParameterValueException


def page(
    items: list[tuple[str, dict[str, Any]]], request: dict[str, Any], member: str, size: int
) -> dict[str, Any]:
    """One page of `items`, each under the key it is sorted by. Raises InvalidParameterValueException for a marker of nobody's."""
    items = sorted(items, key=lambda item: item[0])
    marker = request.get("Marker")
    if marker:
        try:
            behind = base64.urlsafe_b64decode(marker).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise InvalidParameterValueException("Invalid pagination marker.", Type="User") from None
        items = [item for item in items if item[0] > behind]
    count = min(request.get("MaxItems") or size, size)
    answer: dict[str, Any] = {member: [value for _, value in items[:count]]}
    if len(items) > count:
        answer["NextMarker"] = base64.urlsafe_b64encode(items[count - 1][0].encode()).decode()
    return answer

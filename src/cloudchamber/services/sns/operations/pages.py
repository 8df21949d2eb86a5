"""Pages of lists: keys in order, and the token that stands for the last one given."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid


def with_token(
    answer: dict[str, Any], keys: list[tuple[str, ...]], size: int = limits.PER_PAGE_MAX
) -> dict[str, Any]:
    """`answer`, with a NextToken when there are more keys than the `size` of one page."""
    if len(keys) > size:
        last = msgspec.json.encode(keys[size - 1])
        answer["NextToken"] = base64.urlsafe_b64encode(last).decode()
    return answer


def after(token: str | None) -> tuple[str, ...] | None:
    """The key that a NextToken stands for. Raises InvalidParameter."""
    if not token:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[str, ...])
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise invalid("NextToken") from None

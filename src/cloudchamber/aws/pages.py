"""Pages of a list that is in order of a name: AWS's token is opaque, here it holds the last name that was given out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class InvalidToken(ValueError):
    """A token that did not come from an earlier page. Each service has its own error for it."""


def page(
    items: Iterable[T], name_of: Callable[[T], str], size: int, token: str | None
) -> tuple[list[T], str | None]:
    """The `size` items behind `token`, and the token of the next page, or None when this is the last one.

    `items` are in ascending order of their names. Raises InvalidToken.
    """
    after = _decode(token) if token else None
    chosen: list[T] = []
    for item in items:
        if after is not None and name_of(item) <= after:
            continue
        if len(chosen) == size:
            return chosen, base64.urlsafe_b64encode(name_of(chosen[-1]).encode()).decode()
        chosen.append(item)
    return chosen, None


def _decode(token: str) -> str:
    try:
        return base64.b64decode(token, b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidToken(token) from None

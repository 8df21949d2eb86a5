"""How keys are listed: in the binary order of their UTF-8, rolled up at a delimiter, page by page.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import InvalidArgument

T = TypeVar("T")
_LAST = "\U0010ffff" * (limits.KEY_BYTES_MAX // 4 + 1)


class Page(Generic[T]):
    """What one listing answers: items, rolled-up prefixes, and where it stopped."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self.prefixes: list[str] = []
        self.truncated = False
        self.last_key = ""
        self.last_item: T | None = None  # None when a prefix came last

    @property
    def count(self) -> int:
        return len(self.items) + len(self.prefixes)


def page(
    open_at: Callable[[str | None], Iterator[tuple[str, T]]],
    *,
    prefix: str,
    delimiter: str,
    marker: str,
    count_max: int,
) -> Page[T]:
    """`open_at(None)` gives keys with their items in order from where the listing begins, `open_at(key)` from a key on.

    What rolls up is passed over without being read. `marker` is the key or prefix that the page before ended with.
    """
    answer: Page[T] = Page()
    start: str | None = None
    while count_max:
        rolled = ""
        for key, item in open_at(start):
            if not key.startswith(prefix):
                return answer
            rolled = _rolled(key, prefix, delimiter)
            if rolled and rolled == marker:
                break
            if answer.count == count_max:
                answer.truncated = True
                return answer
            if rolled:
                answer.prefixes.append(rolled)
                answer.last_key, answer.last_item = rolled, None
                break
            answer.items.append(item)
            answer.last_key, answer.last_item = key, item
        if not rolled:
            return answer
        start = rolled + _LAST
    return answer


def _rolled(key: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    at = key.find(delimiter, len(prefix))
    return "" if at < 0 else key[: at + len(delimiter)]


def page_size(value: int | None, name: str) -> int:
    """How many a page holds. Raises InvalidArgument."""
    if value is None:
        return limits.KEYS_PER_PAGE_MAX
    if not 0 <= value < 2**31:
        raise InvalidArgument(
            f"Argument {name} must be an integer between 0 and 2147483647",
            ArgumentName=name,
            ArgumentValue=value,
        )
    return min(value, limits.KEYS_PER_PAGE_MAX)


def token_of(key: str) -> str:
    """The continuation token of a page that ended with `key`."""
    return base64.urlsafe_b64encode(b"1" + key.encode("utf-8", "surrogatepass")).decode()


def key_of(token: str) -> str:
    """What a continuation token means. Raises InvalidArgument."""
    try:
        decoded = base64.b64decode(token, altchars=b"-_", validate=True)
        if decoded[:1] == b"1":
            return decoded[1:].decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        pass
    text = "The continuation token provided is incorrect"
    raise InvalidArgument(text, ArgumentName="continuation-token")


def encoded(answer: dict[str, Any], encoding: str | None, names: tuple[str, ...]) -> dict[str, Any]:
    """With `encoding-type=url` the named texts, and the keys in lists of structures, are percent-encoded."""
    if encoding is None:
        return answer
    answer["EncodingType"] = encoding
    for name, value in answer.items():
        if name in names and isinstance(value, str):
            answer[name] = url_encoded(value)
        elif isinstance(value, list):
            for entry in value:
                for member in ("Key", "Prefix"):
                    if member in entry:
                        entry[member] = url_encoded(entry[member])
    return answer


def url_encoded(text: str) -> str:
    """A key as `encoding-type=url` and event notifications write it: `+` for a space, `/` as it is."""
    return quote_plus(text, safe="/*", errors="surrogatepass")

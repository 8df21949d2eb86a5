"""Values that come as text: in query parameters, XML elements, headers, labels and query strings."""

from base64 import b64decode
from collections.abc import Callable
from math import isfinite
from typing import Any

from cloudchamber.wire.instants import parse_number, parse_timestamp
from cloudchamber.wire.model import Shape

_BOOLEANS = {"true": True, "false": False, "True": True, "False": False, "TRUE": True, "FALSE": False}
_SPECIAL_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def _boolean(text: str) -> bool:
    value = _BOOLEANS.get(text)
    if value is None:
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
        raise ValueError(text)
    return int(text)


def _float(text: str) -> float:
    special = _SPECIAL_FLOATS.get(text)
    if special is not None:
        return special
    value = float(text)
    if not isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def _blob(text: str) -> bytes:
    if not text.isascii():
        raise ValueError(text)
    return b64decode("".join(text.split()), validate=True)


def text_reader(shape: Shape) -> Callable[[str], Any]:
    """The reader of a scalar shape's text; the reader raises ValueError."""
    if shape.type == "timestamp" and shape.timestampFormat == "unixTimestamp":
        return parse_number
    readers: dict[str, Callable[[str], Any]] = {
        "boolean": _boolean,
        "blob": _blob,
        "timestamp": parse_timestamp,
        "float": _float,
        "double": _float,
        "byte": _integer,
        "short": _integer,
        "integer": _integer,
        "long": _integer,
    }
    return readers.get(shape.type, str)

"""Values as people read them, on one line."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

TEXT_LENGTH_MAX = 160


def shown(value: Any, length_max: int = TEXT_LENGTH_MAX) -> str:
    """A value on one line, cut when long: `{id: o-1, total: 100}`."""
    text = _shown(value)
    return text if len(text) <= length_max else text[: length_max - 1] + "…"


def message(value: Any) -> Any:
    """What of a message or record is worth showing: its body alone, when it has nothing else."""
    if isinstance(value, dict):
        for name in ("body", "data"):
            if name in value and not value.get("attributes") and not value.get("group"):
                return value[name]
    return value


def counted(count: int, noun: str) -> str:
    """`1 message`, `2 messages`, `no message`."""
    if count == 0:
        return f"no {noun}"
    return f"{count} {noun}" if count == 1 else f"{count} {_plural(noun)}"


def as_plain(value: Any) -> Any:
    """The value in types that JSON and MessagePack know: a number that they cannot hold exactly is a text."""
    if isinstance(value, dict):
        return {str(key): as_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(each) for each in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, Decimal):
        return float(value) if Decimal(str(float(value))) == value else str(value)
    return value


def _plural(noun: str) -> str:
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value and not set(value) & set("\n\r\t") else json.dumps(value, ensure_ascii=False)
    return str(value)

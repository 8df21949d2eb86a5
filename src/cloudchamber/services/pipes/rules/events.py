"""Events: what a pipe makes of the messages and records of its source, and which of them its filters let through.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Any, cast

import msgspec

from cloudchamber.languages.event_pattern import Dialect, Pattern, compile_pattern

Event = dict[str, Any]


def id_of(event: Any) -> str:
    """The identifier that a report of partial failures names an event by; empty when it has none."""
    if not isinstance(event, dict):
        return ""
    found = cast("Event", event)
    return str(found.get("messageId") or found.get("eventID") or "")


def parsed(event: Any) -> Any:
    """An event as filters, templates and paths see it: the body of a message, or the data of a record, as JSON when it is.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html#input-transform-implicit
    """
    if not isinstance(event, dict):
        return event
    source = event.get("eventSource")
    if source == "aws:sqs" and isinstance(event.get("body"), str):
        return event | {"body": _value(event["body"])}
    if source == "aws:kinesis" and isinstance(event.get("data"), str):
        return event | {"data": _value(_text(event["data"]))}
    return event


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return encoded


def _value(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text


@lru_cache(maxsize=1024)
def patterns_of(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The filters of a pipe, compiled. Raises InvalidPattern (F047)."""
    return tuple(compile_pattern(text, Dialect.PIPES) for text in texts)


def passes(texts: tuple[str, ...], event: Event) -> bool:
    """Whether one of the filters lets an event through.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
    """
    if not texts:
        return True
    seen = parsed(event)
    return any(pattern.matches(seen) for pattern in patterns_of(texts))

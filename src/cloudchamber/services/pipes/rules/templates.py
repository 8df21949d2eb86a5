"""Input templates and dynamic path parameters.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.event_transform import MISSING, Transformer, compile_path, compile_transformer
from cloudchamber.services.pipes.errors import InvocationFailed
from cloudchamber.services.pipes.rules.events import parsed

_JSON = msgspec.json.Encoder().encode
_ALONE = re.compile(r"\s*<([^<>\s\"]+)>\s*")


def shaped(template: str | None, event: Any, reserved: Mapping[str, Any]) -> str:
    """What an enrichment or a target gets of one event: JSON, or the text that its template makes.

    `reserved`: the values of variables such as `aws.pipes.pipe-name`. Raises InvalidTransform.
    """
    if not template:
        return _JSON(event).decode()
    seen = parsed(event)
    known = {**reserved, "aws.pipes.event": event, "aws.pipes.event.json": seen}
    alone = _ALONE.fullmatch(template)
    if alone and (alone[1].startswith("$") or alone[1] in known):
        name = alone[1]
        return _text(known[name] if name in known else compile_path(name).find(seen))
    return _compiled(template).apply(seen, known)


@lru_cache(maxsize=1024)
def _compiled(template: str) -> Transformer:
    return compile_transformer(None, template)


def check(template: str) -> None:
    """Raise InvalidTransform for a template that cannot be filled in."""
    alone = _ALONE.fullmatch(template)
    if alone and alone[1].startswith("$"):
        compile_path(alone[1])
    else:
        _compiled(template)


def as_json(text: str) -> str:
    """What a template made, as one element of a JSON array: itself when it is JSON, else a string."""
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _JSON(text).decode()
    return text


def is_path(text: str) -> bool:
    """Whether a target's parameter is to be found in the event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html#pipes-targets-dynamic-parms
    """
    return text == "$" or text.startswith("$.")


def resolved(text: str, event: Any) -> Any:
    """A target's parameter: what its path finds in the event, or itself. Raises InvocationFailed when there is nothing."""
    if not is_path(text):
        return text
    found = compile_path(text).find(parsed(event))
    if found is MISSING or found is None:
        raise InvocationFailed(f"The path {text} finds nothing in the event.")
    return found


def resolved_text(text: str, event: Any) -> str:
    """`resolved`, as text."""
    return _text(resolved(text, event))


def _text(value: Any) -> str:
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else _JSON(value).decode()

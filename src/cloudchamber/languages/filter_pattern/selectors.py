"""Patterns over JSON log events: `{ $.status = 4* && $.bytes > 100 }`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#matching-terms-json-log-events
"""

import re
from typing import Any

import msgspec

from cloudchamber.languages.filter_pattern.comparing import ComparisonParser, Finder
from cloudchamber.languages.filter_pattern.errors import InvalidFilterPattern

_STEP = re.compile(r"\.([^\s.\[\]]+)|\[(\d+)\]|\[(\*)\]|\.?\[['\"]([^'\"]+)['\"]\]")
_NOT_JSON = object()


class JsonPattern:
    """A pattern in braces. Messages that are no JSON object never match."""

    def __init__(self, text: str) -> None:
        self._test = ComparisonParser(text, compile_selector).parse()

    def matches(self, message: str) -> bool:
        """Say whether a log event's message matches."""
        decoded = _decode(message)
        return decoded is not _NOT_JSON and self._test(decoded)

    def extract(self, message: str, selector: str) -> Any:
        """Return what a selector `$.a.b` finds in a message, or None."""
        decoded = _decode(message)
        found = [] if decoded is _NOT_JSON else compile_selector(selector)(decoded)
        return found[0] if found else None


def _decode(message: str) -> Any:
    if not message.lstrip().startswith("{"):
        return _NOT_JSON
    try:
        return msgspec.json.decode(message)
    except msgspec.DecodeError:
        return _NOT_JSON


def compile_selector(text: str) -> Finder:
    """Compile a selector; raises `InvalidFilterPattern`."""
    if not text.startswith("$"):
        raise InvalidFilterPattern
    steps: list[str | int | None] = []
    at = 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise InvalidFilterPattern
        name, index, every, quoted = match.groups()
        steps.append(None if every else int(index) if index else name or quoted)
        at = match.end()
    if not steps:
        raise InvalidFilterPattern

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [inner for held in found for inner in _below(held, step)]
        return found

    return find


def _below(value: Any, step: str | int | None) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return value if step is None else value[step : step + 1]

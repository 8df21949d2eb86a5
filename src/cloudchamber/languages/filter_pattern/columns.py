"""Patterns over space-delimited log events: `[ip, user, ..., status = 4*, bytes > 1000]`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#matching-terms-spacedelimited
"""

import re
from typing import Any

from cloudchamber.languages.filter_pattern.comparing import ComparisonParser, Finder, Test
from cloudchamber.languages.filter_pattern.errors import InvalidFilterPattern

ELLIPSIS = "..."
_NAME = re.compile(r"[A-Za-z0-9_\-$.]+", re.ASCII)
_COLUMN = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|\[([^\]]*)\]|(\S+)")
_PART = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|%(?:[^%\\]|\\.)*%|[^,\"%])+")


class ColumnPattern:
    """A pattern in brackets: a name, and perhaps a condition, for each column of a message."""

    def __init__(self, text: str) -> None:
        self._names: list[str] = []
        self._tests: list[Test] = []
        for part in _PART.findall(text):
            self._add(part.strip())
        if self._names.count(ELLIPSIS) > 1:
            raise InvalidFilterPattern

    def _add(self, part: str) -> None:
        if part == ELLIPSIS:
            self._names.append(part)
            return
        match = _NAME.match(part.lstrip("("))
        if match is None:
            raise InvalidFilterPattern
        name = match[0]
        if part != name:
            self._tests.append(ComparisonParser(part, lambda selector: _column(selector, name)).parse())
        self._names.append(name)

    def matches(self, message: str) -> bool:
        """Say whether a log event's message has these columns and they meet the conditions."""
        columns = self.columns(message)
        return columns is not None and all(test(columns) for test in self._tests)

    def columns(self, message: str) -> dict[str, str] | None:
        """Return the columns of a message by name, or None when it has another number of them."""
        found = [
            next(part for part in match.groups() if part is not None) for match in _COLUMN.finditer(message)
        ]
        if ELLIPSIS not in self._names:
            return dict(zip(self._names, found, strict=True)) if len(found) == len(self._names) else None
        at = self._names.index(ELLIPSIS)
        after = self._names[at + 1 :]
        if len(found) < at + len(after):
            return None
        return {
            **dict(zip(self._names[:at], found, strict=False)),
            **dict(zip(after, found[len(found) - len(after) :], strict=True)),
        }

    def extract(self, message: str, selector: str) -> Any:
        """Return the column that a selector `$name` names, or None."""
        columns = self.columns(message)
        return None if columns is None else columns.get(selector.removeprefix("$"))


def _column(selector: str, name: str) -> Finder:
    if selector != name:
        raise InvalidFilterPattern
    return lambda columns: [columns[name]]

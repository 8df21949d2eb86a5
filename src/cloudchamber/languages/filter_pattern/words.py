"""Patterns over plain text: words that must, may or must not occur.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#matching-terms-unstructured-log-events
"""

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.languages.filter_pattern.comparing import REGEX_MAX, compile_regex
from cloudchamber.languages.filter_pattern.errors import InvalidFilterPattern

_TERM = re.compile(r"\s*([?-]?)(?:\"((?:[^\"\\]|\\.)*)\"|%((?:[^%\\]|\\.)*)%|([^\s\"%]+))(?=\s|\Z)")
# Words with other characters must be quoted.
_PLAIN = re.compile(r"[\w.:/@#$*+=,;!&^~|<>()'\-]+")

Found = Callable[[str], bool]


class WordPattern:
    """Words, phrases in quotes and `%regex%`: all of them, any of those with `?`, none of those with `-`."""

    def __init__(self, text: str) -> None:
        self._all: list[Found] = []
        self._any: list[Found] = []
        self._none: list[Found] = []
        self._regex_count = 0
        at, length = 0, len(text.rstrip())
        while at < length:
            match = _TERM.match(text, at)
            if match is None:
                raise InvalidFilterPattern
            self._add(*match.groups())
            at = match.end()

    def _add(self, sign: str, phrase: str | None, regex: str | None, word: str | None) -> None:
        if regex is not None:
            self._regex_count += 1
            if self._regex_count > REGEX_MAX:
                raise InvalidFilterPattern
            found = _finds(compile_regex(regex))
        elif phrase is not None:
            found = _holds(re.sub(r"\\(.)", r"\1", phrase))
        else:
            if word is None or not _PLAIN.fullmatch(word):
                raise InvalidFilterPattern
            found = _holds(word)
        {"?": self._any, "-": self._none}.get(sign, self._all).append(found)

    def matches(self, message: str) -> bool:
        """Say whether a log event's message matches. Optional words count only when there are no others."""
        if any(found(message) for found in self._none) or not all(found(message) for found in self._all):
            return False
        if self._all or self._none or not self._any:
            return True
        return any(found(message) for found in self._any)

    def extract(self, message: str, selector: str) -> Any:
        """Return None: plain text has no fields."""
        return None


def _holds(text: str) -> Found:
    return lambda message: text in message


def _finds(pattern: re.Pattern[str]) -> Found:
    return lambda message: pattern.search(message) is not None

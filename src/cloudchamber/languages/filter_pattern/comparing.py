"""Comparisons and how they are joined, in JSON patterns and in patterns of columns alike.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudchamber.languages.filter_pattern.errors import InvalidFilterPattern

Finder = Callable[[Any], list[Any]]
"""From what is matched to the values of a selector: one, none, or those of every array element."""
Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<symbol>&&|\|\||!=|<=|>=|[=<>()])|(?P<string>\"(?:[^\"\\]|\\.)*\")|%(?P<regex>(?:[^%\\]|\\.)*)%"
    r"|(?P<word>[^\s\"=<>!()&|]+))"
)
_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_CONSTANTS: dict[str, Any] = {"TRUE": True, "FALSE": False, "NULL": None}
REGEX_MAX = 2
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions"""


def compile_regex(text: str) -> re.Pattern[str]:
    """Compile what stands between percent signs; raises `InvalidFilterPattern`."""
    try:
        return re.compile(text)
    except re.error:
        raise InvalidFilterPattern from None


def number_of(value: Any) -> Decimal | None:
    """Return a value as a number, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


class ComparisonParser:
    """Parses `selector operator value`, joined by `&&`, `||` and parentheses."""

    def __init__(self, text: str, finder: Callable[[str], Finder]) -> None:
        self._finder = finder
        self._tokens: list[tuple[str, str]] = []
        self._index = 0
        at, length = 0, len(text.rstrip())
        while at < length:
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise InvalidFilterPattern
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        if sum(kind == "regex" for kind, _ in self._tokens) > REGEX_MAX:
            raise InvalidFilterPattern

    def parse(self) -> Test:
        """Return the test; raises `InvalidFilterPattern` for anything that is not one whole expression."""
        test = self._any()
        if self._index != len(self._tokens):
            raise InvalidFilterPattern
        return test

    def _accept(self, text: str) -> bool:
        if self._index < len(self._tokens) and self._tokens[self._index] == ("symbol", text):
            self._index += 1
            return True
        return False

    def _take(self) -> tuple[str, str]:
        if self._index == len(self._tokens):
            raise InvalidFilterPattern
        self._index += 1
        return self._tokens[self._index - 1]

    def _any(self) -> Test:
        tests = [self._all()]
        while self._accept("||"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._accept("&&"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def _one(self) -> Test:
        if self._accept("("):
            test = self._any()
            if not self._accept(")"):
                raise InvalidFilterPattern
            return test
        kind, selector = self._take()
        if kind != "word":
            raise InvalidFilterPattern
        find = self._finder(selector)
        kind, operator = self._take()
        if kind == "word":
            return self._stated(find, operator.upper())
        if kind != "symbol" or operator not in {"=", "!=", *_ORDER}:
            raise InvalidFilterPattern
        test = self._comparison(operator, *self._take())
        return lambda value: any(test(found) for found in find(value))

    def _stated(self, find: Finder, operator: str) -> Test:
        kind, word = self._take()
        word = word.upper()
        if kind == "word" and operator == "NOT" and word == "EXISTS":
            return lambda value: not find(value)
        if kind != "word" or operator != "IS" or word not in _CONSTANTS:
            raise InvalidFilterPattern
        wanted = _CONSTANTS[word]
        return lambda value: any(found is wanted for found in find(value))

    def _comparison(self, operator: str, kind: str, text: str) -> Test:
        if kind == "symbol":
            raise InvalidFilterPattern
        if operator in _ORDER:
            bound = number_of(text)
            if kind != "word" or bound is None:
                raise InvalidFilterPattern
            return _ordered(_ORDER[operator], bound)
        equal = self._equality(kind, text)
        return equal if operator == "=" else lambda found: not equal(found)

    def _equality(self, kind: str, text: str) -> Test:
        if kind == "regex":
            regex = compile_regex(text)
            return lambda found: isinstance(found, str) and regex.search(found) is not None
        number = number_of(text) if kind == "word" else None
        if number is not None:
            return lambda found: number_of(found) == number
        wanted = re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "string" else text
        pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.DOTALL)
        return lambda found: isinstance(found, str) and pattern.fullmatch(found) is not None


def _ordered(compare: Callable[[Decimal, Decimal], bool], bound: Decimal) -> Test:
    def test(found: Any) -> bool:
        number = number_of(found)
        return number is not None and compare(number, bound)

    return test

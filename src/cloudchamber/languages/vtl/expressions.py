"""References and expressions: `$a.b('c')[0]`, `$x + 1 > 2 && !$y`, `"text with $x"`, `[1, 2]`, `{"a": $b}`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from cloudchamber.languages.vtl.nodes import Expression, InvalidTemplate, Scope
from cloudchamber.languages.vtl.values import call, element, is_true, member, text_of

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"((?:[^"]|"")*)"')
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}

Compute = Callable[[Any, Any], Any]


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return text_of(left) + text_of(right)
    return left + right


def _divide(left: Any, right: Any) -> Any:
    return int(left / right) if isinstance(left, int) and isinstance(right, int) else left / right


def _same(left: Any, right: Any) -> bool:
    if type(left) is type(right) or (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return left == right
    return text_of(left) == text_of(right)


# The looser a level binds, the earlier it stands.
_LEVELS: list[dict[str, Compute]] = [
    {"||": lambda left, right: is_true(left) or is_true(right), " or ": lambda left, right: is_true(left) or is_true(right)},
    {"&&": lambda left, right: is_true(left) and is_true(right), " and ": lambda left, right: is_true(left) and is_true(right)},
    {"==": _same, "!=": lambda left, right: not _same(left, right)},
    {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt},
    {"+": _add, "-": operator.sub},
    {"*": operator.mul, "/": _divide, "%": operator.mod},
]  # fmt: skip


class Reader:
    """Reads expressions of a text from a place on; `text_with` compiles texts that have references in them."""

    def __init__(self, text: str, at: int, text_with: Callable[[str], Expression]) -> None:
        self.text, self.at, self._text_with = text, at, text_with

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, token: str) -> bool:
        self.space()
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise InvalidTemplate(f"'{token}' is missing at {self.at}: {self.text[self.at : self.at + 20]!r}")

    def expression(self, level: int = 0) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while True:
            compute = next((each for sign, each in _LEVELS[level].items() if self._operator(sign)), None)
            if compute is None:
                return left
            left = _applied(compute, left, self.expression(level + 1))

    def _operator(self, sign: str) -> bool:
        if sign.startswith(" "):
            found = re.compile(rf"\s+{sign.strip()}\s+").match(self.text, self.at)
            if found:
                self.at = found.end()
            return found is not None
        return self.take(sign)

    def _unary(self) -> Expression:
        if self.take("!"):
            inner = self._unary()
            return lambda scope: not is_true(inner(scope))
        if self.take("("):
            inner = self.expression()
            self.expect(")")
            return inner
        return self._primary()

    def _primary(self) -> Expression:
        self.space()
        text, at = self.text, self.at
        if text.startswith("$", at):
            return self.reference()
        if text.startswith("[", at):
            return self._list()
        if text.startswith("{", at):
            return self._map()
        if found := _SINGLE.match(text, at):
            self.at = found.end()
            literal = found[1]
            return lambda scope: literal
        if found := _DOUBLE.match(text, at):
            self.at = found.end()
            return self._text_with(found[1].replace('""', '"'))
        if found := _NUMBER.match(text, at):
            self.at = found.end()
            number = float(found[0]) if found[1] else int(found[0])
            return lambda scope: number
        if (found := NAME.match(text, at)) and found[0] in _WORDS:
            self.at = found.end()
            word = _WORDS[found[0]]
            return lambda scope: word
        raise InvalidTemplate(f"an expression is missing at {at}: {text[at : at + 20]!r}")

    def _list(self) -> Expression:
        self.expect("[")
        if self.take("]"):
            return lambda scope: []
        items = [self.expression()]
        if self.take(".."):
            last = self.expression()
            self.expect("]")
            return lambda scope: _range(items[0](scope), last(scope))
        while self.take(","):
            items.append(self.expression())
        self.expect("]")
        return lambda scope: [item(scope) for item in items]

    def _map(self) -> Expression:
        self.expect("{")
        pairs: list[tuple[Expression, Expression]] = []
        while not self.take("}"):
            key = self.expression()
            self.expect(":")
            pairs.append((key, self.expression()))
            self.take(",")
        return lambda scope: {text_of(key(scope)): value(scope) for key, value in pairs}

    def reference(self) -> Expression:
        """`$name`, `$!name`, `${name}`, with members, calls and indexes behind it."""
        self.at += 1
        if self.text.startswith("!", self.at):
            self.at += 1
        braced = self.text.startswith("{", self.at)
        self.at += braced
        found = NAME.match(self.text, self.at)
        if found is None:
            raise InvalidTemplate(f"a name is missing at {self.at}: {self.text[self.at : self.at + 20]!r}")
        self.at = found.end()
        name = found[0]

        def base(scope: Scope) -> Any:
            return scope.get(name)

        value = self._steps(base)
        if braced:
            self.expect("}")
        return value

    def _steps(self, value: Expression) -> Expression:
        while True:
            if self.text.startswith("[", self.at):
                self.at += 1
                value = _indexed(value, self.expression())
                self.expect("]")
                continue
            found = NAME.match(self.text, self.at + 1) if self.text.startswith(".", self.at) else None
            if found is None:
                return value
            self.at = found.end()
            if self.text.startswith("(", self.at):
                self.at += 1
                value = _called(value, found[0], self._arguments())
            else:
                value = _member(value, found[0])

    def _arguments(self) -> list[Expression]:
        arguments: list[Expression] = []
        while not self.take(")"):
            arguments.append(self.expression())
            self.take(",")
        return arguments


def _applied(compute: Compute, left: Expression, right: Expression) -> Expression:
    def value(scope: Scope) -> Any:
        try:
            return compute(left(scope), right(scope))
        except (TypeError, ArithmeticError):
            return None

    return value


def _range(first: Any, last: Any) -> list[int]:
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def _member(value: Expression, name: str) -> Expression:
    return lambda scope: member(value(scope), name)


def _indexed(value: Expression, key: Expression) -> Expression:
    return lambda scope: element(value(scope), key(scope))


def _called(value: Expression, name: str, arguments: list[Expression]) -> Expression:
    return lambda scope: call(value(scope), name, [argument(scope) for argument in arguments])

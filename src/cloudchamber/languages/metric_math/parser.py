"""From the text of an expression to a tree: numbers, texts, ids, calls, arrays and operators by their precedence."""

from __future__ import annotations

import re
from typing import NamedTuple

from cloudchamber.languages.metric_math.errors import InvalidExpression


class Node(NamedTuple):
    """`kind`: number, text, name, array, call, or an operator; `text` says which one; `parts` are its operands."""

    kind: str
    text: str
    parts: tuple[Node, ...] = ()


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],!])
    )""",
    re.VERBOSE,
)
_WORDS = {"AND": "&&", "OR": "||"}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-operators
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"), ("^",))
_DEPTH_MAX = 100


class Parser:
    """One text on its way to a tree."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        """The tree of the whole text. Raises `InvalidExpression`."""
        node = self._binary(0)
        if self._at < len(self._tokens):
            raise InvalidExpression(f"Unexpected '{self._tokens[self._at][1]}'")
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._sign() in _LEVELS[level]:
            sign = self._next()[1]
            left = Node("operator", sign, (left, self._binary(level + 1)))
        return left

    def _unary(self) -> Node:
        if self._sign() in ("-", "!", "+"):
            sign = self._next()[1]
            self._enter()
            node = Node("unary", sign, (self._unary(),))
            self._depth -= 1
            return node
        return self._primary()

    def _primary(self) -> Node:
        kind, text = self._next()
        if kind in ("number", "text"):
            return Node(kind, text)
        if kind == "name":
            if self._sign() != "(":
                return Node("name", text)
            self._next()
            return Node("call", text, self._list(")"))
        self._enter()
        if text == "(":
            node = self._binary(0)
            self._expect(")")
        elif text == "[":
            node = Node("array", "", self._list("]"))
        else:
            raise InvalidExpression(f"Unexpected '{text}'")
        self._depth -= 1
        return node

    def _list(self, end: str) -> tuple[Node, ...]:
        self._enter()
        found: list[Node] = []
        while self._sign() != end:
            if found:
                self._expect(",")
            found.append(self._binary(0))
        self._next()
        self._depth -= 1
        return tuple(found)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise InvalidExpression("The expression is nested too deeply")

    def _sign(self) -> str:
        if self._at == len(self._tokens):
            return ""
        kind, text = self._tokens[self._at]
        return text if kind == "sign" else ""

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise InvalidExpression("Unexpected end of expression")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        found = self._next()[1]
        if found != sign:
            raise InvalidExpression(f"Expected '{sign}' but found '{found}'")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidExpression(f"Unexpected '{text[at:].lstrip()[:1]}'")
        kind, token = match.lastgroup, match[match.lastgroup]
        if kind == "name" and token.upper() in _WORDS:
            kind, token = "sign", _WORDS[token.upper()]
        found.append((kind, token[1:-1] if kind == "text" else token))
        at = match.end()
    if not found:
        raise InvalidExpression("The expression is empty")
    return found

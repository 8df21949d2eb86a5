"""Rules of composite alarms: `ALARM(CPUUsage) AND NOT (OK("Disk Usage") OR FALSE)`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from cloudchamber.aws import Arn

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_TOKEN = re.compile(r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign>[(),])|(?P<word>[^\s(),"]+))""")


class InvalidRule(ValueError):
    """A rule that cannot be read."""


class Term(NamedTuple):
    """`kind`: a state with the name of an alarm, TRUE, FALSE, NOT, AND, OR, or AT_LEAST with a count and a state."""

    kind: str
    name: str = ""
    parts: tuple[Term, ...] = ()
    least: int = 0


@lru_cache(maxsize=1024)
def compile_rule(text: str) -> Term:
    """Parse a rule. Raises InvalidRule."""
    return _Parser(text).parse()


def names_in(term: Term) -> set[str]:
    """The alarms that a rule names."""
    found = {term.name} if term.name else set[str]()
    for part in term.parts:
        found |= names_in(part)
    return found


def holds(term: Term, states: Mapping[str, str]) -> bool:
    """Whether a rule is true for these states of alarms. An alarm that is gone has none."""
    if term.kind in STATES:
        return states.get(term.name) == term.kind
    if term.kind == "NOT":
        return not holds(term.parts[0], states)
    if term.kind == "AND":
        return all(holds(part, states) for part in term.parts)
    if term.kind == "OR":
        return any(holds(part, states) for part in term.parts)
    if term.kind == "AT_LEAST":
        return sum(holds(part, states) for part in term.parts) >= term.least
    return term.kind == "TRUE"


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Term:
        term = self._or()
        if self._at < len(self._tokens):
            raise InvalidRule(f"Unexpected '{self._tokens[self._at][1]}'")
        return term

    def _or(self) -> Term:
        parts = [self._and()]
        while self._word() == "OR":
            self._next()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Term("OR", parts=tuple(parts))

    def _and(self) -> Term:
        parts = [self._not()]
        while self._word() == "AND":
            self._next()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Term("AND", parts=tuple(parts))

    def _not(self) -> Term:
        self._depth += 1
        if self._depth > 100:
            raise InvalidRule("The rule is nested too deeply")
        term = Term("NOT", parts=(self._negated(),)) if self._word() == "NOT" else self._primary()
        self._depth -= 1
        return term

    def _negated(self) -> Term:
        self._next()
        return self._not()

    def _primary(self) -> Term:
        kind, text = self._next()
        if (kind, text) == ("sign", "("):
            term = self._or()
            self._expect(")")
            return term
        word = text.upper() if kind == "word" else ""
        if word in ("TRUE", "FALSE"):
            return Term(word)
        if word == "AT_LEAST":
            return self._at_least()
        if word not in STATES:
            raise InvalidRule(f"Unexpected '{text}'")
        self._expect("(")
        name = self._name()
        self._expect(")")
        return Term(word, name)

    def _at_least(self) -> Term:
        """`AT_LEAST(2, ALARM, (a, b, c))`."""
        self._expect("(")
        count = self._next()[1]
        if not count.isdigit():
            raise InvalidRule(f"Unexpected '{count}'")
        self._expect(",")
        state = self._next()[1].upper()
        if state not in STATES:
            raise InvalidRule(f"Unexpected '{state}'")
        self._expect(",")
        self._expect("(")
        parts = [Term(state, self._name())]
        while self._next()[1] == ",":
            parts.append(Term(state, self._name()))
        self._expect(")")
        return Term("AT_LEAST", parts=tuple(parts), least=int(count))

    def _name(self) -> str:
        """The name of an alarm: bare, quoted, or as an ARN."""
        kind, text = self._next()
        if kind == "sign":
            raise InvalidRule(f"Unexpected '{text}'")
        name = text[1:-1].replace('\\"', '"') if kind == "quoted" else text
        arn = Arn.parse(name)
        return arn.resource.removeprefix("alarm:") if arn else name

    def _word(self) -> str:
        if self._at == len(self._tokens):
            return ""
        kind, text = self._tokens[self._at]
        return text.upper() if kind == "word" else ""

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise InvalidRule("Unexpected end of rule")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        kind, text = self._next()
        if (kind, text) != ("sign", sign):
            raise InvalidRule(f"Expected '{sign}' but found '{text}'")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidRule(f"Unexpected '{text[at:].lstrip()[:1]}'")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found

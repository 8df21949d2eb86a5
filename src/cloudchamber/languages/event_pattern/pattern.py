"""Patterns: text or objects -> conjunctions of leaves -> does it match an event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cloudchamber.languages.event_pattern.dialects import (
    EVENT_PATTERN_SIZE_MAX,
    OR_COMBINATIONS_MAX,
    SNS_COMBINATIONS_MAX,
    SNS_KEYS_MAX,
    Dialect,
)
from cloudchamber.languages.event_pattern.errors import InvalidPattern
from cloudchamber.languages.event_pattern.fields import Fields, Membership, flatten, message_attributes
from cloudchamber.languages.event_pattern.leaves import MATCH_TYPES, Leaf, compile_leaf

Conjunction = tuple[tuple[str, Leaf], ...]
"""Fields by dotted path; all of their leaves must match."""


class Pattern:
    """A compiled pattern. Events match when any of its conjunctions does."""

    __slots__ = ("conjunctions", "dialect")

    def __init__(self, conjunctions: tuple[Conjunction, ...], dialect: Dialect) -> None:
        self.conjunctions = conjunctions
        self.dialect = dialect

    def fields(self, event: dict[str, Any]) -> Fields:
        """Return an event as this pattern's dialect sees it."""
        return fields_of(event, self.dialect)

    def matches(self, event: dict[str, Any]) -> bool:
        """Say whether an event (for SNS_ATTRIBUTES: the MessageAttributes of a message) matches."""
        fields = self.fields(event)
        return any(holds(conjunction, fields) for conjunction in self.conjunctions)


def fields_of(event: dict[str, Any], dialect: Dialect) -> Fields:
    """Return the fields of an event as a dialect sees them."""
    return flatten(message_attributes(event) if dialect is Dialect.SNS_ATTRIBUTES else event)


def holds(conjunction: Conjunction, fields: Fields) -> bool:
    """Say whether every leaf matches a field, with all fields from the same elements of shared arrays."""
    in_arrays: list[list[Membership]] = []
    for path, leaf in conjunction:
        candidates = fields.get(path)
        if candidates is None:
            if not leaf.absent:
                return False
            continue
        found = [membership for key, membership in candidates if leaf.matches(key)]
        if not found:
            return False
        if () not in found:
            in_arrays.append(found)
    return len(in_arrays) < 2 or _consistent(in_arrays, 0, {})


def _consistent(choices: list[list[Membership]], index: int, chosen: dict[int, int]) -> bool:
    if index == len(choices):
        return True
    for membership in choices[index]:
        if all(chosen.get(array, element) == element for array, element in membership) and _consistent(
            choices, index + 1, {**chosen, **dict(membership)}
        ):
            return True
    return False


def compile_pattern(pattern: str | dict[str, Any], dialect: Dialect = Dialect.EVENTS) -> Pattern:
    """Compile a pattern; raises `InvalidPattern` with AWS's text.

    A text is compiled once. Numbers in a text keep every decimal digit.
    """
    if isinstance(pattern, str):
        return _compile_text(pattern, dialect)
    return _compile(pattern, dialect)


@lru_cache(maxsize=4096)
def _compile_text(text: str, dialect: Dialect) -> Pattern:
    if dialect is Dialect.EVENTS and len(text) > EVENT_PATTERN_SIZE_MAX:
        raise InvalidPattern(dialect.refusal(f"Event pattern is longer than {EVENT_PATTERN_SIZE_MAX}"))
    try:
        parsed = json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError):
        word = (text.split() or [""])[0]
        raise InvalidPattern(
            dialect.refusal(
                f"Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token "
                "'null', 'true' or 'false')"
            )
        ) from None
    return _compile(parsed, dialect)


def _compile(parsed: Any, dialect: Dialect) -> Pattern:
    if not isinstance(parsed, dict):
        raise InvalidPattern(dialect.refusal("Filter is not an object"))
    conjunctions = _PatternCompiler(dialect).visit(parsed, "")
    if dialect.is_sns:
        _check_filter_policy(conjunctions, dialect)
    return Pattern(tuple(tuple(each) for each in conjunctions), dialect)


class _PatternCompiler:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def refused(self, reason: str) -> InvalidPattern:
        return InvalidPattern(self.dialect.refusal(reason))

    def visit(self, pattern: dict[str, Any], prefix: str) -> list[list[tuple[str, Leaf]]]:
        """Return the conjunctions of an object: those of its members, each with each."""
        if not pattern and (prefix or not self.dialect.is_sns):
            raise self.refused("Empty objects are not allowed")
        combined: list[list[tuple[str, Leaf]]] = [[]]
        for name, below in pattern.items():
            alternatives = self.member(name, below, prefix)
            if len(combined) * len(alternatives) > OR_COMBINATIONS_MAX:
                raise self.refused("Event pattern has too many rule combinations, the limit is 1000")
            combined = [[*left, *right] for left in combined for right in alternatives]
        return combined

    def member(self, name: str, below: Any, prefix: str) -> list[list[tuple[str, Leaf]]]:
        if name == "$or" and _is_or(below):
            return [each for part in below for each in self.visit(part, prefix)]
        path = f"{prefix}{name}"
        if isinstance(below, dict):
            if self.dialect is Dialect.SNS_ATTRIBUTES:
                raise InvalidPattern(
                    "Invalid parameter: Filter policy scope MessageAttributes does not support nested "
                    "filter policy"
                )
            return self.visit(below, f"{path}.")
        if isinstance(below, list):
            return [[(path, compile_leaf(below, self.dialect))]]
        raise self.refused(f'"{name}" must be an object or an array')


def _is_or(below: Any) -> bool:
    """Say whether `$or` is the operator: two objects or more, none of them a match expression."""
    return (
        isinstance(below, list)
        and len(below) > 1
        and all(isinstance(part, dict) and part and not MATCH_TYPES & part.keys() for part in below)
    )


def _check_filter_policy(conjunctions: list[list[tuple[str, Leaf]]], dialect: Dialect) -> None:
    """Hold the limits of SNS filter policies.

    https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
    """
    if len({path for each in conjunctions for path, _ in each}) > SNS_KEYS_MAX:
        raise InvalidPattern(dialect.refusal("Filter policy can not have more than 5 keys"))
    combinations = 0
    for each in conjunctions:
        product = 1
        for path, leaf in each:
            depth = path.count(".") + 1 if dialect is Dialect.SNS_BODY else 1
            product *= leaf.count * depth
        combinations += product
    if combinations > SNS_COMBINATIONS_MAX:
        raise InvalidPattern(dialect.refusal("Filter policy is too complex"))

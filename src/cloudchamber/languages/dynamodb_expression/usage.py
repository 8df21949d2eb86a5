"""Which of a request's expression attribute names and values its expressions use."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression

_NAME = re.compile(r"#[A-Za-z0-9_-]+", re.ASCII)
_VALUE = re.compile(r":[A-Za-z0-9_-]+", re.ASCII)


class Expression(Protocol):
    """Any of the five expressions, parsed."""

    @property
    def names_used(self) -> frozenset[str]:
        """The names that it uses."""
        ...

    @property
    def values_used(self) -> tuple[str, ...]:
        """The values that it uses."""
        ...


class Usage:
    """Counts off the names and values of one request over all of its expressions.

    Raises `InvalidExpression` for placeholders that are empty or badly named.
    """

    def __init__(self, names: Mapping[str, str] | None, values: Mapping[str, Any] | None) -> None:
        _check_keys("ExpressionAttributeNames", names, _NAME)
        _check_keys("ExpressionAttributeValues", values, _VALUE)
        self._names = dict.fromkeys(names or ())
        self._values = dict.fromkeys(values or ())
        self._used = False

    def add(self, expression: Expression) -> None:
        """Count off what one expression uses."""
        self._used = True
        for name in expression.names_used:
            self._names.pop(name, None)
        for value in expression.values_used:
            self._values.pop(value, None)

    def check(self) -> None:
        """Refuse names and values that no expression used."""
        for parameter, unused in (
            ("ExpressionAttributeNames", self._names),
            ("ExpressionAttributeValues", self._values),
        ):
            if unused and not self._used:
                raise InvalidExpression(f"{parameter} can only be specified when using expressions")
            if unused:
                raise InvalidExpression(
                    f"Value provided in {parameter} unused in expressions: keys: {_listed(unused)}"
                )


def _listed(names: Iterable[str]) -> str:
    return "{" + ", ".join(names) + "}"


def _check_keys(parameter: str, given: Mapping[str, Any] | None, form: re.Pattern[str]) -> None:
    if given is None:
        return
    if not given:
        raise InvalidExpression(f"{parameter} must not be empty")
    for key in given:
        if not form.fullmatch(key):
            raise InvalidExpression(f'{parameter} contains invalid key: Syntax error; key: "{key}"')

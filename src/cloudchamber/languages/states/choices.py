"""The rules of Choice states, compiled to conditions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from cloudchamber.languages.states.errors import InvalidExpression, StatesError
from cloudchamber.languages.states.jsonata import ERROR, compile_expression, is_expression
from cloudchamber.languages.states.jsonpath import MISSING, Path, compile_path
from cloudchamber.languages.states.scope import Scope

Condition = Callable[[Scope], bool]
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def instant(value: Any) -> datetime | None:
    """The instant that a text names in the ISO 8601 form that the language takes, or None.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
    """
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


_KINDS: dict[str, Callable[[Any], Any]] = {
    "Boolean": _boolean,
    "Numeric": _number,
    "String": _string,
    "Timestamp": instant,
}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
}
_TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsPresent": lambda value: True,
    "IsString": lambda value: isinstance(value, str),
    "IsTimestamp": lambda value: instant(value) is not None,
}
COMPARISONS: dict[str, tuple[str, str]] = {
    kind + order: (kind, order)
    for kind in _KINDS
    for order in (_ORDERS if kind != "Boolean" else ("Equals",))
}
COMPARATORS = {
    *COMPARISONS,
    *(f"{name}Path" for name in COMPARISONS),
    *_TYPE_TESTS,
    "StringMatches",
}


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """`*` matches any run of characters; `\\*` is an asterisk, `\\\\` a backslash."""
    parts = re.split(r"(\\\\|\\\*|\*)", text)
    known = {"*": ".*", "\\*": r"\*", "\\\\": r"\\"}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts), re.DOTALL)


def compile_rule(rule: dict[str, Any]) -> Condition:
    """A rule of JSONPath: a comparison, or And, Or, Not of rules. Raises InvalidExpression."""
    if "Not" in rule:
        inner = compile_rule(rule["Not"])
        return lambda scope: not inner(scope)
    for name, join in (("And", all), ("Or", any)):
        if name in rule:
            rules = [compile_rule(each) for each in rule[name]]
            return lambda scope: join(each(scope) for each in rules)
    name = next(member for member in rule if member in COMPARATORS)
    return _comparison(compile_path(rule["Variable"]), name, rule[name])


def _comparison(variable: Path, name: str, operand: Any) -> Condition:
    if name in _TYPE_TESTS:
        test = _TYPE_TESTS[name]
        if name == "IsPresent":
            return lambda scope: (scope.find_or_missing(variable) is not MISSING) is operand
        return lambda scope: test(_value(scope, variable)) is operand
    if name == "StringMatches":
        pattern = _pattern(operand)

        def matches(scope: Scope) -> bool:
            value = _value(scope, variable)
            return isinstance(value, str) and pattern.fullmatch(value) is not None

        return matches
    kind, order = COMPARISONS[name.removesuffix("Path")]
    typed, compare = _KINDS[kind], _ORDERS[order]
    other = _operand(name, operand)

    def compares(scope: Scope) -> bool:
        left, right = typed(_value(scope, variable)), typed(other(scope))
        return left is not None and right is not None and compare(left, right)

    return compares


def _operand(name: str, operand: Any) -> Callable[[Scope], Any]:
    if not name.endswith("Path"):
        return lambda scope: operand
    path = compile_path(operand)
    return lambda scope: _value(scope, path)


def _value(scope: Scope, path: Path) -> Any:
    found = scope.find_or_missing(path)
    if found is MISSING:
        raise StatesError(
            "States.Runtime",
            f"Invalid path '{path.text}': The choice state's condition path references an invalid value.",
        )
    return found


def compile_condition(condition: Any, at: str) -> Condition:
    """A rule of JSONata: true, false, or an expression that gives one of them. Raises InvalidExpression."""
    if isinstance(condition, bool):
        return lambda scope: condition
    if not is_expression(condition):
        raise InvalidExpression("a Condition is a boolean or a JSONata expression")
    expression = compile_expression(condition)

    def holds(scope: Scope) -> bool:
        value = expression(scope, at)
        if not isinstance(value, bool):
            cause = (
                f"The JSONata expression '{condition[2:-2].strip()}' specified for the field '{at}' returned an unexpected "
                f"result type. Expected 'boolean', but was '{type_name(value)}' for value: {value}"
            )
            raise StatesError(ERROR, cause, location=at)
        return value

    return holds


def type_name(value: Any) -> str:
    """JSON's name for the type of a value."""
    names: dict[type, str] = {
        bool: "boolean",
        dict: "object",
        list: "array",
        str: "string",
        type(None): "null",
    }
    return names.get(type(value), "number")

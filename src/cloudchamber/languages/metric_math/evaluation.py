"""The value of an expression: names, arrays and operators. Functions are next door.

An operator between two time series gives a value only where both have one; between a series and a number, everywhere.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-operators
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import cast

from cloudchamber.languages.metric_math.errors import InvalidExpression
from cloudchamber.languages.metric_math.functions import FUNCTIONS
from cloudchamber.languages.metric_math.parser import Node
from cloudchamber.languages.metric_math.values import Scope, Series, Value

KEYWORDS = ("REPEAT", "LINEAR", "AVG", "MIN", "MAX", "SUM", "ASC", "DESC")


def _power(base: float, exponent: float) -> float | None:
    try:
        value = base**exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return value if isinstance(value, float) else None  # a negative base to a fraction is complex


def _quotient(dividend: float, divisor: float) -> float | None:
    return dividend / divisor if divisor else None


def _truth(compare: Callable[[float, float], bool]) -> Callable[[float, float], float | None]:
    return lambda left, right: 1.0 if compare(left, right) else 0.0


_OPERATORS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "^": _power,
    "==": _truth(operator.eq),
    "!=": _truth(operator.ne),
    "<": _truth(operator.lt),
    "<=": _truth(operator.le),
    ">": _truth(operator.gt),
    ">=": _truth(operator.ge),
    "&&": _truth(lambda left, right: bool(left) and bool(right)),
    "||": _truth(lambda left, right: bool(left) or bool(right)),
}


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of a compiled expression. Raises `InvalidExpression`."""
    if node.kind == "number":
        return float(node.text)
    if node.kind == "text":
        return node.text
    if node.kind == "name":
        return _named(node.text, scope)
    if node.kind == "array":
        return _array(node, scope)
    if node.kind == "unary":
        return _unary(node, scope)
    if node.kind == "operator":
        left, right = (evaluate(part, scope) for part in node.parts)
        return _operate(_OPERATORS[node.text], left, right)
    function = FUNCTIONS.get(node.text.upper())
    if function is None:
        raise InvalidExpression(f"Function {node.text} is not supported")
    return function([evaluate(part, scope) for part in node.parts], scope)


def _named(name: str, scope: Scope) -> Value:
    found = scope.series.get(name)
    if found is not None:
        return found
    if name.upper() in KEYWORDS:
        return name.upper()
    raise InvalidExpression(f"Undefined variable '{name}'")


def _array(node: Node, scope: Scope) -> list[Series]:
    found: list[Series] = []
    for part in node.parts:
        value = evaluate(part, scope)
        if isinstance(value, list):
            found += value
        elif isinstance(value, Series):
            found.append(value)
        else:
            raise InvalidExpression("An array holds time series only")
    return found


def _unary(node: Node, scope: Scope) -> Value:
    value = evaluate(node.parts[0], scope)
    if node.text == "-":
        return _operate(operator.mul, value, -1.0)
    return _operate(_truth(operator.eq), value, 0.0) if node.text == "!" else value


def _operate(compute: Callable[[float, float], float | None], left: Value, right: Value) -> Value:
    if isinstance(left, str) or isinstance(right, str):
        raise InvalidExpression("Operators take numbers and time series, not texts")
    if isinstance(left, list):
        if isinstance(right, list):
            raise InvalidExpression("Operators do not take two arrays of time series")
        return [cast("Series", _operate(compute, each, right)) for each in left]
    if isinstance(right, list):
        return [cast("Series", _operate(compute, left, each)) for each in right]
    return _pairwise(compute, left, right)


def _pairwise(
    compute: Callable[[float, float], float | None], left: float | Series, right: float | Series
) -> Value:
    if isinstance(left, Series):
        other = right.points if isinstance(right, Series) else dict.fromkeys(left.points, right)
        found = {
            at_s: value
            for at_s, mine in left.points.items()
            if at_s in other and (value := compute(mine, other[at_s])) is not None
        }
        return Series(found, left.period_s, left.label)
    if isinstance(right, Series):
        found = {
            at_s: value for at_s, each in right.points.items() if (value := compute(left, each)) is not None
        }
        return Series(found, right.period_s, right.label)
    value = compute(left, right)
    if value is None:
        raise InvalidExpression("Division by zero")
    return value

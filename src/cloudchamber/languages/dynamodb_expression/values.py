"""Attribute values as they are on the wire: one type descriptor and its value, `{"S": "x"}`, `{"N": "1"}`."""

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.numbers import decimal, normalize

Value = dict[str, Any]
Item = dict[str, Value]

TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"})
SETS = frozenset({"SS", "NS", "BS"})
ELEMENT_OF = {"SS": "S", "NS": "N", "BS": "B"}
ORDERED = frozenset({"S", "N", "B"})
NESTING_MAX = 32
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes"""


def type_of(value: Value) -> str:
    """Return the type descriptor of a value."""
    return next(iter(value))


def equals(left: Value, right: Value) -> bool:
    """Say whether two values are equal: numbers by value, sets without order, documents deeply."""
    if left == right:
        return True
    kind = type_of(left)
    if kind != type_of(right):
        return False
    one, other = left[kind], right[kind]
    match kind:
        case "N":
            return decimal(one) == decimal(other)
        case "NS":
            return {decimal(number) for number in one} == {decimal(number) for number in other}
        case "SS" | "BS":
            return set(one) == set(other)
        case "L":
            return len(one) == len(other) and all(map(equals, one, other))
        case "M":
            return one.keys() == other.keys() and all(equals(one[key], other[key]) for key in one)
        case _:
            return False


def comparable(value: Value) -> Any:
    """Return what orders a string, a number or a binary among values of its type."""
    kind = type_of(value)
    return decimal(value["N"]) if kind == "N" else value[kind]


def contains(container: Value, operand: Value) -> bool:
    """Say whether a string holds a substring, a set an element, or a list a value."""
    kind, wanted = type_of(container), type_of(operand)
    if kind == "L":
        return any(equals(element, operand) for element in container["L"])
    if kind in {"S", "B"}:
        return kind == wanted and operand[kind] in container[kind]
    if ELEMENT_OF.get(kind) != wanted:
        return False
    if kind == "NS":
        number = decimal(operand["N"])
        return any(decimal(element) == number for element in container["NS"])
    return operand[wanted] in container[kind]


def begins_with(value: Value, prefix: Value) -> bool:
    """Say whether a string or a binary begins with another of its type."""
    kind = type_of(value)
    return kind in {"S", "B"} and kind == type_of(prefix) and value[kind].startswith(prefix[kind])


def canonical(value: Value, depth: int = 1) -> Value:
    """Return the value with its numbers normalized, or raise `InvalidExpression` with DynamoDB's refusal."""
    if len(value) == 1 and ("S" in value or "BOOL" in value or "B" in value):
        return value  # what most values are
    if len(value) != 1 or type_of(value) not in TYPES:
        fault = "has more than one datatypes set" if len(value) > 1 else "is empty"
        raise InvalidExpression(
            f"Supplied AttributeValue {fault}, must contain exactly one of the supported datatypes"
        )
    kind = type_of(value)
    held: Any = value[kind]
    match kind:
        case "N":
            number = normalize(held)
            return value if number is held else {"N": number}
        case "SS" | "NS" | "BS":
            return {kind: _canonical_set(kind, held)}
        case "NULL":
            if held is True:
                return value
            raise InvalidExpression(
                "One or more parameter values were invalid: Null attribute value types must have the value "
                "of true"
            )
        case "L" | "M":
            if depth > NESTING_MAX:
                raise InvalidExpression("Nesting Levels have exceeded supported limits")
            if kind == "L":
                return {"L": [canonical(element, depth + 1) for element in held]}
            return {"M": {name: canonical(element, depth + 1) for name, element in held.items()}}
        case _:
            return value


_SET_NAMES = {"SS": "string", "NS": "number", "BS": "binary"}


def _canonical_set(kind: str, elements: list[Any]) -> list[Any]:
    if not elements:
        raise InvalidExpression(
            f"One or more parameter values were invalid: An {_SET_NAMES[kind]} set  may not be empty"
        )
    if kind == "NS":
        elements = [normalize(number) for number in elements]
    if len(set(elements)) != len(elements):
        if kind == "NS":
            raise InvalidExpression("Input collection contains duplicates")
        listed = ", ".join(map(str, elements))
        raise InvalidExpression(
            f"One or more parameter values were invalid: Input collection [{listed}] contains duplicates."
        )
    return elements


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def ordered(operator: str, left: Value, right: Value) -> bool:
    """Compare two values of one ordered type (S, N, B); values of other or unlike types never compare."""
    kind = type_of(left)
    if kind not in ORDERED or kind != type_of(right):
        return False
    return COMPARE[operator](comparable(left), comparable(right))


def shown(value: Value) -> str:
    """Return a value as DynamoDB's messages print it: `AttributeValue: {N:1}`."""
    kind = type_of(value)
    return f"AttributeValue: {{{kind}:{value[kind]}}}"

"""Conditions and operands -> closures over an item and the values of a request."""

from collections.abc import Callable
from typing import Any

from cloudchamber.languages.dynamodb_expression.nodes import (
    Between,
    Comparison,
    Function,
    In,
    Node,
    Operand,
    Path,
    PathElements,
    ValueRef,
)
from cloudchamber.languages.dynamodb_expression.values import (
    ORDERED,
    SETS,
    Item,
    Value,
    begins_with,
    comparable,
    contains,
    equals,
    ordered,
    type_of,
)

Values = dict[str, Value]
Predicate = Callable[[Item, Values], bool]
Getter = Callable[[Item, Values], Value | None]


def find(item: Item, elements: PathElements) -> Value | None:
    """Return the value at a document path, or None."""
    value = item.get(elements[0])  # pyright: ignore[reportArgumentType, reportCallIssue]
    for element in elements[1:]:
        if value is None:
            return None
        if isinstance(element, str):
            value = value.get("M", {}).get(element)
        else:
            held = value.get("L", ())
            value = held[element] if element < len(held) else None
    return value


def compile_operand(operand: Operand, attributes: set[str]) -> Getter:
    """Compile what has a value; the attributes it reads are added to `attributes`."""
    match operand:
        case Path(elements):
            top = elements[0]
            assert isinstance(top, str)
            attributes.add(top)
            if len(elements) == 1:
                return lambda item, values: item.get(top)
            return lambda item, values: find(item, elements)
        case ValueRef(name):
            return lambda item, values: values[name]
        case Function():
            return _compile_size(compile_operand(operand.arguments[0], attributes))


def _compile_size(getter: Getter) -> Getter:
    def size(item: Item, values: Values) -> Value | None:
        value = getter(item, values)
        if value is None:
            return None
        kind = type_of(value)
        if kind == "S":
            return {"N": str(len(value["S"].encode()))}
        if kind in SETS or kind in {"B", "L", "M"}:
            return {"N": str(len(value[kind]))}
        return None

    return size


def compile_node(node: Node, attributes: set[str]) -> Predicate:
    """Compile what is true or false."""
    match node:
        case Comparison():
            return _compile_comparison(node, attributes)
        case Between():
            return _compile_between(node, attributes)
        case In():
            return _compile_in(node, attributes)
        case Function():
            return _compile_predicate(node, attributes)
        case _:
            parts = tuple(compile_node(part, attributes) for part in node.parts)
    if node.operator == "NOT":
        (only,) = parts
        return lambda item, values: not only(item, values)
    if node.operator == "AND":
        return lambda item, values: all(part(item, values) for part in parts)
    return lambda item, values: any(part(item, values) for part in parts)


def _compile_comparison(node: Comparison, attributes: set[str]) -> Predicate:
    left = compile_operand(node.left, attributes)
    right = compile_operand(node.right, attributes)
    operator = node.operator

    def equal(item: Item, values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        return one is not None and other is not None and equals(one, other)

    def compare(item: Item, values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        return one is not None and other is not None and ordered(operator, one, other)

    if operator == "=":
        return equal
    if operator == "<>":
        return lambda item, values: not equal(item, values)
    return compare


def _compile_between(node: Between, attributes: set[str]) -> Predicate:
    getters = [compile_operand(operand, attributes) for operand in (node.operand, node.low, node.high)]

    def between(item: Item, values: Values) -> bool:
        value, low, high = (getter(item, values) for getter in getters)
        if value is None or low is None or high is None:
            return False
        kind = type_of(value)
        if kind not in ORDERED or type_of(low) != kind or type_of(high) != kind:
            return False
        return comparable(low) <= comparable(value) <= comparable(high)

    return between


def _compile_in(node: In, attributes: set[str]) -> Predicate:
    getter = compile_operand(node.operand, attributes)
    choices = tuple(compile_operand(choice, attributes) for choice in node.choices)

    def within(item: Item, values: Values) -> bool:
        value = getter(item, values)
        if value is None:
            return False
        found = (choice(item, values) for choice in choices)
        return any(choice is not None and equals(value, choice) for choice in found)

    return within


def _has_type(value: Value, wanted: Value) -> bool:
    return type_of(value) == wanted.get("S")


_BINARY: dict[str, Callable[[Any, Any], bool]] = {
    "attribute_type": _has_type,
    "begins_with": begins_with,
    "contains": contains,
}


def _compile_predicate(node: Function, attributes: set[str]) -> Predicate:
    getters = [compile_operand(argument, attributes) for argument in node.arguments]
    first = getters[0]
    if node.name == "attribute_exists":
        return lambda item, values: first(item, values) is not None
    if node.name == "attribute_not_exists":
        return lambda item, values: first(item, values) is None
    second = getters[1]
    test = _BINARY[node.name]

    def holds(item: Item, values: Values) -> bool:
        one, other = first(item, values), second(item, values)
        return one is not None and other is not None and test(one, other)

    return holds

"""The parameters that expressions replaced, mapped onto the same objects.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from collections.abc import Callable, Sequence
from typing import Any

from cloudchamber.languages.dynamodb_expression.compiling import Values, compile_node, find
from cloudchamber.languages.dynamodb_expression.conditions import Condition, ConditionProgram
from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.keys import KeyCase, KeyCondition
from cloudchamber.languages.dynamodb_expression.nodes import (
    Between,
    Comparison,
    Function,
    In,
    Logical,
    Node,
    Path,
    ValueRef,
)
from cloudchamber.languages.dynamodb_expression.projections import Projection
from cloudchamber.languages.dynamodb_expression.updates import Update, UpdateProgram
from cloudchamber.languages.dynamodb_expression.updating import (
    Action,
    add_action,
    delete_action,
    put_action,
    remove_action,
)
from cloudchamber.languages.dynamodb_expression.values import (
    ORDERED,
    SETS,
    Item,
    Value,
    comparable,
    type_of,
)

_COMPARATORS = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}
_TYPES = {
    **dict.fromkeys(("LT", "LE", "GT", "GE", "BETWEEN", "IN"), ORDERED),
    "BEGINS_WITH": frozenset({"S", "B"}),
    **dict.fromkeys(("CONTAINS", "NOT_CONTAINS"), ORDERED | {"BOOL", "NULL"}),
}
_KEY_OPERATORS = {
    "EQ": "=",
    "LT": "<",
    "LE": "<=",
    "GT": ">",
    "GE": ">=",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}


def _invalid(reason: str) -> InvalidExpression:
    return InvalidExpression(f"One or more parameter values were invalid: {reason}")


def parse_filter(conditions: dict[str, dict[str, Any]], conditional_operator: str | None = None) -> Condition:
    """Return the condition of a QueryFilter or ScanFilter."""
    cases = {
        name: (condition["ComparisonOperator"], condition.get("AttributeValueList") or [])
        for name, condition in conditions.items()
    }
    return _condition(cases, conditional_operator)


def parse_expected(expected: dict[str, dict[str, Any]], conditional_operator: str | None = None) -> Condition:
    """Return the condition of an Expected parameter."""
    cases = {name: _expectation(name, condition) for name, condition in expected.items()}
    return _condition(cases, conditional_operator)


def _expectation(name: str, condition: dict[str, Any]) -> tuple[str, list[Value]]:
    operator = condition.get("ComparisonOperator")
    value = condition.get("Value")
    listed = condition.get("AttributeValueList")
    exists = condition.get("Exists")
    if operator is not None:
        if exists is not None:
            raise _invalid(f"Exists and ComparisonOperator cannot be used together for Attribute: {name}")
        if value is not None and listed is not None:
            raise _invalid(f"Value and AttributeValueList cannot be used together for Attribute: {name}")
        if value is None and listed is None and operator not in {"NULL", "NOT_NULL"}:
            raise _invalid(
                "Value or AttributeValueList must be used with ComparisonOperator: "
                f"{operator} for Attribute: {name}"
            )
        return operator, [value] if value is not None else listed or []
    if listed is not None:
        raise _invalid(f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}")
    if exists is False:
        if value is not None:
            raise _invalid(f"Value cannot be used when Exists is false for Attribute: {name}")
        return "NULL", []
    if value is None:
        shown = "null" if exists is None else "true"
        raise _invalid(f"Value must be provided when Exists is {shown} for Attribute: {name}")
    return "EQ", [value]


def _condition(cases: dict[str, tuple[str, list[Value]]], conditional_operator: str | None) -> Condition:
    if conditional_operator and len(cases) < 2:
        raise InvalidExpression(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )
    values: Values = {}
    nodes = [_node(name, operator, given, values) for name, (operator, given) in cases.items()]
    node = nodes[0] if len(nodes) == 1 else Logical(conditional_operator or "AND", tuple(nodes))
    attributes: set[str] = set()
    predicate = compile_node(node, attributes)
    program = ConditionProgram(node, predicate, frozenset(attributes), frozenset(), ())
    return Condition(program, values)


def _node(name: str, operator: str, given: list[Value], values: Values) -> Node:
    _check(operator, given)
    path = Path((name,))
    references = tuple(ValueRef(f":{len(values) + index}") for index in range(len(given)))
    values.update(zip((reference.name for reference in references), given, strict=True))
    match operator:
        case "NULL":
            return Function("attribute_not_exists", (path,))
        case "NOT_NULL":
            return Function("attribute_exists", (path,))
        case "CONTAINS":
            return Function("contains", (path, *references))
        case "NOT_CONTAINS":
            return Logical("NOT", (Function("contains", (path, *references)),))
        case "BEGINS_WITH":
            return Function("begins_with", (path, *references))
        case "IN":
            return In(path, references)
        case "BETWEEN":
            return Between(path, *references)
        case _:
            return Comparison(_COMPARATORS[operator], path, *references)


def _check(operator: str, given: Sequence[Value]) -> None:
    right = len(given) > 0 if operator == "IN" else len(given) == _COUNTS.get(operator, 1)
    if not right:
        raise _invalid(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    types = [type_of(value) for value in given]
    for kind in types:
        if kind not in _TYPES.get(operator, {kind}):
            raise _invalid(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
    if len(set(types)) > 1:
        raise _invalid("AttributeValues inside AttributeValueList must be of same type")
    if operator == "BETWEEN" and comparable(given[0]) > comparable(given[1]):
        raise InvalidExpression(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )


def parse_key_conditions(conditions: dict[str, dict[str, Any]]) -> KeyCondition:
    """Return the key condition of a KeyConditions parameter."""
    if not 1 <= len(conditions) <= 2:
        raise InvalidExpression("Conditions can be of length 1 or 2 only")
    cases: list[KeyCase] = []
    for name, condition in conditions.items():
        operator, given = condition["ComparisonOperator"], condition.get("AttributeValueList") or []
        _check(operator, given)
        if operator not in _KEY_OPERATORS:
            raise InvalidExpression("Attempted conditional constraint is not an indexable operation")
        cases.append(KeyCase(name, _KEY_OPERATORS[operator], tuple(given)))
    return KeyCondition(cases)


def parse_attributes_to_get(names: list[str]) -> Projection:
    """Return the projection of an AttributesToGet parameter: top-level names, taken as they are."""
    if len(set(names)) != len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise _invalid(f"Duplicate value in attribute name: {repeated}")
    return Projection((name,) for name in names)


def parse_attribute_updates(updates: dict[str, dict[str, Any]]) -> Update:
    """Return the update of an AttributeUpdates parameter."""
    values: Values = {}
    actions: list[Action] = []
    for name, update in updates.items():
        action, value = update.get("Action", "PUT"), update.get("Value")
        reference = f":{len(values)}"
        if value is not None:
            values[reference] = value
        actions.append(_legacy_action((name,), action, value, reference))
    projection = Projection((name,) for name in updates)
    return Update(UpdateProgram(tuple(actions), (), (), projection, frozenset(), ()), values)


def _legacy_action(path: tuple[str], action: str, value: Value | None, reference: str) -> Action:
    if value is None:
        if action != "DELETE":
            raise _invalid("Only DELETE action is allowed when no attribute value is specified")
        return remove_action(path)
    kind = type_of(value)
    if action == "PUT":
        return put_action(path, ValueRef(reference))
    if action == "DELETE":
        if kind not in SETS:
            raise _invalid(f"DELETE action with value is not supported for the type {kind}")
        return _matching(path, kind, delete_action(path, reference))
    if kind == "L":
        append = Function("list_append", (Path(path), ValueRef(reference)))
        fresh = put_action(path, Function("if_not_exists", (Path(path), ValueRef(reference))))
        grow = put_action(path, append)
        return _matching(path, kind, _either(path, grow, fresh))
    if kind != "N" and kind not in SETS:
        raise _invalid(f"ADD action is not supported for the type {kind}")
    return _matching(path, kind, add_action(path, reference))


def _either(path: tuple[str], present: Action, absent: Action) -> Action:
    def act(item: Item, changed: Item, values: Values) -> None:
        (absent if find(item, path) is None else present)(item, changed, values)

    return act


def _matching(path: tuple[str], kind: str, action: Callable[[Item, Item, Values], None]) -> Action:
    def act(item: Item, changed: Item, values: Values) -> None:
        present = find(item, path)
        if present is not None and type_of(present) != kind:
            raise InvalidExpression("Type mismatch for attribute to update")
        action(item, changed, values)

    return act

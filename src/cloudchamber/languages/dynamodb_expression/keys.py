"""Key condition expressions of Query.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

from typing import NamedTuple

from cloudchamber.languages.dynamodb_expression.conditions import Condition, parse_condition
from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.nodes import (
    Between,
    Comparison,
    Function,
    In,
    Logical,
    Node,
    Operand,
    Path,
    ValueRef,
)
from cloudchamber.languages.dynamodb_expression.values import Value

KIND = "KeyConditionExpression"
SORT_OPERATORS = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class KeyCase(NamedTuple):
    """One condition on one key attribute: `BETWEEN` has two operands, every other operator one."""

    attribute: str
    operator: str
    operands: tuple[Value, ...]


class KeyCondition:
    """The one or two conditions of a query on the keys of a table or an index."""

    __slots__ = ("conditions", "names_used", "values_used")

    def __init__(
        self,
        conditions: list[KeyCase],
        names_used: frozenset[str] = frozenset(),
        values_used: tuple[str, ...] = (),
    ) -> None:
        self.conditions = conditions
        self.names_used = names_used
        self.values_used = values_used

    def for_keys(self, partition_key: str, sort_key: str | None) -> tuple[Value, KeyCase | None]:
        """Return the partition key's value and the condition on the sort key.

        Raises `InvalidExpression` when the conditions do not fit the key schema.
        """
        cases = {case.attribute: case for case in self.conditions}
        partition = cases.pop(partition_key, None)
        if partition is None:
            raise InvalidExpression(f"Query condition missed key schema element: {partition_key}")
        if partition.operator != "=":
            raise InvalidExpression("Query key condition not supported")
        sort = cases.pop(sort_key, None) if sort_key else None
        if cases:
            if sort_key and sort is None:
                raise InvalidExpression(f"Query condition missed key schema element: {sort_key}")
            raise InvalidExpression("Query key condition not supported")
        return partition.operands[0], sort


def parse_key_condition(
    text: str, names: dict[str, str] | None, values: dict[str, Value] | None
) -> KeyCondition:
    """Parse a key condition expression; raises `InvalidExpression` with DynamoDB's text."""
    condition = parse_condition(text, names, values, KIND)
    cases = [_case(node, condition) for node in _conjuncts(condition.program.node)]
    if len({case.attribute for case in cases}) != len(cases):
        raise InvalidExpression("KeyConditionExpressions must only contain one condition per key")
    if len(cases) > 2:
        raise InvalidExpression("Conditions can be of length 1 or 2 only")
    if all(case.operator != "=" for case in cases):
        raise InvalidExpression("Query key condition not supported")
    return KeyCondition(cases, condition.names_used, condition.values_used)


def _conjuncts(node: Node) -> list[Node]:
    if isinstance(node, Logical) and node.operator == "AND":
        return [part for each in node.parts for part in _conjuncts(each)]
    return [node]


def _case(node: Node, condition: Condition) -> KeyCase:
    match node:
        case Comparison(operator, ValueRef() as left, Path() as right):
            return _built(_MIRRORED.get(operator, operator), right, (left,), condition)
        case Comparison(operator, left, right):
            return _built(operator, left, (right,), condition)
        case Between(operand, low, high):
            return _built("BETWEEN", operand, (low, high), condition)
        case Function(name, arguments):
            return _built(name, arguments[0], arguments[1:], condition)
        case In():
            raise _operator_refused("IN")
        case Logical(operator):
            raise _operator_refused(operator)


def _built(operator: str, subject: Operand, operands: tuple[Operand, ...], condition: Condition) -> KeyCase:
    if operator not in SORT_OPERATORS:
        raise _operator_refused(operator)
    for operand in (subject, *operands):
        if isinstance(operand, Function):
            raise InvalidExpression("KeyConditionExpressions cannot contain nested operations")
    if not isinstance(subject, Path):
        raise InvalidExpression("Invalid condition in KeyConditionExpression: No key attribute specified")
    name, *nested = subject.elements
    if nested:
        raise InvalidExpression("KeyConditionExpressions cannot have conditions on nested attributes")
    found: list[Value] = []
    for operand in operands:
        if not isinstance(operand, ValueRef):
            raise InvalidExpression(
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
            )
        found.append(condition.values[operand.name])
    return KeyCase(str(name), operator, tuple(found))


def _operator_refused(operator: str) -> InvalidExpression:
    return InvalidExpression(f"Invalid operator used in KeyConditionExpression: {operator}")

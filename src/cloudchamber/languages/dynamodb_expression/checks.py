"""What DynamoDB checks of expression attribute values before it looks at an item."""

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
    shown_path,
)
from cloudchamber.languages.dynamodb_expression.values import (
    ORDERED,
    TYPES,
    Value,
    comparable,
    shown,
    type_of,
)

VALID_TYPES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"

OPERAND_TYPES: dict[str, frozenset[str]] = {
    "<": ORDERED,
    "<=": ORDERED,
    ">": ORDERED,
    ">=": ORDERED,
    "BETWEEN": ORDERED,
    "begins_with": frozenset({"S", "B"}),
    "attribute_type": frozenset({"S"}),
    "size": TYPES - {"N", "BOOL", "NULL"},
    "list_append": frozenset({"L"}),
    "+": frozenset({"N"}),
    "-": frozenset({"N"}),
}


def check_defined(kind: str, used: tuple[str, ...], values: dict[str, Value]) -> None:
    """Refuse values that an expression uses and the request does not define."""
    for name in used:
        if name not in values:
            raise InvalidExpression(
                f"Invalid {kind}: An expression attribute value used in expression is not defined; "
                f"attribute value: {name}"
            )


def check_node(kind: str, node: Node, values: dict[str, Value]) -> None:
    """Refuse operands whose types, order or number a condition's operators cannot take."""
    match node:
        case Logical():
            for part in node.parts:
                check_node(kind, part, values)
        case Comparison():
            _check_operands(kind, node.operator, (node.left, node.right), values)
            _check_distinct(kind, node.operator, (node.left, node.right))
        case Between():
            _check_operands(kind, "BETWEEN", (node.operand, node.low, node.high), values)
            _check_bounds(kind, node, values)
        case In():
            _check_operands(kind, "IN", (node.operand, *node.choices), values)
        case Function():
            check_function(kind, node, values)


def check_function(kind: str, node: Function, values: dict[str, Value]) -> None:
    """Refuse arguments whose types a function cannot take."""
    _check_operands(kind, node.name, node.arguments, values)
    if node.name in {"begins_with", "contains"}:
        _check_distinct(kind, node.name, node.arguments)
    if node.name == "attribute_type":
        wanted = node.arguments[1]
        if not isinstance(wanted, ValueRef):
            return
        name = values[wanted.name]["S"]
        if name not in TYPES:
            raise InvalidExpression(
                f"Invalid {kind}: Invalid attribute type name found; type: {name}, valid types: {VALID_TYPES}"
            )


def _check_operands(
    kind: str, operator: str, operands: tuple[Operand, ...], values: dict[str, Value]
) -> None:
    allowed = OPERAND_TYPES.get(operator)
    for operand in operands:
        match operand:
            case ValueRef(name) if allowed is not None and type_of(values[name]) not in allowed:
                raise InvalidExpression(
                    f"Invalid {kind}: Incorrect operand type for operator or function; "
                    f"operator or function: {operator}, operand type: {type_of(values[name])}"
                )
            case Function():
                check_function(kind, operand, values)
            case _:
                pass


def _check_distinct(kind: str, operator: str, operands: tuple[Operand, ...]) -> None:
    first, second = operands
    if isinstance(first, Path) and first == second:
        raise InvalidExpression(
            f"Invalid {kind}: The first operand must be distinct from the remaining operands "
            f"for this operator or function; operator: {operator}, "
            f"first operand: {shown_path(first.elements)}"
        )


def _check_bounds(kind: str, node: Between, values: dict[str, Value]) -> None:
    if not (isinstance(node.low, ValueRef) and isinstance(node.high, ValueRef)):
        return
    low, high = values[node.low.name], values[node.high.name]
    bounds = f"lower bound operand: {shown(low)}, upper bound operand: {shown(high)}"
    if type_of(low) != type_of(high):
        raise InvalidExpression(
            f"Invalid {kind}: The BETWEEN operator requires same data type for lower and upper "
            f"bounds; {bounds}"
        )
    if comparable(low) > comparable(high):
        raise InvalidExpression(
            f"Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or equal to "
            f"lower bound; {bounds}"
        )

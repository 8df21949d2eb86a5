"""Condition and filter expressions: the grammar, and the object that answers for an item.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cloudchamber.languages.dynamodb_expression.checks import check_defined, check_node
from cloudchamber.languages.dynamodb_expression.compiling import Predicate, compile_node
from cloudchamber.languages.dynamodb_expression.cursor import (
    CONDITION_FUNCTIONS,
    OPERATORS_MAX,
    PREDICATES,
    Cursor,
)
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
from cloudchamber.languages.dynamodb_expression.values import Item, Value

COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
IN_OPERANDS_MAX = 100
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html"""


@dataclass(frozen=True, slots=True)
class ConditionProgram:
    """A condition that is parsed and compiled, for any values."""

    node: Node
    predicate: Predicate
    attributes: frozenset[str]
    names_used: frozenset[str]
    values_used: tuple[str, ...]


class Condition:
    """A condition bound to the values of one request."""

    __slots__ = ("program", "values")

    def __init__(self, program: ConditionProgram, values: dict[str, Value]) -> None:
        self.program = program
        self.values = values

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that the condition reads."""
        return self.program.attributes

    @property
    def names_used(self) -> frozenset[str]:
        """The expression attribute names that the condition uses."""
        return self.program.names_used

    @property
    def values_used(self) -> tuple[str, ...]:
        """The expression attribute values that the condition uses."""
        return self.program.values_used

    def matches(self, item: Item) -> bool:
        """Say whether the condition holds for an item; an absent item is `{}`."""
        return self.program.predicate(item, self.values)


def parse_condition(
    text: str,
    names: dict[str, str] | None,
    values: dict[str, Value] | None,
    kind: str = "ConditionExpression",
) -> Condition:
    """Parse a condition, a filter or a key condition; `kind` is the request's parameter.

    Raises `InvalidExpression` with DynamoDB's text.
    """
    program = compile_condition(kind, text, tuple(names.items()) if names else ())
    given = values or {}
    check_defined(kind, program.values_used, given)
    check_node(kind, program.node, given)
    return Condition(program, given)


@lru_cache(maxsize=4096)
def compile_condition(kind: str, text: str, names: tuple[tuple[str, str], ...]) -> ConditionProgram:
    """Parse and compile a condition; the same text and names give the same program."""
    cursor = Cursor(kind, text, dict(names))
    attributes: set[str] = set()
    try:
        node = _Grammar(cursor).whole()
        predicate = compile_node(node, attributes)
    except RecursionError:
        # Deeper than Python recurses; DynamoDB's own bound is the number of operators.
        cursor.fail(f"The expression contains too many operators; operator count: {OPERATORS_MAX + 1}")
    return ConditionProgram(
        node,
        predicate,
        frozenset(attributes),
        frozenset(cursor.names_used),
        tuple(sorted(cursor.values_used)),
    )


class _Grammar:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def whole(self) -> Node:
        node = self.condition(self.disjunction())
        self.cursor.expect_end()
        return node

    def condition(self, node: Node | Operand) -> Node:
        """Accept only what has a truth value."""
        match node:
            case Path() | ValueRef():
                self.cursor.fail_syntax()
            case Function(name) if name not in PREDICATES:
                self.cursor.fail_usage(name)
            case _:
                pass
        return node

    def disjunction(self) -> Node | Operand:
        return self._joined("OR", self.conjunction)

    def conjunction(self) -> Node | Operand:
        return self._joined("AND", self.negation)

    def _joined(self, operator: str, part: Callable[[], Node | Operand]) -> Node | Operand:
        first = part()
        if not self.cursor.at(operator):
            return first
        parts = [self.condition(first)]
        while self.cursor.accept(operator):
            self.cursor.count_operator()
            parts.append(self.condition(part()))
        return Logical(operator, tuple(parts))

    def negation(self) -> Node | Operand:
        if self.cursor.accept("NOT"):
            self.cursor.count_operator()
            return Logical("NOT", (self.condition(self.negation()),))
        return self.comparison()

    def comparison(self) -> Node | Operand:
        left = self.primary()
        cursor = self.cursor
        if not cursor.at(*COMPARATORS, "BETWEEN", "IN"):
            return left
        operand = self.operand(left)
        operator = cursor.take().text.upper()
        cursor.count_operator()
        if operator == "BETWEEN":
            low = self.operand(self.primary())
            cursor.expect("AND")
            return Between(operand, low, self.operand(self.primary()))
        if operator == "IN":
            return In(operand, self.choices())
        return Comparison(operator, operand, self.operand(self.primary()))

    def operand(self, node: Node | Operand) -> Operand:
        """Accept only what has a value."""
        match node:
            case Path() | ValueRef():
                pass
            case Function(name):
                if name in PREDICATES:
                    self.cursor.fail_usage(name)
            case _:
                self.cursor.fail_syntax()
        return node

    def choices(self) -> tuple[Operand, ...]:
        cursor = self.cursor
        cursor.expect("(")
        choices = [self.operand(self.primary())]
        while cursor.accept(","):
            choices.append(self.operand(self.primary()))
        cursor.expect(")")
        if len(choices) > IN_OPERANDS_MAX:
            cursor.fail(
                f"The IN operator is provided with too many operands; number of operands: {len(choices)}"
            )
        return tuple(choices)

    def primary(self) -> Node | Operand:
        cursor = self.cursor
        if cursor.accept("("):
            opening = cursor.index
            node = self.disjunction()
            cursor.expect(")")
            if cursor.tokens[opening].text == "(" and self._closes_at(opening) == cursor.index - 2:
                cursor.fail("The expression has redundant parentheses;")
            return node
        if cursor.token.kind == "value":
            return cursor.value()
        if cursor.at_call():
            return cursor.call(CONDITION_FUNCTIONS)
        return cursor.path()

    def _closes_at(self, opening: int) -> int:
        """Return the index of the parenthesis that closes the one at `opening`."""
        depth = 0
        for index in range(opening, self.cursor.index):
            text = self.cursor.tokens[index].text
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return index
        raise AssertionError("the tokens up to the cursor are balanced")

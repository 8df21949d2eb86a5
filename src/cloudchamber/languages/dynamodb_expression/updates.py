"""Update expressions: the grammar, and the object that makes the new item.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from dataclasses import dataclass
from functools import lru_cache

from cloudchamber.languages.dynamodb_expression.checks import check_defined, check_function
from cloudchamber.languages.dynamodb_expression.cursor import UPDATE_FUNCTIONS, Cursor
from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.lexer import END
from cloudchamber.languages.dynamodb_expression.nodes import Function, Operand, PathElements
from cloudchamber.languages.dynamodb_expression.paths import check_paths
from cloudchamber.languages.dynamodb_expression.projections import Projection
from cloudchamber.languages.dynamodb_expression.updating import (
    Action,
    add_action,
    delete_action,
    put_action,
    remove_action,
)
from cloudchamber.languages.dynamodb_expression.values import SETS, Item, Value, type_of

KIND = "UpdateExpression"
SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
_ALLOWED = {"ADD": SETS | {"N"}, "DELETE": SETS}
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}


@dataclass(frozen=True, slots=True)
class UpdateProgram:
    """An update that is parsed and compiled, for any values."""

    actions: tuple[Action, ...]
    functions: tuple[Function, ...]
    amounts: tuple[tuple[str, str], ...]
    """The clause (ADD or DELETE) and the value's name of each."""
    projection: Projection
    names_used: frozenset[str]
    values_used: tuple[str, ...]


class Update:
    """An update bound to the values of one request."""

    __slots__ = ("program", "values")

    def __init__(self, program: UpdateProgram, values: dict[str, Value]) -> None:
        self.program = program
        self.values = values

    @property
    def updated_paths(self) -> tuple[PathElements, ...]:
        """The document paths that the update names as targets, in the order of the expression."""
        return self.program.projection.paths

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that the update may change."""
        return self.program.projection.attributes

    @property
    def names_used(self) -> frozenset[str]:
        """The expression attribute names that the update uses."""
        return self.program.names_used

    @property
    def values_used(self) -> tuple[str, ...]:
        """The expression attribute values that the update uses."""
        return self.program.values_used

    def apply(self, item: Item) -> Item:
        """Return the item after the update; the item itself stays as it was.

        Every operand is read from the item before the update. Raises `InvalidExpression` when the
        update does not fit the item.
        """
        changed = dict(item)
        values = self.values
        for action in self.program.actions:
            action(item, changed, values)
        return changed

    def updated(self, item: Item) -> Item:
        """Return what UPDATED_OLD or UPDATED_NEW shows of the item before or after the update."""
        return self.program.projection.apply(item)


def parse_update(text: str, names: dict[str, str] | None, values: dict[str, Value] | None) -> Update:
    """Parse an update expression; raises `InvalidExpression` with DynamoDB's text."""
    program = _compile(text, tuple(names.items()) if names else ())
    given = values or {}
    check_defined(KIND, program.values_used, given)
    for clause, name in program.amounts:
        kind = type_of(given[name])
        if kind not in _ALLOWED[clause]:
            raise InvalidExpression(
                f"Invalid {KIND}: Incorrect operand type for operator or function; "
                f"operator: {clause}, operand type: {_TYPE_NAMES[kind]}"
            )
    for function in program.functions:
        check_function(KIND, function, given)
    return Update(program, given)


@lru_cache(maxsize=4096)
def _compile(text: str, names: tuple[tuple[str, str], ...]) -> UpdateProgram:
    cursor = Cursor(KIND, text, dict(names))
    grammar = _Grammar(cursor)
    grammar.sections()
    check_paths(KIND, grammar.targets)
    return UpdateProgram(
        tuple(grammar.actions()),
        tuple(operand for _, operand in grammar.assigned if isinstance(operand, Function)),
        tuple((clause, name) for clause, _, name in grammar.amounts),
        Projection(grammar.targets),
        frozenset(cursor.names_used),
        tuple(sorted(cursor.values_used)),
    )


class _Grammar:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.targets: list[PathElements] = []
        self.assigned: list[tuple[PathElements, Operand]] = []
        self.removed: list[PathElements] = []
        self.amounts: list[tuple[str, PathElements, str]] = []

    def sections(self) -> None:
        seen: set[str] = set()
        while not self.cursor.at(END):
            if not self.cursor.at(*SECTIONS):
                self.cursor.fail_syntax()
            section = self.cursor.take().text.upper()
            if section in seen:
                self.cursor.fail(f'The "{section}" section can only be used once in an update expression;')
            seen.add(section)
            self.clause(section)
            while self.cursor.accept(","):
                self.clause(section)

    def clause(self, section: str) -> None:
        path = self.cursor.path().elements
        self.targets.append(path)
        if section == "REMOVE":
            self.removed.append(path)
            return
        self.cursor.count_operator()
        if section == "SET":
            self.cursor.expect("=")
            self.assigned.append((path, self.value()))
            return
        if self.cursor.token.kind != "value":
            self.cursor.fail_syntax()
        self.amounts.append((section, path, self.cursor.value().name))

    def value(self) -> Operand:
        left = self.operand()
        if not self.cursor.at("+", "-"):
            return left
        operator = self.cursor.take().text
        self.cursor.count_operator()
        return Function(operator, (left, self.operand()))

    def operand(self) -> Operand:
        if self.cursor.accept("("):
            inner = self.value()
            self.cursor.expect(")")
            return inner
        return self.cursor.operand(UPDATE_FUNCTIONS)

    def actions(self) -> list[Action]:
        """Return what the clauses do, in the order that keeps every list index the original one."""
        puts = sorted(self.assigned, key=lambda each: _list_position(each[0]))
        removed = sorted(self.removed, key=lambda path: [str(e).zfill(12) for e in path], reverse=True)
        return [
            *(put_action(path, operand) for path, operand in puts),
            *(
                (add_action if clause == "ADD" else delete_action)(path, name)
                for clause, path, name in self.amounts
            ),
            *(remove_action(path) for path in removed),
        ]


def _list_position(path: PathElements) -> int:
    last = path[-1]
    return last if isinstance(last, int) else -1

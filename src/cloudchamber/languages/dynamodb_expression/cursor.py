"""What the grammars of all five expressions share: tokens, document paths, values, function calls."""

from collections.abc import Mapping
from typing import NoReturn

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.lexer import END, Token, syntax_error, tokenize
from cloudchamber.languages.dynamodb_expression.nodes import Function, Operand, Path, ValueRef
from cloudchamber.languages.dynamodb_expression.reserved import RESERVED_WORDS

OPERATORS_MAX = 300
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters"""

PREDICATES = frozenset(
    {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"}
)
CONDITION_FUNCTIONS = PREDICATES | {"size"}
UPDATE_FUNCTIONS = frozenset({"if_not_exists", "list_append"})
ARGUMENT_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "if_not_exists": 2,
    "list_append": 2,
    "size": 1,
}
NEEDS_PATH = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "if_not_exists"})


class Cursor:
    """A place in the tokens of one expression, and what the expression has used so far."""

    def __init__(self, kind: str, text: str, names: Mapping[str, str]) -> None:
        self.kind = kind
        self.text = text
        self.names = names
        self.tokens = tokenize(kind, text)
        self.index = 0
        self.operator_count = 0
        self.names_used: set[str] = set()
        self.values_used: set[str] = set()

    @property
    def token(self) -> Token:
        """The token at this place."""
        return self.tokens[self.index]

    def at(self, *texts: str) -> bool:
        """Say whether the token here is one of these symbols or keywords (in any case)."""
        token = self.token
        return token.kind in {"symbol", "word", "end"} and token.text.upper() in texts

    def take(self) -> Token:
        """Return the token here and step over it."""
        token = self.token
        self.index += 1
        return token

    def accept(self, *texts: str) -> bool:
        """Step over the token here when it is one of these; say whether it was."""
        if self.at(*texts):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over this token; any other is a syntax error."""
        if not self.accept(text):
            self.fail_syntax()

    def expect_end(self) -> None:
        """Refuse whatever follows a complete expression."""
        if not self.at(END):
            self.fail_syntax()

    def fail(self, reason: str) -> NoReturn:
        """Raise `InvalidExpression` with the prefix of this expression's parameter."""
        raise InvalidExpression(f"Invalid {self.kind}: {reason}")

    def fail_syntax(self) -> NoReturn:
        """Raise the syntax error at the token here."""
        raise syntax_error(self.kind, self.text, self.tokens, self.index)

    def count_operator(self) -> None:
        """Count an operator or function. DynamoDB allows 300 in an expression."""
        self.operator_count += 1
        if self.operator_count > OPERATORS_MAX:
            self.fail(f"The expression contains too many operators; operator count: {self.operator_count}")

    def path(self) -> Path:
        """Parse a document path: `name`, `#name`, then `.name` and `[index]`."""
        elements: list[str | int] = [self.path_name()]
        while True:
            if self.accept("."):
                elements.append(self.path_name())
            elif self.accept("["):
                if self.token.kind != "index":
                    self.fail_syntax()
                elements.append(int(self.take().text))
                self.expect("]")
            else:
                return Path(tuple(elements))

    def path_name(self) -> str:
        """Parse one name of a path and substitute it."""
        token = self.token
        if token.kind == "name":
            self.index += 1
            self.names_used.add(token.text)
            if token.text not in self.names:
                self.fail(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {token.text}"
                )
            return self.names[token.text]
        if token.kind != "word":
            self.fail_syntax()
        if token.text.upper() in RESERVED_WORDS:
            self.fail(f"Attribute name is a reserved keyword; reserved keyword: {token.text}")
        self.index += 1
        return token.text

    def value(self) -> ValueRef:
        """Parse an expression attribute value."""
        name = self.take().text
        self.values_used.add(name)
        return ValueRef(name)

    def at_call(self) -> bool:
        """Say whether a function is called here."""
        following = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        return self.token.kind == "word" and following.text == "("

    def call(self, allowed: frozenset[str]) -> Function:
        """Parse a function call; `allowed` are the functions of this kind of expression."""
        name = self.take().text
        if name not in ARGUMENT_COUNTS:
            self.fail(f"Invalid function name; function: {name}")
        if name not in allowed:
            article = "an update" if self.kind == "UpdateExpression" else "a condition"
            self.fail(f"The function is not allowed in {article} expression; function: {name}")
        self.count_operator()
        self.expect("(")
        arguments: list[Operand] = []
        while not arguments or self.accept(","):
            arguments.append(self.operand(allowed))
        self.expect(")")
        self._check_arguments(name, arguments)
        return Function(name, tuple(arguments))

    def operand(self, allowed: frozenset[str]) -> Operand:
        """Parse a path, a value or a function call."""
        if self.token.kind == "value":
            return self.value()
        if self.at_call():
            call = self.call(allowed)
            if call.name in PREDICATES:
                self.fail_usage(call.name)
            return call
        return self.path()

    def fail_usage(self, name: str) -> NoReturn:
        """Refuse a function where its kind of answer has no place."""
        self.fail(f"The function is not allowed to be used this way in an expression; function: {name}")

    def _check_arguments(self, name: str, arguments: list[Operand]) -> None:
        if len(arguments) != ARGUMENT_COUNTS[name]:
            self.fail(
                "Incorrect number of operands for operator or function; "
                f"operator or function: {name}, number of operands: {len(arguments)}"
            )
        if name in NEEDS_PATH and not isinstance(arguments[0], Path):
            self.fail(f"Operator or function requires a document path; operator or function: {name}")

"""Expression text -> tokens."""

import re
from functools import lru_cache
from typing import NamedTuple

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression

EXPRESSION_BYTES_MAX = 4096
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters"""

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<name>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<index>[0-9]+)|(?P<symbol><>|<=|>=|[=<>()\[\],.+-])|(?P<other>\S)|(?P<end>\Z))",
    re.ASCII,
)

END = "<EOF>"


class Token(NamedTuple):
    """A token, what it is, and where its text begins and ends."""

    kind: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def tokenize(kind: str, text: str) -> tuple[Token, ...]:
    """Return the tokens of an expression, the last of kind `end`; `kind` names the request's parameter.

    Raises `InvalidExpression` for an empty expression, one over 4 KB, and a character of no token.
    """
    if not text.strip():
        raise InvalidExpression(f"Invalid {kind}: The expression can not be empty;")
    size = len(text.encode())
    if size > EXPRESSION_BYTES_MAX:
        raise InvalidExpression(
            f"Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {size}"
        )
    tokens: list[Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, at)
        assert match is not None
        assert match.lastgroup is not None
        group = match.lastgroup
        tokens.append(
            Token(group, END if group == "end" else match[group], match.start(group), match.end(group))
        )
        at = match.end()
    for index, token in enumerate(tokens):
        if token.kind == "other":
            raise syntax_error(kind, text, tuple(tokens), index)
    return tuple(tokens)


def syntax_error(kind: str, text: str, tokens: tuple[Token, ...], index: int) -> InvalidExpression:
    """Return DynamoDB's syntax error at a token; `near` shows it with its neighbours."""
    before = tokens[max(index - 1, 0)]
    after = tokens[min(index + 1, len(tokens) - 1)]
    near = text[before.start : after.end].strip()
    return InvalidExpression(f'Invalid {kind}: Syntax error; token: "{tokens[index].text}", near: "{near}"')

"""Projection expressions: which attributes, and which parts of them, an answer holds.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cloudchamber.languages.dynamodb_expression.cursor import Cursor
from cloudchamber.languages.dynamodb_expression.nodes import PathElements
from cloudchamber.languages.dynamodb_expression.paths import check_paths
from cloudchamber.languages.dynamodb_expression.values import Item, Value

KIND = "ProjectionExpression"
# A tree of what is wanted below a value; None is all of it.
Tree = dict[str | int, "Tree | None"]


class Projection:
    """The paths that are wanted of an item."""

    __slots__ = ("_tree", "attributes", "names_used", "paths", "values_used")

    def __init__(self, paths: Iterable[PathElements], names_used: frozenset[str] = frozenset()) -> None:
        self.paths = tuple(paths)
        self.names_used = names_used
        self.values_used: tuple[str, ...] = ()
        self.attributes = frozenset(str(path[0]) for path in self.paths)
        self._tree: Tree = {}
        for path in self.paths:
            _plant(self._tree, path)

    def apply(self, item: Item) -> Item:
        """Return what the paths hold of an item; list elements close up, in the list's order."""
        found: Item = {}
        for name, below in self._tree.items():
            value = item.get(name)  # pyright: ignore[reportArgumentType, reportCallIssue]
            if value is not None:
                part = value if below is None else _part(value, below)
                if part is not None:
                    found[str(name)] = part
        return found


def _plant(tree: Tree, path: PathElements) -> None:
    for element in path[:-1]:
        below = tree.setdefault(element, {})
        if below is None:
            return
        tree = below
    tree[path[-1]] = None


def _part(value: Value, tree: Tree) -> Value | None:
    if "M" in value:
        held: Any = value["M"]
        wanted = [name for name in tree if isinstance(name, str) and name in held]
    elif "L" in value:
        held = value["L"]
        wanted = sorted(index for index in tree if isinstance(index, int) and index < len(held))
    else:
        return None
    parts: dict[str | int, Value] = {}
    for key in wanted:
        below = tree[key]
        part = held[key] if below is None else _part(held[key], below)
        if part is not None:
            parts[key] = part
    if not parts:
        return None
    return {"L": list(parts.values())} if "L" in value else {"M": parts}


def parse_projection(text: str, names: dict[str, str] | None) -> Projection:
    """Parse a projection expression; raises `InvalidExpression` with DynamoDB's text."""
    return _compile(text, tuple(names.items()) if names else ())


@lru_cache(maxsize=1024)
def _compile(text: str, names: tuple[tuple[str, str], ...]) -> Projection:
    cursor = Cursor(KIND, text, dict(names))
    paths = [cursor.path().elements]
    while cursor.accept(","):
        paths.append(cursor.path().elements)
    cursor.expect_end()
    check_paths(KIND, paths)
    return Projection(paths, frozenset(cursor.names_used))

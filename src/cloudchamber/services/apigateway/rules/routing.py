"""Which resource a request reaches: literal path parts before variables, variables before greedy ones.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
The path alone decides; a resource without a method for the request is not passed over for another.
"""

from __future__ import annotations

from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")


class _Node(Generic[T]):
    __slots__ = ("greedy", "literals", "name", "target", "variable")

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.literals: dict[str, _Node[T]] = {}
        self.variable: _Node[T] | None = None
        self.greedy: tuple[str, T] | None = None
        self.target: T | None = None


class Router(Generic[T]):
    """Compiled paths of one stage."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, path: str, target: T) -> None:
        """Let requests to `path` reach `target`."""
        node = self._root
        for part in [part for part in path.split("/") if part]:
            if part.endswith("+}"):
                node.greedy = (part[1:-2], target)
                return
            if part.startswith("{"):
                node.variable = node.variable or _Node(part[1:-1])
                node = node.variable
            else:
                node = node.literals.setdefault(part, _Node())
        node.target = target

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """The target of a path as it was sent, and the path's variables, decoded."""
        return self._find(self._root, [part for part in path.split("/") if part], 0, {})

    def _find(
        self, node: _Node[T], parts: list[str], at: int, variables: dict[str, str]
    ) -> tuple[T, dict[str, str]] | None:
        if at == len(parts):
            return None if node.target is None else (node.target, variables)
        part = parts[at]
        literal = node.literals.get(part) or node.literals.get(unquote(part))
        found = self._find(literal, parts, at + 1, variables) if literal else None
        if found is None and node.variable:
            named = variables | {node.variable.name: unquote(part)}
            found = self._find(node.variable, parts, at + 1, named)
        if found is None and node.greedy:
            name, target = node.greedy
            return target, variables | {name: unquote("/".join(parts[at:]))}
        return found

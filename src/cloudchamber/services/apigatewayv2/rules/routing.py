"""Which route a request takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
A route whose path matches in full comes first, its literal segments before its variables; then the greedy route with the
longest path in front of its variable; then `$default`. A route of the request's method comes before one of `ANY`.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

ANY = "ANY"
DEFAULT = "$default"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ANY)
_VARIABLE = re.compile(r"\{([a-zA-Z0-9._:-]+)(\+?)\}\Z")
_SEGMENT = re.compile(r"[a-zA-Z0-9._~!$&'()*+,;=:@%-]*\Z")


def split_key(route_key: str) -> tuple[str, str] | None:
    """The method and path of a route key such as `GET /pets/{id}`; None when it has not this form."""
    method, _, path = route_key.partition(" ")
    if method not in METHODS or not path.startswith("/"):
        return None
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        variable = _VARIABLE.match(segment)
        if variable is None and not _SEGMENT.match(segment):
            return None
        if variable and variable[2] and index != len(segments) - 1:
            return None
    return method, path


class _Node(Generic[T]):
    __slots__ = ("child", "ends", "greedy", "literals")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.child: _Node[T] | None = None
        self.ends: dict[str, tuple[tuple[str, ...], T]] = {}
        self.greedy: dict[str, tuple[tuple[str, ...], T]] = {}


class Router(Generic[T]):
    """Compiled routes of one stage: `find(method, path)` gives a target and the variables of its path, decoded."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._fixed: dict[tuple[str, str], T] = {}
        self.default: T | None = None

    def add(self, route_key: str, target: T) -> None:
        """Let requests that `route_key` describes go to `target`."""
        parts = split_key(route_key)
        if parts is None:
            self.default = target
            return
        method, path = parts
        node, names = self._root, list[str]()
        segments = path[1:].split("/")
        for segment in segments:
            variable = _VARIABLE.match(segment)
            if variable is None:
                node = node.literals.setdefault(segment, _Node())
                continue
            names.append(variable[1])
            if variable[2]:
                node.greedy[method] = (tuple(names), target)
                return
            node.child = node.child or _Node()
            node = node.child
        node.ends[method] = (tuple(names), target)
        if not names:
            self._fixed[(method, path)] = target

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """The target of a request, or None. `path` is as it was sent, percent-encoded."""
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed, {}
        segments = path[1:].split("/")
        found = self._full(self._root, method, segments, 0, ()) or self._greedy(method, segments)
        if found:
            (names, target), values = found
            return target, {name: unquote(value) for name, value in zip(names, values, strict=True)}
        return None if self.default is None else (self.default, {})

    def _full(
        self, node: _Node[T], method: str, segments: list[str], at: int, values: tuple[str, ...]
    ) -> tuple[tuple[tuple[str, ...], T], tuple[str, ...]] | None:
        if at == len(segments):
            end = node.ends.get(method) or node.ends.get(ANY)
            return (end, values) if end else None
        segment = segments[at]
        literal = node.literals.get(segment)
        if literal:
            found = self._full(literal, method, segments, at + 1, values)
            if found:
                return found
        if node.child and segment:
            return self._full(node.child, method, segments, at + 1, (*values, segment))
        return None

    def _greedy(
        self, method: str, segments: list[str]
    ) -> tuple[tuple[tuple[str, ...], T], tuple[str, ...]] | None:
        best: tuple[tuple[tuple[str, ...], T], tuple[str, ...]] | None = None
        paths: list[tuple[_Node[T], int, tuple[str, ...]]] = [(self._root, 0, ())]
        depth = -1
        while paths:
            node, at, values = paths.pop()
            rest = "/".join(segments[at:])
            end = node.greedy.get(method) or node.greedy.get(ANY)
            if end and rest and at > depth:
                best, depth = (end, (*values, rest)), at
            if at == len(segments):
                continue
            if node.child and segments[at]:
                paths.append((node.child, at + 1, (*values, segments[at])))
            literal = node.literals.get(segments[at])
            if literal:
                paths.append((literal, at + 1, values))
        return best

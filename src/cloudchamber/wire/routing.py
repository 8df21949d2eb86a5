"""Which operation a REST request means: method and path compiled into a trie, then query literals decide.

https://smithy.io/2.0/spec/http-bindings.html#http-uri
A trailing slash does not matter; a greedy label takes the rest of the path as it is.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.model import OperationModel, ServiceModel

Match = tuple[str, dict[str, str]]


def percent_decode(text: str) -> str:
    """The text of a path segment; `+` stays `+`. Raises MalformedRequest when it is not UTF-8."""
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise MalformedRequest("InvalidURI", "Couldn't parse the specified URI.", 400) from None


def query_values(query: str) -> dict[str, list[str]]:
    """Decoded values of a query string; a name without `=` has an empty value."""
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.replace("+", "%20").partition("=")
            values.setdefault(percent_decode(name), []).append(percent_decode(value))
    return values


class _Candidate:
    """One operation of a route: what its query string and headers must hold."""

    __slots__ = ("deprecated", "headers", "labels", "literals", "name", "required")

    def __init__(self, operation: OperationModel, labels: tuple[str, ...], query: str) -> None:
        members = operation.input.members if operation.input is not None else {}
        required = operation.input.required if operation.input is not None else ()
        bound = {name: members[name] for name in required if name in members}
        self.name = operation.name
        self.labels = labels
        self.deprecated = bool(operation.raw.get("deprecated"))
        self.literals = {name: values[0] for name, values in query_values(query).items()}
        self.required = tuple(
            shape.locationName or name for name, shape in bound.items() if shape.location == "querystring"
        )
        self.headers = tuple(
            (shape.locationName or name).lower()
            for name, shape in bound.items()
            if shape.location == "header"
        )

    def score(
        self, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> tuple[int, int, int, bool] | None:
        """How well the request fits: more query literals, nothing required missing, more required present."""
        for name, value in self.literals.items():
            found = query.get(name)
            if found is None or (value and value not in found):
                return None
        missing = sum(name not in query for name in self.required)
        missing += sum(name not in headers for name in self.headers)
        present = len(self.required) + len(self.headers) - missing
        return len(self.literals), -missing, present, not self.deprecated


class _Node:
    __slots__ = ("candidates", "greedy", "label", "literals")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.label: _Node | None = None
        self.greedy: _Node | None = None
        self.candidates: list[_Candidate] = []

    def child(self, segment: str) -> "_Node":
        if not segment.startswith("{"):
            return self.literals.setdefault(segment, _Node())
        if segment.endswith("+}"):
            self.greedy = self.greedy or _Node()
            return self.greedy
        self.label = self.label or _Node()
        return self.label


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


class Router:
    """Matches method, path and query of one service's operations."""

    def __init__(self, model: ServiceModel) -> None:
        self._roots: dict[str, _Node] = {}
        for operation in model.operations.values():
            self._add(operation)

    def _add(self, operation: OperationModel) -> None:
        path, _, query = operation.uri.partition("?")
        node = self._roots.setdefault(operation.method, _Node())
        labels: list[str] = []
        for segment in _segments(path):
            node = node.child(segment)
            if segment.startswith("{"):
                labels.append(segment.strip("{}").removesuffix("+"))
        node.candidates.append(_Candidate(operation, tuple(labels), query))

    def match(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Match | None:
        """The operation and its decoded labels, or None. The path and the query are raw."""
        root = self._roots.get(method)
        if root is None:
            return None
        found = _find(root, path.split("/"), 1, [])
        if found is None:
            return None
        node, values = found
        candidate = node.candidates[0] if len(node.candidates) == 1 else None
        if candidate is None or candidate.literals:
            candidate = _best(node.candidates, query_values(query) if query else {}, headers)
        if candidate is None:
            return None
        return candidate.name, {
            label: percent_decode(value) for label, value in zip(candidate.labels, values, strict=True)
        }


def _best(
    candidates: list[_Candidate], query: Mapping[str, list[str]], headers: Mapping[str, str]
) -> _Candidate | None:
    best: _Candidate | None = None
    best_score: Any = None
    for candidate in candidates:
        score = candidate.score(query, headers)
        if score is not None and (best_score is None or score > best_score):
            best, best_score = candidate, score
    return best


def _find(node: _Node, parts: list[str], at: int, values: list[str]) -> tuple[_Node, list[str]] | None:
    """Literal before label before greedy label; depth is bounded by the routes, not by the path."""
    if at >= len(parts) or (at == len(parts) - 1 and not parts[at]):
        return (node, values) if node.candidates else None
    part = parts[at]
    literal = node.literals.get(part)
    if literal is not None:
        found = _find(literal, parts, at + 1, values)
        if found is not None:
            return found
    if node.label is not None and part:
        found = _find(node.label, parts, at + 1, [*values, part])
        if found is not None:
            return found
    if node.greedy is not None:
        return _find_greedy(node.greedy, parts, at, values)
    return None


def _find_greedy(node: _Node, parts: list[str], at: int, values: list[str]) -> tuple[_Node, list[str]] | None:
    for end in range(len(parts) - 1, at, -1) if node.literals else ():
        found = _find(node, parts, end, [*values, "/".join(parts[at:end])]) if parts[end] else None
        if found is not None:
            return found
    return (node, [*values, "/".join(parts[at:])]) if node.candidates else None

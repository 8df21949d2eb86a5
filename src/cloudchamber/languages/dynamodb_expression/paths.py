"""Several document paths in one expression: they must neither overlap nor conflict."""

from collections.abc import Iterable

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.nodes import PathElements, shown_path


def check_paths(kind: str, paths: Iterable[PathElements]) -> None:
    """Refuse two paths of which one holds the other, or that see one value as a map and as a list."""
    seen: dict[PathElements, PathElements] = {}
    whole: dict[PathElements, PathElements] = {}
    for path in paths:
        _check_overlap(kind, path, seen, whole)
        whole[path] = path
        for length in range(1, len(path) + 1):
            seen.setdefault(path[:length], path)


def _check_overlap(
    kind: str,
    path: PathElements,
    seen: dict[PathElements, PathElements],
    whole: dict[PathElements, PathElements],
) -> None:
    for length in range(1, len(path) + 1):
        prefix = path[:length]
        if prefix in whole:
            raise _refused(kind, "overlap", whole[prefix], path)
        other = seen.get(prefix)
        if other is None or not length < min(len(path), len(other)):
            continue
        if isinstance(other[length], int) != isinstance(path[length], int):
            raise _refused(kind, "conflict", other, path)
    if path in seen:
        raise _refused(kind, "overlap", seen[path], path)


def _refused(kind: str, fault: str, one: PathElements, two: PathElements) -> InvalidExpression:
    return InvalidExpression(
        f"Invalid {kind}: Two document paths {fault} with each other; must remove or rewrite one of these "
        f"paths; path one: {shown_path(one)}, path two: {shown_path(two)}"
    )

"""What the expressions of a state can see."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.jsonpath import MISSING, Path


class Chances(Protocol):
    """Where random values come from; passed in, so that a seed repeats a run."""

    def uuid(self) -> str: ...

    def fraction(self) -> float: ...


class Scope(msgspec.Struct, frozen=True):
    """`data` is what `$` means; `states` is JSONata's `$states`."""

    data: Any
    context: dict[str, Any]
    variables: dict[str, Any]
    chances: Chances
    now_ms: int
    states: dict[str, Any] = {}

    def find(self, path: Path, field: str = "") -> Any:
        """What a path selects. Raises StatesError (`States.Runtime`) when it is definite and selects nothing."""
        found = self.find_or_missing(path)
        if found is MISSING:
            raise missing(path, field, self._root(path))
        return found

    def find_or_missing(self, path: Path) -> Any:
        """The same, with MISSING instead of an error."""
        root = self._root(path)
        return MISSING if root is MISSING else path.find(root)

    def _root(self, path: Path) -> Any:
        if path.root == "$":
            return self.data
        if path.root == "$$":
            return self.context
        return self.variables.get(path.root, MISSING)

    def with_data(self, data: Any) -> Scope:
        """The same view, with another `$`."""
        return msgspec.structs.replace(self, data=data)


def missing(path: Path, field: str, data: Any) -> StatesError:
    """AWS's error for a path that finds nothing."""
    text = "" if data is MISSING else as_json(data)
    if field:
        cause = f"The JSONPath '{path.text}' specified for the field '{field}' could not be found in the input '{text}'"
    else:
        cause = f"Invalid path '{path.text}': No results for path: {_brackets(path)}"
    return StatesError("States.Runtime", cause)


def _brackets(path: Path) -> str:
    return "$" + "".join(f"['{key}']" if isinstance(key, str) else f"[{key}]" for key in path.keys)


def as_json(value: Any) -> str:
    """A value as compact JSON text."""
    return msgspec.json.encode(value).decode()

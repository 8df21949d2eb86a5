"""Which variables the states of a definition use.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def variable_references(text: str) -> dict[str, list[str]]:
    """For each state that uses variables: their names, in order."""
    found: dict[str, list[str]] = {}
    _collect(msgspec.json.decode(text), set(), found)
    return found


def _collect(machine: dict[str, Any], outer: set[str], found: dict[str, list[str]]) -> None:
    """Names that are assigned anywhere count; JSONata's functions look alike, but are not assigned."""
    assigned = outer | {name for state in machine["States"].values() for name in _assigned(state)}
    for name, state in machine["States"].items():
        used = sorted({each for each in _used(state) if each in assigned})
        if used:
            found[name] = used
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor") or state.get("Iterator")):
            if inner:
                _collect(inner, assigned, found)


def _assigned(state: dict[str, Any]) -> Iterator[str]:
    for holder in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        for name in holder.get("Assign") or ():
            yield name.removesuffix(".$")


def _used(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in ("Branches", "ItemProcessor", "Iterator"):
                yield from _used(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _used(each, key)
    elif isinstance(value, str) and (value.startswith("{%") or key.endswith((".$", "Path", "Variable"))):
        yield from _NAME.findall(value)

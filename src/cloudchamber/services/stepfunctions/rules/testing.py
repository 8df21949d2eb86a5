"""One state of a definition as a definition of its own, for TestState."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NAME = "TestState"


def alone(source: dict[str, Any], name: str | None) -> dict[str, Any] | None:
    """A definition with one state, and an end wherever it may lead; None when there is no state of that name."""
    language = source.get("QueryLanguage", "JSONPath")
    if name is None and "States" in source:
        return None
    found = (source, language) if name is None else _found(source, name, language)
    if found is None:
        return None
    state, language = dict(found[0]), found[1]
    if state.get("Type") not in ("Choice", "Fail", "Succeed") and "Next" not in state:
        state["End"] = True
    own = name or _NAME
    ends = {target: {"Type": "Succeed"} for target in _targets(state) if target != own}
    return {"QueryLanguage": language, "StartAt": own, "States": {own: state, **ends}}


def _found(machine: dict[str, Any], name: str, language: str) -> tuple[dict[str, Any], str] | None:
    language = machine.get("QueryLanguage", language)
    for key, state in (machine.get("States") or {}).items():
        own = state.get("QueryLanguage", language)
        if key == name:
            return state, own
        for inner in (*(state.get("Branches") or ()), state.get("ItemProcessor") or state.get("Iterator")):
            found = _found(inner, name, own) if inner else None
            if found:
                return found
    return None


def _targets(state: dict[str, Any]) -> Iterator[str]:
    for holder in (state, *(state.get("Choices") or ()), *(state.get("Catch") or ())):
        for member in ("Next", "Default"):
            if isinstance(holder, dict) and isinstance(holder.get(member), str):
                yield holder[member]

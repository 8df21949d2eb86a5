"""Whether events are those that a test expects; and if not, a difference that people can read. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

Pattern = Mapping[str, Any] | Callable[[Any], object] | Any
SHOWN_MAX = 5


def matches(pattern: Pattern, event: Any) -> bool:
    """Whether an event has all that the pattern has: objects may have more members, lists have as many elements, everything else
    is equal (so `unittest.mock.ANY` and `pytest.approx` may stand in a pattern). A function decides by itself."""
    if callable(pattern):
        return bool(pattern(event))
    if isinstance(pattern, Mapping) and isinstance(event, Mapping):
        members = cast("Mapping[str, Any]", pattern)
        return all(name in event and matches(value, event[name]) for name, value in members.items())
    if isinstance(pattern, list) and isinstance(event, list):
        return len(pattern) == len(event) and all(map(matches, pattern, event))
    return bool(pattern == event)


def difference(patterns: Sequence[Pattern], events: Sequence[Any], *, in_order: bool = False) -> str:
    """Empty when there is one event for each pattern and none left; else what is missing, beside what comes nearest to it."""
    partner = _in_order(patterns, events) if in_order else _paired(patterns, events)
    left = [event for index, event in enumerate(events) if index not in partner.values()]
    parts: list[str] = []
    for index, pattern in enumerate(patterns):
        if index not in partner:
            parts.append(_missing(index, pattern, left))
    if left and len(events) > len(patterns):
        shown = "\n".join(pretty(event) for event in left[:SHOWN_MAX])
        more = f"\n… and {len(left) - SHOWN_MAX} more" if len(left) > SHOWN_MAX else ""
        parts.append(f"{len(left)} of {len(events)} events were not expected:\n{shown}{more}")
    return "\n\n".join(parts)


def pretty(value: Any) -> str:
    """JSON for people; what is not JSON as Python shows it."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=repr)


def _in_order(patterns: Sequence[Pattern], events: Sequence[Any]) -> dict[int, int]:
    pairs = zip(patterns, events, strict=False)
    return {index: index for index, (pattern, event) in enumerate(pairs) if matches(pattern, event)}


def _paired(patterns: Sequence[Pattern], events: Sequence[Any]) -> dict[int, int]:
    """As many patterns as can be, each with an event of its own (augmenting paths)."""
    fits = [[i for i, event in enumerate(events) if matches(pattern, event)] for pattern in patterns]
    taken: dict[int, int] = {}  # event -> pattern

    def place(pattern: int, tried: set[int]) -> bool:
        for event in fits[pattern]:
            if event not in tried:
                tried.add(event)
                if event not in taken or place(taken[event], tried):
                    taken[event] = pattern
                    return True
        return False

    for index in range(len(patterns)):
        place(index, set())
    return {pattern: event for event, pattern in taken.items()}


def _missing(index: int, pattern: Pattern, left: Sequence[Any]) -> str:
    name = f"Event {index + 1} of those expected did not come"
    if callable(pattern):
        return f"{name}: none satisfies {getattr(pattern, '__name__', pattern)}."
    wanted = pretty(pattern).splitlines()
    if not left:
        return f"{name}, and nothing like it:\n" + "\n".join(wanted)
    candidates = [pretty(_likened(pattern, event)).splitlines() for event in left]
    nearest = max(candidates, key=lambda lines: difflib.SequenceMatcher(None, wanted, lines).ratio())
    lines = difflib.unified_diff(wanted, nearest, "expected", "came nearest", lineterm="", n=100)
    return f"{name}:\n" + "\n".join(line for line in lines if not line.startswith("@@"))


def _likened(pattern: Any, event: Any) -> Any:
    """The event without the members that the pattern says nothing of, and with the pattern's own words where they match."""
    if isinstance(pattern, Mapping) and isinstance(event, Mapping):
        members = cast("Mapping[str, Any]", pattern)
        return {name: _likened(value, event[name]) for name, value in members.items() if name in event}
    if isinstance(pattern, list) and isinstance(event, list) and len(pattern) == len(event):
        return list(map(_likened, pattern, event))
    return pattern if matches(pattern, event) else event

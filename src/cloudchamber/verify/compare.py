"""What a run left behind against what the run without faults left: one difference for each thing that people would name.

Where order means nothing (items, objects, messages of standard queues, executions, calls) the same things are matched first, then
what is left is paired by likeness: a pair is a change, what finds no partner is extra or missing. In FIFO queues and streams the
order within each group or key counts as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

import msgspec

from cloudchamber.verify.normal import Ignores, Normal, canonical
from cloudchamber.verify.state import State
from cloudchamber.verify.words import as_plain, counted, message, shown

Kind = Literal["extra", "missing", "changed", "reordered"]
PAIRED_MAX = 200  # beyond so many leftovers in one group, pairs are made in order, not by likeness
_ABSENT: Any = object()
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?")


class Difference(msgspec.Struct, frozen=True):
    """One thing that is not as it would be without faults.

    `place`: such as `table/Orders`; `path`: the place and what lies in it, such as `table/Orders/o-1/total`.
    `direction`: of a changed number (or list) whether there is more or less of it. `count`: how many things are too
    many, or too few. `expected` and `found`: in types that JSON knows, None where there is nothing. `tries_count`:
    for what arrived in a dead-letter queue, the fewest tries after which its sources give up; 0 elsewhere. `stuck`: a
    message that was left in a queue which somebody consumes. `known`: the like of what is extra is there without faults too.
    """

    kind: Kind
    place: str
    path: str
    text: str
    expected: Any = None
    found: Any = None
    direction: Literal["", "more", "less"] = ""
    count: int = 1
    tries_count: int = 0
    stuck: bool = False
    known: bool = False

    @property
    def gives(self) -> Literal["more", "less", "other"]:
        """Whether an effect was had more often than it should, less often, or otherwise."""
        if self.direction:
            return self.direction
        return "more" if self.kind == "extra" else "less" if self.kind == "missing" else "other"


def differences(
    baseline: State, found: State, ignore: Iterable[str] = (), keep: frozenset[str] = frozenset()
) -> list[Difference]:
    """All that differs, in the order of places. `ignore`: globs of paths; `keep`: ids that the scenario gave (see `Normal`)."""
    ignores = Ignores(tuple(ignore))
    sides = (_Side(baseline, ignores, keep), _Side(found, ignores, keep))
    made: list[Difference] = []
    for kind, of in _PLACES.items():
        contents = [of(side) for side in sides]
        for name in sorted(set(contents[0]) | set(contents[1])):
            place = f"{kind}/{name}"
            if not ignores.hides(place):
                made += _COMPARE[kind](
                    _Place(kind, name, baseline, found), contents[0].get(name, []), contents[1].get(name, [])
                )
    return made


class _Side:
    """One state, normalised and without what is ignored: by name, a list of (group, value)."""

    def __init__(self, state: State, ignores: Ignores, keep: frozenset[str]) -> None:
        self._state, self._ignores = state, ignores
        self._normal = Normal(state.began_at_ms, state.ended_at_ms, keep)

    def tables(self) -> dict[str, list[tuple[str, Any]]]:
        made: dict[str, list[tuple[str, Any]]] = {}
        for name, items in self._state.tables.items():
            keys = self._state.layout.keys.get(name, ())
            made[name] = []
            for item in items:
                normal = self._normal.value(item)
                identity = {key: normal[key] for key in keys if key in normal}
                group = canonical(identity) if identity else ""
                made[name].append((group, self._ignores.prune(normal, f"table/{name}")))
        return made

    def buckets(self) -> dict[str, list[tuple[str, Any]]]:
        made: dict[str, list[tuple[str, Any]]] = {}
        for name, objects in self._state.buckets.items():
            made[name] = []
            for raw, value in objects.items():
                key = self._normal.text(raw)
                path = f"bucket/{name}/{key}"
                if not self._ignores.hides(path) and not self._ignores.hides(f"bucket/{name}/{raw}"):
                    made[name].append((key, self._ignores.prune(self._normal.value(value), path)))
        return made

    def lists(
        self, kind: str, contents: dict[str, list[Any]], by: str = ""
    ) -> dict[str, list[tuple[str, Any]]]:
        """Values of places, grouped by a member of theirs when `by` is given."""
        made: dict[str, list[tuple[str, Any]]] = {}
        for raw, values in contents.items():
            name = self._normal.text(raw) if kind == "http" else raw
            for value in values:
                normal = self._ignores.prune(self._normal.value(value), f"{kind}/{name}")
                normal = self._pruned_body(normal, f"{kind}/{name}")
                group = str(normal.get(by, "")) if by and isinstance(normal, dict) else ""
                made.setdefault(name, []).append((group, normal))
        return made

    def _pruned_body(self, value: Any, path: str) -> Any:
        """A member of a body may be named without saying `body`: `queue/Audit/sent_at`."""
        if not isinstance(value, dict):
            return value
        bodies = {name: self._ignores.prune(value[name], path) for name in ("body", "data") if name in value}
        return {**value, **bodies}

    def queues(self) -> dict[str, list[tuple[str, Any]]]:
        return self.lists("queue", self._state.queues, by="group")

    def workflows(self) -> dict[str, list[tuple[str, Any]]]:
        return self.lists("workflow", self._state.workflows)

    def http(self) -> dict[str, list[tuple[str, Any]]]:
        return self.lists("http", self._state.http)

    def streams(self) -> dict[str, list[tuple[str, Any]]]:
        return self.lists("stream", self._state.streams, by="key")


class _Place:
    """Where differences are found, and what is known of it."""

    def __init__(self, kind: str, name: str, baseline: State, found: State) -> None:
        self.kind, self.name, self.path = kind, name, f"{kind}/{name}"
        layout = found.layout if found.layout.keys or found.layout.names else baseline.layout
        self.keys = layout.keys.get(name, ()) if kind == "table" else ()
        self.is_ordered = kind == "stream" or (kind == "queue" and name in layout.fifo)
        sources = layout.dead_letters.get(name, ()) if kind == "queue" else ()
        self.tries_count = min((source.tries_count for source in sources), default=0)
        self.sources = ", ".join(source.source for source in sources)
        self.is_consumed = kind == "queue" and name in layout.consumed


# -- tables and buckets: things that have a name


def _named(place: _Place, expected: list[tuple[str, Any]], found: list[tuple[str, Any]]) -> list[Difference]:
    made: list[Difference] = []
    left, right = _grouped(expected), _grouped(found)
    for group in sorted(set(left) | set(right)):
        gone, come = _unmatched(left.get(group, []), right.get(group, []))
        if len(gone) == len(come) == 1 and group:
            pairs, gone, come = [(gone[0], come[0])], [], []
        else:
            pairs, gone, come = _paired(gone, come)
        for was, now in pairs:
            made += _changes(place, _label(place, group, was), was, now, _identity(place, group, was))
        made += _alone(place, group, "missing", gone, len(left.get(group, [])), len(right.get(group, [])))
        made += _alone(place, group, "extra", come, len(left.get(group, [])), len(right.get(group, [])))
    return made


def _alone(
    place: _Place, group: str, kind: Kind, values: list[Any], expected_count: int, found_count: int
) -> list[Difference]:
    """What is there on one side only, the same ones counted together."""
    made: list[Difference] = []
    for value, count in _counted(values):
        label = _label(place, group, value)
        if place.kind == "bucket":
            text = f"bucket {place.name}: object {label} {'is missing' if kind == 'missing' else 'should not be there'}"
            if expected_count and found_count:
                text = f"bucket {place.name}: {counted(found_count, 'object')} like {label} instead of {expected_count}"
        elif expected_count and found_count:
            text = (
                f"table {place.name}: {counted(found_count, 'item')} like {label} instead of {expected_count}"
            )
        elif kind == "missing":
            verb = "is" if count == 1 else "are"
            text = f"table {place.name}: {_some(count, value)} {verb} missing"
        else:
            text = f"table {place.name}: {_some(count, value)} should not be there"
        made.append(
            Difference(
                kind,
                place.path,
                f"{place.path}/{_identity(place, group, value)}",
                text,
                expected=as_plain(value) if kind == "missing" else None,
                found=as_plain(value) if kind == "extra" else None,
                count=count,
            )
        )
    return made


def _some(count: int, value: Any) -> str:
    return f"item {shown(value)}" if count == 1 else f"{count} items like {shown(value)}"


def _label(place: _Place, group: str, value: Any) -> str:
    if place.kind == "bucket":
        return group
    identity = {key: value[key] for key in place.keys if key in value}
    return shown(identity or value, 60)


def _identity(place: _Place, group: str, value: Any) -> str:
    """What names a thing in a path: its key, `o-1` or `o-1,2`."""
    if place.kind == "bucket":
        return group
    return ",".join(shown(value[key], 60) for key in place.keys if key in value) or "*"


def _changes(place: _Place, label: str, was: Any, now: Any, identity: str = "") -> list[Difference]:
    """What changed inside of one thing, each leaf on its own."""
    root = f"{place.path}/{identity}" if identity else place.path
    noun = {"table": "item", "bucket": "object", "workflow": "execution"}.get(place.kind, "message")
    made: list[Difference] = []
    for inner, before, after in _leaves(was, now, ""):
        direction = _direction(before, after)
        subject = f"{place.kind} {place.name}: {noun} {label}"
        if before is _ABSENT:
            text = f"{subject} has {inner or 'a body'} {shown(after)}, which should not be there"
        elif after is _ABSENT:
            text = f"{subject} has no {inner or 'body'} instead of {shown(before)}"
        else:
            text = f"{subject} has {inner or 'the body'} {shown(after)} instead of {shown(before)}"
        path = f"{root}/{inner}" if inner else root
        made.append(
            Difference(
                "changed",
                place.path,
                path,
                text,
                expected=None if before is _ABSENT else as_plain(before),
                found=None if after is _ABSENT else as_plain(after),
                direction=direction,
            )
        )
    return made


def _leaves(was: Any, now: Any, path: str) -> Iterable[tuple[str, Any, Any]]:
    """Where two values differ: paths with dots, and what is there on either side."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*was, *(key for key in now if key not in was)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _leaves(was.get(key, _ABSENT), now.get(key, _ABSENT), inner)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for index, (before, after) in enumerate(zip(was, now, strict=True)):
            yield from _leaves(before, after, f"{path}[{index}]")
    elif was is _ABSENT or now is _ABSENT or canonical(was) != canonical(now):
        yield path, was, now


def _direction(before: Any, after: Any) -> Literal["", "more", "less"]:
    if before is _ABSENT or after is _ABSENT:
        return "more" if before is _ABSENT else "less"
    if _is_number(before) and _is_number(after):
        return "more" if after > before else "less"
    if isinstance(before, list) and isinstance(after, list) and len(before) != len(after):
        return "more" if len(after) > len(before) else "less"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


# -- queues, workflows, calls, streams: things that only count


def _unnamed(
    place: _Place, expected: list[tuple[str, Any]], found: list[tuple[str, Any]]
) -> list[Difference]:
    left, right = [value for _, value in expected], [value for _, value in found]
    gone, come = _unmatched(left, right)
    pairs, gone, come = _paired(gone, come)
    made: list[Difference] = []
    for was, now in pairs:
        made += _changes(place, shown(message(was), 60), was, now)
    made += [_tally(place, "missing", value, count, left, right) for value, count in _counted(gone)]
    made += [_tally(place, "extra", value, count, left, right) for value, count in _counted(come)]
    if place.is_ordered:
        made += _reordered(place, _grouped(expected), _grouped(found))
    return made


def _tally(
    place: _Place, kind: Kind, value: Any, count: int, left: list[Any], right: list[Any]
) -> Difference:
    noun = {"workflow": "execution", "http": "call", "stream": "record"}.get(place.kind, "message")
    wanted = canonical(value)
    expected_count = sum(canonical(each) == wanted for each in left)
    found_count = sum(canonical(each) == wanted for each in right)
    what = f"{counted(found_count, noun)} like {shown(message(value))} instead of {expected_count or 'none'}"
    if place.tries_count and kind == "extra":
        what += f" (the dead letters of {place.sources})"
    return Difference(
        kind,
        place.path,
        place.path,
        f"{place.kind} {place.name}: {what}",
        expected=as_plain(value) if kind == "missing" else None,
        found=as_plain(value) if kind == "extra" else None,
        count=count,
        tries_count=place.tries_count if kind == "extra" else 0,
        stuck=kind == "extra" and place.is_consumed and not place.tries_count,
        known=kind == "extra" and expected_count > 0,
    )


def _reordered(
    place: _Place, left: dict[str, list[Any]], right: dict[str, list[Any]]
) -> Iterable[Difference]:
    """Groups that hold the same things in another order."""
    for group in sorted(set(left) & set(right)):
        was, now = [canonical(each) for each in left[group]], [canonical(each) for each in right[group]]
        both = Counter(was) & Counter(now)
        first = _first_swap(_only(was, both), _only(now, both))
        if first is None:
            continue
        before = next(each for each in left[group] if canonical(each) == first[0])
        after = next(each for each in right[group] if canonical(each) == first[1])
        where = f" of {'key' if place.kind == 'stream' else 'group'} {group}" if group else ""
        text = f"{place.kind} {place.name}: {shown(message(after), 80)} comes before {shown(message(before), 80)}{where}"
        yield Difference(
            "reordered",
            place.path,
            f"{place.path}/{group}",
            text,
            as_plain(left[group]),
            as_plain(right[group]),
        )


def _only(values: list[str], both: Counter[str]) -> list[str]:
    left, made = Counter(both), list[str]()
    for value in values:
        if left[value] > 0:
            left[value] -= 1
            made.append(value)
    return made


def _first_swap(was: list[str], now: list[str]) -> tuple[str, str] | None:
    return next(((a, b) for a, b in zip(was, now, strict=True) if a != b), None)


# -- matching


def _grouped(values: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    made: dict[str, list[Any]] = {}
    for group, value in values:
        made.setdefault(group, []).append(value)
    return made


def _counted(values: list[Any]) -> list[tuple[Any, int]]:
    """Equal values once, with their number, in a stable order."""
    texts = {canonical(value): value for value in values}
    counts = Counter(canonical(value) for value in values)
    return [(texts[text], counts[text]) for text in sorted(texts)]


def _unmatched(left: list[Any], right: list[Any]) -> tuple[list[Any], list[Any]]:
    """What of either side has no equal on the other."""
    ours, theirs = Counter(map(canonical, left)), Counter(map(canonical, right))
    return _surplus(left, ours - theirs), _surplus(right, theirs - ours)


def _surplus(values: list[Any], over: Counter[str]) -> list[Any]:
    made: list[Any] = []
    for value in reversed(values):
        text = canonical(value)
        if over[text] > 0:
            over[text] -= 1
            made.append(value)
    return made[::-1]


def _paired(gone: list[Any], come: list[Any]) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
    """Pairs that are alike enough to be one thing that changed, the most alike first; and what is left alone."""
    gone, come = sorted(gone, key=canonical), sorted(come, key=canonical)
    if len(gone) * len(come) > PAIRED_MAX**2:
        count = min(len(gone), len(come))
        return list(zip(gone[:count], come[:count], strict=True)), gone[count:], come[count:]
    likeness = sorted(
        (
            (-_likeness(was, now), i, j)
            for i, was in enumerate(gone)
            for j, now in enumerate(come)
            if _likeness(was, now) >= 0.5
        ),
    )
    taken: dict[int, int] = {}
    for _, i, j in likeness:
        if i not in taken and j not in taken.values():
            taken[i] = j
    pairs = [(gone[i], come[j]) for i, j in sorted(taken.items())]
    others = set(taken.values())
    return (
        pairs,
        [value for i, value in enumerate(gone) if i not in taken],
        [value for j, value in enumerate(come) if j not in others],
    )


def _likeness(was: Any, now: Any) -> float:
    """The part of leaves that two values share, from 0 to 1; a number that changed counts half."""
    ours, theirs = Counter(_flat(was, "")), Counter(_flat(now, ""))
    same = ours & theirs
    numbers = _numbers(ours - same) & _numbers(theirs - same)
    return (same.total() + numbers.total() / 2) / max(1, ours.total(), theirs.total())


def _numbers(leaves: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter(path for path, text in leaves.elements() if _NUMBER.fullmatch(text))


def _flat(value: Any, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _flat(each, f"{path}[]")
    else:
        yield path, canonical(value)


_PLACES = {
    "table": _Side.tables,
    "bucket": _Side.buckets,
    "queue": _Side.queues,
    "workflow": _Side.workflows,
    "stream": _Side.streams,
    "http": _Side.http,
}
_COMPARE = {
    "table": _named,
    "bucket": _named,
    "queue": _unnamed,
    "workflow": _unnamed,
    "stream": _unnamed,
    "http": _unnamed,
}

"""The chain of events of a run as an indented tree: who caused what, and where the fault struck."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from cloudchamber.aws.tracks import Track

LINES_MAX = 40
LEVELS_MAX = 12  # a deeper chain goes on without a further step to the right
ALIKE_MAX = 3  # so many siblings of one form are shown, the rest is counted
_READS = re.compile(r"^(Describe|List|Head|ReceiveMessage|GetQueue|GetShard|GetRecords|GetFunction|GetEvent)")
_TASKS_SHOWN = frozenset({"invoke_event", "redrive_message"})
_QUIET_SERVICES = frozenset({"logs", "sts", "cloudformation", "iam", "xray", "cloudwatch"})
_BAD_NOTES = ("Unhandled", "Handled", "failed items", "4", "5")  # of invocations, and statuses of HTTP
NO_NAMES: Mapping[str, str] = MappingProxyType({})
INVOCATIONS = frozenset({"Invoke", "InvokeWithResponseStream", "invoke_event"})


class Line(msgspec.Struct, frozen=True):
    """One line of the tree. `at_ms`: since the run began. `fault`: its kind, where one struck; `error`: how it ended, if badly.

    `is_folded`: it stands for others (`text` says how many). `is_last`: for each of the last levels, whether it ends here.
    """

    depth: int
    at_ms: int
    text: str
    fault: str = ""
    error: str = ""
    is_folded: bool = False
    is_last: tuple[bool, ...] = ()


class _Node:
    """A call among those worth telling. `matters`: a fault struck here or below; `touches`: a place of interest is met so."""

    __slots__ = ("children", "matters", "name", "parent", "text", "touches", "track")

    def __init__(self, track: Track, names: Mapping[str, str]) -> None:
        self.track, self.name = track, named(track.resource, names)
        self.text = _text(track, self.name)
        self.children: list[_Node] = []
        self.parent: _Node | None = None
        self.matters = self.touches = False


def tree(
    tracks: Sequence[Track],
    places: Collection[str] = (),
    names: Mapping[str, str] = NO_NAMES,
    lines_max: int = LINES_MAX,
) -> list[Line]:
    """The events around the faults of a run, oldest first; all of them when there is no fault.

    `places`: where differences are (`table/Orders`): events that touched them are told too. `names`: logical ids by the last part
    of physical ids. What only looks, and the chamber's own work, is left out; its consequences take its place. Long trees are
    folded where no fault is.
    """
    roots = _roots(tracks, names, {place.split("/", 1)[-1] for place in places})
    told = [root for root in roots if root.matters or root.touches] or roots
    began_at_ms = min((track.at_ms for track in tracks), default=0)
    lines: list[Line] = []
    shown, folded = _folded(told)
    for root in shown:
        _write(root, began_at_ms, lines)
    lines += [Line(0, at_ms - began_at_ms, text, is_folded=True) for text, at_ms in folded]
    return _cut(lines, lines_max)


def text_lines(lines: Iterable[Line], *, plain: bool) -> list[str]:
    """The tree as text, a line each. `plain`: lines and marks in ASCII, for pipes and files."""
    made: list[str] = []
    for line in lines:
        mark = ("! " if plain else "⚡ ") if line.fault else ""
        fault = f"  <- {line.fault}" if plain and line.fault else f"  ← {line.fault}" if line.fault else ""
        error = f"  [{line.error}]" if line.error else ""
        made.append(f"{since(line.at_ms):>11}  {branches(line, plain=plain)}{mark}{line.text}{error}{fault}")
    return made


def branches(line: Line, *, plain: bool) -> str:
    """The lines of the tree in front of a text."""
    if not line.is_last:
        return ""
    through, end, fork = ("|  ", "`- ", "|- ") if plain else ("│  ", "└─ ", "├─ ")
    before = "".join("   " if last else through for last in line.is_last[:-1])
    return before + (end if line.is_last[-1] else fork)


def since(ms: int) -> str:
    """A duration for people: `+1.250 s`, `+5 m 00 s`, `+6 h 00 m`, `+2 d 03 h`."""
    seconds = ms // 1000
    if seconds < 60:
        return f"+{seconds}.{ms % 1000:03} s"
    if seconds < 3600:
        return f"+{seconds // 60} m {seconds % 60:02} s"
    if seconds < 86_400:
        return f"+{seconds // 3600} h {seconds % 3600 // 60:02} m"
    return f"+{seconds // 86_400} d {seconds % 86_400 // 3600:02} h"


def named(resource: str, names: Mapping[str, str]) -> str:
    """What people call a resource: its logical id, or the last part of its name."""
    name = short_name(resource)
    return names.get(name, name)


def short_name(resource: str) -> str:
    """The last part of an ARN or URL: what people call the thing."""
    if resource.startswith("arn:"):
        return re.split(r"[:/]", resource.split(":", 5)[-1])[-1]
    if resource.startswith(("http://", "https://")):
        return resource.rstrip("/").rsplit("/", 1)[-1]
    return resource


def _fault_of(track: Track) -> str:
    """The kind of fault that struck a call; what more its note says stands behind a semicolon."""
    return track.note.removeprefix("fault: ").partition(";")[0] if track.note.startswith("fault: ") else ""


def _error(track: Track) -> str:
    """How a call ended, if badly: its error, or what its note says of a function or an endpoint."""
    note = track.note.partition("; ")[2] if _fault_of(track) else track.note
    return track.error or (note if note.startswith(_BAD_NOTES) else "")


def _is_housekeeping(track: Track) -> bool:
    if track.error or track.note or track.operation in _TASKS_SHOWN:
        return False
    return (
        track.operation[:1].islower()
        or track.service in _QUIET_SERVICES
        or _READS.match(track.operation) is not None
        or (track.principal == "lambda.amazonaws.com" and track.service == "sqs")
    )


def _roots(tracks: Sequence[Track], names: Mapping[str, str], wanted: set[str]) -> list[_Node]:
    """What is worth telling, under the nearest cause that is."""
    by_id = {track.id: track for track in tracks}
    nodes = {track.id: _Node(track, names) for track in tracks if not _is_housekeeping(track)}
    roots: list[_Node] = []
    for node in sorted(nodes.values(), key=lambda node: node.track.at_ms):
        cause, seen = node.track.cause, {node.track.id}
        while cause in by_id and cause not in nodes and cause not in seen:
            seen.add(cause)
            cause = by_id[cause].cause
        parent = nodes.get(cause)
        if parent is None or parent is node:
            roots.append(node)
        else:
            node.parent = parent
            parent.children.append(node)
            if node.track.operation == "invoke_event" and parent.track.operation == "Invoke":
                parent.text = f"lambda Invoke {parent.name}"  # it only took the event
    for node in nodes.values():
        _mark(node, struck=bool(_fault_of(node.track)), touched=node.name in wanted)
    return roots


def _mark(node: _Node, *, struck: bool, touched: bool) -> None:
    """Say to a node and to all that caused it what was met."""
    above: _Node | None = node
    while above is not None and ((struck and not above.matters) or (touched and not above.touches)):
        above.matters, above.touches = above.matters or struck, above.touches or touched
        above = above.parent


def _write(root: _Node, began_at_ms: int, lines: list[Line]) -> None:
    """A root and all below it; chains of events may be longer than Python's stack."""
    waiting: list[tuple[_Node | tuple[str, int], tuple[bool, ...]]] = [(root, ())]
    while waiting:
        entry, levels = waiting.pop()
        if isinstance(entry, tuple):
            text, at_ms = entry
            lines.append(
                Line(len(levels), at_ms - began_at_ms, text, is_folded=True, is_last=levels[-LEVELS_MAX:])
            )
            continue
        track, at_ms = entry.track, entry.track.at_ms - began_at_ms
        fault, error = _fault_of(track), _error(track)
        lines.append(Line(len(levels), at_ms, entry.text, fault, error, is_last=levels[-LEVELS_MAX:]))
        shown, folded = _folded(entry.children)
        below: list[_Node | tuple[str, int]] = [*shown, *folded]
        waiting += [
            (each, (*levels, index == len(below) - 1)) for index, each in reversed(list(enumerate(below)))
        ]


def _folded(nodes: list[_Node]) -> tuple[list[_Node], list[tuple[str, int]]]:
    """The nodes to show, and of those without a fault that are like the ones before: a line and its instant."""
    shown: list[_Node] = []
    more: dict[str, list[_Node]] = {}
    counts: dict[str, int] = {}
    for node in nodes:
        text = node.text
        counts[text] = counts.get(text, 0) + 1
        if counts[text] <= ALIKE_MAX or node.matters or node.track.error:
            shown.append(node)
        else:
            more.setdefault(text, []).append(node)
    return shown, [(f"… {len(alike)} more: {text}", alike[0].track.at_ms) for text, alike in more.items()]


def _cut(lines: list[Line], lines_max: int) -> list[Line]:
    """The lines around the faults when there are too many, with a word on what is left out."""
    if len(lines) <= lines_max:
        return lines
    wanted = _around_faults(lines, lines_max - 2)
    made: list[Line] = []
    index = 0
    while index < len(lines):
        if index in wanted:
            made.append(lines[index])
            index += 1
            continue
        first = index
        while index < len(lines) and index not in wanted:
            index += 1
        made.append(Line(0, lines[first].at_ms, f"… {index - first} more", is_folded=True))
    return made


def _around_faults(lines: list[Line], count: int) -> set[int]:
    """So many lines: those with faults, then their ancestors, then their neighbours, the nearest first."""
    faults = [index for index, line in enumerate(lines) if line.fault][:count] or [0]
    wanted: list[int] = list(faults)
    for index in faults:
        depth = lines[index].depth
        for before in range(index - 1, -1, -1):
            if lines[before].depth < depth:
                depth = lines[before].depth
                wanted.append(before)
    rest = sorted(range(len(lines)), key=lambda index: (min(abs(index - each) for each in faults), index))
    return set(list(dict.fromkeys([*wanted, *rest]))[:count])


def _text(track: Track, name: str) -> str:
    if track.operation in INVOCATIONS:
        return f"function {name}"
    if track.operation == "redrive_message":
        return f"sqs: given up, to its dead-letter queue {name}".rstrip()
    note = "" if not track.note or _fault_of(track) or _error(track) else f" ({track.note})"
    if track.service == "http":
        name = track.resource
    return f"{track.service} {track.operation} {name}".rstrip() + note

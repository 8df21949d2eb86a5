"""Invocations that ran side by side, and whose call came when: what a tree of causes cannot show of a race."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.report import Finding
from cloudchamber.verify.tree import short_name

LANES_MAX = 3
CALLS_MAX = 24


class Turn(msgspec.Struct, frozen=True):
    """One call of one of the invocations: `lane` is the invocation's column, from 0; `error` how it ended, if badly."""

    lane: int
    text: str
    error: str = ""


class Turns(msgspec.Struct, frozen=True):
    """Who went when: the names of the invocations, and their calls in the order in which they were made."""

    names: tuple[str, ...]
    calls: tuple[Turn, ...]


def turns_of(finding: Finding) -> Turns | None:
    """The turns of a finding that needs a certain order of calls; None when it needs none, or nothing ran side by side."""
    schedule = finding.schedule
    if not schedule.preemptions and schedule.priorities is None:
        return None
    invocations = [track for track in finding.tracks if track.is_delivery]
    calls: dict[str, list[Track]] = {track.id: [] for track in invocations}
    for track in sorted(finding.tracks, key=lambda track: track.number):
        if track.cause in calls and not track.principal.endswith(".amazonaws.com"):
            calls[track.cause].append(track)
    group = _first_group([track for track in invocations if calls[track.id]], calls)
    return _turns(group, calls) if group else None


def turn_lines(turns: Turns, width: int) -> list[str]:
    """The turns as text: a column for each invocation, a line for each call."""
    column = width // len(turns.names)
    lines = ["".join(name.ljust(column) for name in turns.names).rstrip()]
    for turn in turns.calls:
        error = f" [{turn.error}]" if turn.error else ""
        lines.append(" " * (column * turn.lane) + turn.text + error)
    return lines


def _first_group(invocations: list[Track], calls: dict[str, list[Track]]) -> list[Track]:
    """The first invocations that ran side by side: those whose calls lie between each other's; struck ones before others."""
    groups: list[list[Track]] = []
    end = -1
    for track in sorted(invocations, key=lambda track: calls[track.id][0].number):
        if calls[track.id][0].number < end:
            groups[-1].append(track)
        else:
            groups.append([track])
        end = max(end, calls[track.id][-1].number)
    raced = [group for group in groups if len(group) > 1]
    struck = [group for group in raced if any(track.note for track in group)]
    return next(iter(struck or raced), [])


def _turns(group: Sequence[Track], calls: dict[str, list[Track]]) -> Turns:
    shown = group[:LANES_MAX]
    lanes = {track.id: lane for lane, track in enumerate(shown)}
    names = tuple(f"{short_name(track.resource)} ({lane})" for lane, track in enumerate(shown, 1))
    made = sorted((call for track in shown for call in calls[track.id]), key=lambda call: call.number)
    return Turns(names, tuple(_turn(lanes[call.cause], call) for call in made[:CALLS_MAX]))


def _turn(lane: int, call: Track) -> Turn:
    return Turn(lane, f"{call.service} {call.operation} {short_name(call.resource)}".rstrip(), call.error)

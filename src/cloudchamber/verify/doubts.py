"""What makes a verification worth less than it seems: handlers that already fail when nothing is done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.tree import INVOCATIONS, NO_NAMES, named

_FAILED = ("Unhandled", "Handled")


def doubts(tracks: Sequence[Track], names: Mapping[str, str] = NO_NAMES) -> dict[str, str]:
    """By handler, a sentence on each that handled no event well in the run without faults: no schedule can prove it.

    `tracks`: those of that run. `names`: logical ids by the last part of physical ids. Such a handler has no effect that a fault
    could double or lose, so it would pass for idempotent.
    """
    failed: dict[str, str] = {}
    well: set[str] = set()
    handed_over = {track.cause for track in tracks if track.operation == "invoke_event"}
    for track in tracks:
        if track.service != "lambda" or track.operation not in INVOCATIONS or track.id in handed_over:
            continue
        name = named(track.resource, names)
        problem = track.error or (track.note if track.note.startswith(_FAILED) else "")
        if problem:
            failed.setdefault(name, problem)
        else:
            well.add(name)
    return {
        name: f"{name} fails at every event even without faults ({problem}): its verdict proves nothing"
        for name, problem in failed.items()
        if name not in well
    }

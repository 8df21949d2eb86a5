"""What the report of a failed test tells of its chamber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudchamber.pytest_plugin.errors import ChamberError

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.chamber import Chamber

LINES_MAX = 60


def story_of(chamber: Chamber) -> str:
    """What happened, as a tree of causes; and what the chamber itself complained of."""
    try:
        told = chamber.tracks.tree(lines_max=LINES_MAX) or "Nothing happened."
    except ChamberError as error:
        return str(error)
    said = chamber.said()
    now = f"{chamber.now():%Y-%m-%d %H:%M:%S} UTC, on the chamber's {chamber.clock.kind} clock"
    return f"{now}\n{told}" + (f"\n\nThe chamber said:\n{said}" if said else "")

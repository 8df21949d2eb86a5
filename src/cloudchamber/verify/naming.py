"""Physical names of resources, said as the template calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.model import Schedule
from cloudchamber.verify.tree import named


def schedule_named(schedule: Schedule, names: Mapping[str, str]) -> Schedule:
    """A schedule as people read it. It cannot be run."""
    faults = [
        msgspec.structs.replace(
            fault, resource=_named(fault.resource, names), caller=_named(fault.caller, names)
        )
        for fault in schedule.faults
    ]
    return msgspec.structs.replace(schedule, faults=tuple(faults))


def tracks_named(tracks: Sequence[Track], names: Mapping[str, str]) -> list[Track]:
    """Tracks as people read them."""
    return [msgspec.structs.replace(track, resource=_named(track.resource, names)) for track in tracks]


def _named(text: str, names: Mapping[str, str]) -> str:
    name = named(text, names)
    return name if name in names.values() else text

"""Physical names of resources, said as the template calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cloudchamber.aws.striking import function_of
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.layout import last_part
from cloudchamber.verify.model import Schedule


def named(text: str, names: Mapping[str, str]) -> str:
    """The logical id of what an ARN, URL or name means; itself when the template has no name for it."""
    if ":function:" in text:
        text = function_of(text)
    return names.get(last_part(text), text)


def schedule_named(schedule: Schedule, names: Mapping[str, str]) -> Schedule:
    """A schedule as people read it. It cannot be run."""
    faults = [
        msgspec.structs.replace(
            fault, resource=named(fault.resource, names), caller=named(fault.caller, names)
        )
        for fault in schedule.faults
    ]
    return msgspec.structs.replace(schedule, faults=tuple(faults))


def tracks_named(tracks: Sequence[Track], names: Mapping[str, str]) -> list[Track]:
    """Tracks as people read them."""
    return [msgspec.structs.replace(track, resource=named(track.resource, names)) for track in tracks]

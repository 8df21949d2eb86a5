"""Whose difference it is: of the function that was struck, or of another one that got what followed from it.

A struck function may send its events again, as it may; if then another one counts them twice, that one is to blame. So the
effects of each function on each place are counted, in the run without faults and in this one. The struck function is to blame
when it had more or fewer effects where something differs; else those who did; else, when nobody's effects tell, it is. Who had
fewer effects because it was given fewer events has nothing to answer for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cloudchamber.aws.striking import function_of
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.points import READS
from cloudchamber.verify.tree import named

_EFFECTIVE = (
    "fault: drop_answer",
    "fault: kill",
    "fault: hang",
)  # they failed, and had their effect, as far as one can see
_ANYWHERE = ""  # a call that does not say which table it changes: TransactWriteItems
_GIVEN = "<events>"  # in the place of a place: how many events a function was given
Effects = Counter[tuple[str, str]]


def effects(tracks: Sequence[Track], names: Mapping[str, str]) -> Effects:
    """How often each function changed each place, by its logical id; and how often it was called to do so."""
    functions = {track.id: function_of(track.resource) for track in tracks if track.is_delivery}
    counted: Effects = Counter((function, _GIVEN) for function in functions.values())
    for track in tracks:
        function = functions.get(track.cause)
        if (
            function is None
            or track.principal.endswith(".amazonaws.com")
            or track.operation.startswith(READS)
        ):
            continue
        if not track.error or track.note.startswith(_EFFECTIVE):
            counted[function, named(track.resource, names)] += 1
    return counted


def blamed(
    differences: Sequence[Difference], baseline: Effects, found: Effects, struck: Sequence[str]
) -> list[str]:
    """The functions to blame for a run that ended otherwise."""
    changed: dict[str, int] = {}
    for difference in differences:
        for function, more in _changes(difference, baseline, found).items():
            changed[function] = changed.get(function, 0) or more
    guilty = [function for function in struck if function in changed]
    return guilty or sorted(changed) or list(struck)


def _changes(difference: Difference, baseline: Effects, found: Effects) -> dict[str, int]:
    """The functions that had more effects on the place of a difference, or fewer, as it says."""
    kind, _, name = difference.place.partition("/")
    fitting = (name, _ANYWHERE) if kind == "table" else (name,)
    changes: dict[str, int] = {}
    for function, place in set(baseline) | set(found):
        more = found[function, place] - baseline[function, place]
        if more < 0 and found[function, _GIVEN] < baseline[function, _GIVEN]:
            continue
        fits = (
            more > 0 if difference.gives == "more" else more < 0 if difference.gives == "less" else more != 0
        )
        if place in fitting and fits:
            changes[function] = more
    return changes

"""The same schedule gives the same run: choices and tracks, their ids included, with real processes, in whichever process."""

from __future__ import annotations

import msgspec
import pytest
from tests.verify.pairs import application

from cloudchamber.aws.faults import Fault
from cloudchamber.verify.layout import last_part
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.naming import tracks_named
from cloudchamber.verify.stage import Stage
from cloudchamber.verify.verification import repeat, schedule_of, token_of

HALF = application("marker-before-work", "unsafe")
TWICE = Fault("duplicate", "lambda", "delivery", nth=1, resource="app-Award*")
LOST = Fault("drop_answer", "dynamodb", "PutItem", nth=2)
SCHEDULES = [
    Schedule((TWICE,), (Preemption(0), Preemption(2))),
    Schedule((TWICE, LOST), (), 7, 3),
    Schedule((Fault("restart", "lambda", "delivery", nth=2),), (), 8, 1),
]


def timeless(tracks, names):
    """Tracks but for how long they took in real time, and the port of the chamber in URLs."""
    return [msgspec.structs.replace(track, duration_us=0) for track in tracks_named(tracks, names)]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=["preempted", "by chance", "restarted"])
async def test_a_schedule_repeats_here_and_elsewhere(schedule):
    stage = await Stage.open(HALF, 0)
    try:
        await stage.run(Schedule())  # what ran before changes nothing
        one, two = await stage.run(schedule), await stage.run(schedule)
        names = {last_part(physical): logical for logical, physical in stage.physical_ids.items()}
    finally:
        await stage.close()
    assert one.choices
    assert one.choices == two.choices
    assert timeless(one.tracks, names) == timeless(two.tracks, names)
    assert any(track.note.startswith("fault: ") for track in one.tracks)
    ready, elsewhere = await repeat(HALF, 0, schedule)
    assert elsewhere.choices == one.choices
    assert timeless(elsewhere.tracks, ready.names) == timeless(one.tracks, names)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_is_one_word(schedule):
    assert schedule_of(token_of(schedule)) == schedule

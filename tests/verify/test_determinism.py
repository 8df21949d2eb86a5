"""The same schedule gives the same run: choices and tracks, their ids included, with real processes, in whichever process."""

from __future__ import annotations

import re

import msgspec
import pytest
from tests.verify.pairs import HAS_NODE, application

from cloudchamber.aws.faults import Fault
from cloudchamber.verify.layout import last_part
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.naming import tracks_named
from cloudchamber.verify.stage import Stage
from cloudchamber.verify.tokens import schedule_of, token_of
from cloudchamber.verify.verification import repeat

HALF = application("marker-before-work", "unsafe")
TWICE = Fault("duplicate", "lambda", "delivery", nth=1, resource="app-Award*")
LOST = Fault("drop_answer", "dynamodb", "PutItem", nth=2)
SCHEDULES = [
    Schedule((TWICE,), (Preemption(0), Preemption(2))),
    Schedule((TWICE, LOST), (), 7, 3),
    Schedule((Fault("restart", "lambda", "delivery", nth=2),), (), 8, 1),
]
NODE = application("promise-left-behind", "unsafe")
LEFT = Fault("throttle", "dynamodb", "PutItem", nth=2)
NODE_TWICE = Fault("duplicate", "lambda", "delivery", nth=1, resource="app-Accept*")
NODE_SCHEDULES = [
    Schedule((NODE_TWICE, LEFT), (Preemption(0), Preemption(2))),
    Schedule((NODE_TWICE, LOST), (), 7, 3),
]
RUNS = [(HALF, schedule) for schedule in SCHEDULES] + [
    (NODE, schedule) for schedule in NODE_SCHEDULES if HAS_NODE
]
NAMES = ["preempted", "by chance", "restarted", "Node.js, preempted", "Node.js, by chance"]


def timeless(tracks, names):
    """Tracks but for how long they took in real time, and the port of the chamber in URLs."""
    return [
        msgspec.structs.replace(
            track, duration_us=0, caller=re.sub(r"localhost:\d+", "localhost", track.caller)
        )
        for track in tracks_named(tracks, names)
    ]


@pytest.mark.parametrize(("half", "schedule"), RUNS, ids=NAMES[: len(RUNS)])
async def test_a_schedule_repeats_here_and_elsewhere(half, schedule):
    stage = await Stage.open(half, 0)
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
    ready, elsewhere = await repeat(half, 0, schedule)
    assert elsewhere.choices == one.choices
    assert timeless(elsewhere.tracks, ready.names) == timeless(one.tracks, names)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_is_one_word(schedule):
    assert schedule_of(token_of(schedule)) == schedule

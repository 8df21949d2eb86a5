"""Which schedules come, in which order, and what runs bring about."""

from __future__ import annotations

from cloudchamber.verify.explore import Explorer
from cloudchamber.verify.model import Preemption
from cloudchamber.verify.points import Point, Surroundings
from cloudchamber.verify.shrink import shrink

AROUND = Surroundings(("work",))
POINTS = [
    Point("delivery", "work", "lambda", "delivery", 1, resource="work"),
    Point("call", "work", "dynamodb", "PutItem", 1, caller="work"),
]


def drained(explorer):
    found = []
    while planned := explorer.systematic():
        found.append(planned)
    return found


def test_every_single_fault_comes_once_before_anything_else():
    planned = drained(Explorer(POINTS, AROUND, [], 0))
    assert all(p.schedule.size == 1 for p in planned)
    assert len({p.schedule for p in planned}) == len(planned) == 13


def test_where_others_could_have_gone_on_each_of_them_does_once():
    explorer = Explorer(POINTS, AROUND, [], 0)
    double = next(p for p in drained(explorer) if p.schedule.faults[0].kind == "duplicate")
    explorer.heard(double, [1, 2])
    further = drained(explorer)
    assert [p.schedule.preemptions for p in further] == [
        (Preemption(0, 0),), (Preemption(1, 0),), (Preemption(1, 1),)
    ]  # fmt: skip
    explorer.heard(further[1], [1, 2, 1])
    assert [p.schedule.preemptions for p in drained(explorer)] == [(Preemption(1, 0), Preemption(2, 0))]


def test_what_cannot_race_brings_no_preemptions():
    explorer = Explorer(POINTS, AROUND, [], 0)
    killed = next(p for p in drained(explorer) if p.schedule.faults[0].kind == "kill")
    explorer.heard(killed, [3, 3])
    assert drained(explorer) == []


def test_chance_repeats_from_its_seed():
    def some(seed):
        explorer = Explorer(POINTS, AROUND, [], seed)
        return [explorer.random() for _ in range(20)]

    assert some(1) == some(1) != some(2)
    assert all(p.schedule.faults and p.schedule.priorities is not None for p in some(1))


async def test_shrinking_leaves_only_what_it_takes():
    planned = max(
        (Explorer(POINTS, AROUND, [], n).random() for n in range(30)), key=lambda p: len(p.schedule.faults)
    )
    guilty = planned.schedule.faults[-1]

    async def shows(schedule):
        return guilty in schedule.faults

    smallest = await shrink(planned.schedule, shows)
    assert (smallest.faults, smallest.preemptions, smallest.priorities) == ((guilty,), (), None)

"""Who goes on next: the default, preemptions, random priorities."""

from __future__ import annotations

from cloudchamber.clock import OUTSIDE, Step
from cloudchamber.verify.choosing import Chooser
from cloudchamber.verify.model import Preemption, Schedule


def steps(*actors):
    return [Step(actor, "x", index, lambda: None) for index, actor in enumerate(sorted(actors))]


def chosen(schedule, *rounds):
    """The actors that go on, and the choices that were noted."""
    chooser, last, went = Chooser(schedule), None, []
    for actors in rounds:
        waiting = steps(*actors)
        last = waiting[chooser.choose(waiting, last)].actor
        went.append(last)
    return went, chooser.choices


def test_without_preemptions_nobody_is_interrupted():
    assert chosen(Schedule(), (1, 2), (1, 2), (2, 3), (2, 3)) == ([1, 1, 2, 2], [1, 1, 1, 1])


def test_the_world_outside_comes_last():
    assert chosen(Schedule(), (OUTSIDE,), (5, OUTSIDE), (OUTSIDE,), (5, OUTSIDE))[0] == [
        OUTSIDE,
        5,
        OUTSIDE,
        5,
    ]


def test_only_what_could_have_gone_otherwise_is_a_choice():
    assert chosen(Schedule(), (1,), (1, 1), (1, 2, 3))[1] == [2]


def test_a_preemption_lets_one_of_the_others_go_on():
    schedule = Schedule(preemptions=(Preemption(1, 0), Preemption(2, 1)))
    assert chosen(schedule, (1, 2), (1, 2, 3), (1, 2, 3), (2, 3))[0] == [1, 2, 3, 3]


def test_a_preemption_of_somebody_who_is_not_there_takes_who_is():
    assert chosen(Schedule(preemptions=(Preemption(0, 7),)), (1, 2))[0] == [2]


def test_random_priorities_repeat_from_their_seed_and_differ_between_seeds():
    rounds = [(1, 2, 3, 4)] * 30
    runs = {seed: chosen(Schedule(priorities=seed, changes=3), *rounds)[0] for seed in range(20)}
    assert all(
        chosen(Schedule(priorities=seed, changes=3), *rounds)[0] == went for seed, went in runs.items()
    )
    assert {went[0] for went in runs.values()} == {1, 2, 3, 4}
    assert any(len(set(went)) > 1 for went in runs.values())

"""Turns: one at a time goes on, when nothing else runs."""

from __future__ import annotations

import asyncio

import pytest

from cloudchamber.clock import VirtualClock


async def a_turn_of_the_loop():
    await asyncio.sleep(0)  # noqa: TID251 - let others go on


class Actors:
    """Actors that take turns and write down when they ran."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self.log = clock, []

    async def act(self, number: int, turns: int, *, sleeps_ms: int = 0) -> None:
        for index in range(turns):
            await self.clock.steps.turn(number, f"step {index}")
            self.log.append(f"{number}.{index}@{self.clock.now_ms() - self.started_ms}")
            await a_turn_of_the_loop()
            await a_turn_of_the_loop()
        self.clock.release()

    def begin(self, number: int, turns: int) -> None:
        self.started_ms = self.clock.now_ms()
        self.clock.hold()
        self.task = asyncio.ensure_future(self.act(number, turns))


@pytest.fixture
async def clock():
    return VirtualClock()


@pytest.fixture
async def actors(clock):
    return Actors(clock)


async def test_each_actor_runs_to_its_end_unless_interrupted(clock, actors):
    actors.begin(2, 2)
    actors.begin(1, 3)
    await clock.advance(0)
    assert actors.log == ["1.0@0", "1.1@0", "1.2@0", "2.0@0", "2.1@0"]


async def test_a_choice_decides_who_goes_on(clock, actors):
    clock.steps.choose = lambda steps, last: len(steps) - 1
    actors.begin(1, 2)
    actors.begin(2, 2)
    await clock.advance(0)
    assert actors.log == ["2.0@0", "2.1@0", "1.0@0", "1.1@0"]


async def test_no_time_passes_while_someone_waits_for_a_turn(clock, actors):
    rang = []
    clock.call_at(clock.now_ms() + 5, lambda: rang.append(len(actors.log)))
    actors.begin(1, 3)
    await clock.run_until_idle()
    assert rang == [3]


async def test_a_turn_comes_only_when_nothing_else_runs(clock, actors):
    clock.hold()
    actors.begin(1, 1)
    for _ in range(10):
        await a_turn_of_the_loop()
    assert actors.log == []
    clock.release()
    await clock.advance(0)
    assert actors.log == ["1.0@0"]


async def test_turns_are_taken_without_anyone_turning_the_clock(clock, actors):
    actors.begin(1, 2)
    await actors.task
    assert len(actors.log) == 2


async def test_who_is_cancelled_while_waiting_holds_the_clock_again(clock):
    clock.hold()  # something else runs
    clock.hold()
    waiting = asyncio.ensure_future(clock.steps.turn(1, "x"))
    await a_turn_of_the_loop()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (clock.running, len(clock.steps)) == (2, 0)


async def test_a_step_may_pass_by(clock):
    clock.hold()
    went = []
    step = clock.steps.offer(1, "x", lambda: went.append(1))
    clock.steps.pass_by(step)
    clock.steps.pass_by(step)
    assert (went, clock.running) == ([1], 2)

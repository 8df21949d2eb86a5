"""Waiting for a change or an instant, and who holds the clock meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from cloudchamber.clock import Signals, VirtualClock
from cloudchamber.clock.signals import REMEMBERED_MAX


@pytest.fixture
def clock():
    return VirtualClock(seed=0, now_ms=1_000)


@pytest.fixture
def signals(clock):
    return Signals(clock)


def waiting(clock, signals, *names, **until):
    """A task that holds the clock except while it waits, as calls do."""

    async def work():
        try:
            return await signals.wait(*names, **until)
        finally:
            clock.release()

    clock.hold()
    return asyncio.create_task(work())


async def test_a_signal_wakes_all_who_wait_for_it_and_nobody_else(clock, signals):
    tasks = [waiting(clock, signals, name) for name in ("a", "a", "b")]
    await clock.advance(0)
    signals.fire("a")
    await clock.advance(0)
    assert [task.done() for task in tasks] == [True, True, False]
    assert await tasks[0] is True
    signals.fire("b")
    assert await tasks[2] is True


async def test_those_who_wait_go_on_in_the_order_in_which_they_came(clock, signals):
    woken = []

    async def wait(number):
        clock.hold()
        await signals.wait("a")
        woken.append(number)
        clock.release()

    waiting = [asyncio.ensure_future(wait(number)) for number in range(50)]
    await clock.advance(0)
    signals.fire("a")
    await asyncio.gather(*waiting)
    assert woken == list(range(50))


async def test_an_instant_ends_the_wait_when_no_signal_came(clock, signals):
    task = waiting(clock, signals, "a", until_ms=1_500)
    await clock.advance(499)
    assert not task.done()
    await clock.advance(1)
    assert await task is False


async def test_whoever_waits_for_several_is_woken_by_the_first_and_forgotten_by_the_rest(clock, signals):
    task = waiting(clock, signals, "a", "b", until_ms=9_000)
    await clock.advance(0)
    signals.fire("b", "a")
    assert await task is True
    assert signals._waiting == {}
    assert clock.deadlines() == []


async def test_a_waiter_that_is_cancelled_leaves_nothing_behind(clock, signals):
    task = waiting(clock, signals, "a", until_ms=9_000)
    await clock.advance(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (clock.running, signals._waiting, clock.deadlines()) == (0, {}, [])


async def test_a_waiter_that_is_cancelled_just_after_its_signal_leaves_nothing_behind(clock, signals):
    task = waiting(clock, signals, "a")
    await clock.advance(0)
    signals.fire("a")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (clock.running, signals._waiting) == (0, {})


async def test_time_waits_for_whoever_was_woken(clock, signals):
    seen = []

    async def work():
        await signals.wait("a")
        seen.append(clock.now_ms())
        clock.release()

    clock.hold()
    task = asyncio.create_task(work())
    clock.call_at(1_010, lambda: signals.fire("a"))
    clock.call_at(1_011, lambda: seen.append("later"))
    await clock.advance(100)
    await task
    assert seen == [1_010, "later"]


async def test_what_was_fired_since_the_last_look_is_not_missed(clock, signals):
    seen = signals.fired_count
    signals.fire("a")
    assert await signals.wait("a", since=seen, until_ms=9_000) is True
    task = waiting(clock, signals, "b", since=seen, until_ms=2_000)
    await clock.advance(1_000)
    assert await task is False


async def test_a_look_too_long_ago_counts_as_a_signal(clock, signals):
    seen = signals.fired_count
    for n in range(REMEMBERED_MAX + 1):
        signals.fire(n)
    assert len(signals._fired) == REMEMBERED_MAX
    assert await signals.wait("never fired", since=seen) is True
    assert signals.fired_since(signals.fired_count - 1, [REMEMBERED_MAX])
    assert not signals.fired_since(signals.fired_count, [REMEMBERED_MAX])

"""The clock that stands still until it is told to go on."""

from __future__ import annotations

import asyncio

import pytest

from cloudchamber.clock import Signals, VirtualClock


@pytest.fixture
def clock():
    return VirtualClock(seed=0, now_ms=1_000)


async def test_time_stands_still_unless_told_otherwise(clock):
    rung = []
    clock.call_at(1_001, lambda: rung.append(1))
    await clock.advance(0)
    assert (clock.now_ms(), rung) == (1_000, [])


async def test_deadlines_come_in_order_each_at_its_own_instant(clock):
    rung = []
    for at_ms in (1_500, 1_100, 1_300, 1_100):
        clock.call_at(at_ms, lambda at_ms=at_ms: rung.append((at_ms, clock.now_ms())))
    await clock.advance(400)
    assert rung == [(1_100, 1_100), (1_100, 1_100), (1_300, 1_300)]
    assert clock.now_ms() == 1_400
    await clock.advance(100)
    assert rung[-1] == (1_500, 1_500)


async def test_deadlines_of_one_instant_come_in_the_order_they_were_set(clock):
    rung = []
    for name in "abcdefgh":
        clock.call_at(1_001, lambda name=name: rung.append(name))
    await clock.advance(1)
    assert rung == list("abcdefgh")


async def test_a_deadline_in_the_past_comes_at_once_and_never_turns_time_back(clock):
    rung = []
    clock.call_at(5, lambda: rung.append(clock.now_ms()))
    await clock.advance(0)
    assert rung == [1_000]


async def test_a_deadline_set_on_the_way_is_visited_too(clock):
    rung = []
    clock.call_at(1_010, lambda: clock.call_at(1_020, lambda: rung.append(clock.now_ms())))
    await clock.advance(15)
    assert rung == []
    await clock.advance(5)
    assert rung == [1_020]


async def test_a_cancelled_deadline_does_not_come_nor_show(clock):
    rung = []
    timer = clock.call_at(1_010, lambda: rung.append(1))
    clock.call_at(1_020, lambda: rung.append(2), recurring=True)
    timer.cancel()
    assert clock.deadlines() == [(1_020, True)]
    await clock.advance(100)
    assert rung == [2]


async def test_run_until_idle_goes_as_far_as_the_last_deadline_that_comes_once(clock):
    rung = []

    def again():
        rung.append(clock.now_ms())
        clock.call_at(clock.now_ms() + 100, again, recurring=True)

    clock.call_at(1_100, again, recurring=True)
    clock.call_at(1_250, lambda: rung.append("once"))
    await clock.run_until_idle()
    assert rung == [1_100, 1_200, "once"]
    assert clock.now_ms() == 1_250


async def test_run_until_idle_with_nothing_but_recurring_deadlines_stays_where_it_is(clock):
    clock.call_at(1_100, lambda: None, recurring=True)
    await clock.run_until_idle()
    assert clock.now_ms() == 1_000


async def test_a_cancelled_deadline_does_not_keep_a_chamber_busy(clock):
    clock.call_at(1_100, lambda: None, recurring=True)
    clock.call_at(9_000, lambda: None).cancel()
    await clock.run_until_idle()
    assert clock.now_ms() == 1_000


async def test_time_does_not_jump_while_something_runs(clock):
    rung, gate = [], asyncio.Event()

    async def working():
        clock.hold()
        await gate.wait()
        rung.append(("worked", clock.now_ms()))
        clock.release()

    task = asyncio.create_task(working())
    clock.call_at(1_010, lambda: rung.append(("rang", clock.now_ms())))
    advancing = asyncio.create_task(clock.advance(100))
    for _ in range(20):
        await turn()
    assert rung == []
    gate.set()
    await asyncio.gather(task, advancing)
    assert rung == [("worked", 1_000), ("rang", 1_010)]


async def test_run_gives_the_answer_and_jumps_only_as_far_as_needed(clock):
    signals = Signals(clock)

    async def work():
        clock.hold()
        await signals.wait(until_ms=5_000)
        clock.release()
        return clock.now_ms()

    clock.call_at(60_000, lambda: None)
    assert await clock.run(work()) == 5_000
    assert clock.now_ms() == 5_000


async def test_run_hands_on_the_failure_of_its_work(clock):
    async def work():
        raise KeyError("x")

    with pytest.raises(KeyError):
        await clock.run(work())


async def test_run_says_so_when_nothing_will_end_the_wait(clock):
    with pytest.raises(RuntimeError, match="no deadline will bring"):
        await clock.run(asyncio.get_running_loop().create_future())


async def test_several_may_wait_for_rest_at_the_same_time(clock):
    signals = Signals(clock)

    async def work(until_ms):
        clock.hold()
        await signals.wait(until_ms=until_ms)
        clock.release()
        return clock.now_ms()

    ended = await asyncio.gather(
        clock.run(work(1_500)), clock.run(work(1_200)), clock.advance(300), clock.run_until_idle()
    )
    assert ended[1] <= ended[0] <= clock.now_ms()


async def test_releasing_more_often_than_holding_is_a_bug(clock):
    with pytest.raises(AssertionError):
        clock.release()


async def turn() -> None:
    """One turn of the event loop."""
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned

"""The dispatcher with a runner of its own: what is put is run, in order, again and again, until its policy gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cloudchamber.clock import Signals, VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.outbox import NO_RETRY, Conclusion, Dispatcher, MustWait, Outcome, Retry, Row, Rows
from cloudchamber.outbox.dispatcher import AT_ONCE_MAX

START_MS = 1_000_000


class Refused(Exception):
    """The caller's fault: not worth another attempt."""


class Scripted:
    """A runner that does as a row's name says: `wait*` rows wait, and whatever `behaviour` has for a name happens."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self.signals = clock, Signals(clock)
        self.ran: list[tuple[str, int]] = []
        self.gave_up: list[tuple[str, int, str, Outcome]] = []
        self.behaviour: dict[str, Callable[[int], None]] = {}
        self.wait_ms: dict[str, int] = {}
        self.running = self.running_max = 0
        self.concludes_in: SqliteStore | None = None  # the store in which it draws the conclusion itself

    def waits(self, row: Row) -> bool:
        return row.payload.startswith(b"wait")

    def _attempt(self, row: Row) -> None:
        name = row.payload.decode()
        self.ran.append((name, self.clock.now_ms() - START_MS))
        if name in self.behaviour:
            self.behaviour[name](row.attempts)

    def run_within(self, tx, row: Row) -> None:
        if row.payload.startswith(b"turns out"):
            tx.set(b"undone", b"")
            raise MustWait
        tx.set(b"effect " + row.payload, b"%d" % (int(tx.get(b"effect " + row.payload) or b"0") + 1))
        self._attempt(row)

    async def run(self, row: Row, conclusion: Conclusion) -> None:
        self.running += 1
        self.running_max = max(self.running, self.running_max)
        try:
            wait_ms = self.wait_ms.get(row.payload.decode())
            if wait_ms is not None:
                await self.signals.wait(until_ms=self.clock.now_ms() + wait_ms)
            if self.concludes_in:
                await self.concludes_in.transact(conclusion.draw)
            self._attempt(row)
        finally:
            self.running -= 1

    def judge(self, error: Exception) -> Outcome:
        return Outcome.EXHAUST if isinstance(error, Refused) else Outcome.RETRY

    def not_before_ms(self, error: Exception) -> int:
        return 0

    def exhausted(self, tx, row: Row, error: Exception, outcome: Outcome) -> None:
        self.gave_up.append((row.payload.decode(), row.attempts, type(error).__name__, outcome))
        tx.set(b"gave up " + row.payload, b"")


class Chamber:
    """A store, a clock and a dispatcher; `crash` begins a new process on the same store."""

    def __init__(self, store: SqliteStore, clock: VirtualClock, runner: Scripted) -> None:
        self.store, self.clock, self.runner = store, clock, runner
        self.rows = Rows()
        self.dispatcher = Dispatcher(store, clock, self.rows, runner)

    async def put(
        self, name: str, due_ms: int = 0, *, retry: Retry = NO_RETRY, order: str = "", recurring=False
    ):
        def within(tx):
            row = Row(
                self.rows.next_serial(tx), name.encode(), START_MS + due_ms, self.clock.now_ms(), retry,
                order=order, recurring=recurring,
            )  # fmt: skip
            if self.rows.put(tx, row):
                tx.on_commit(lambda: self.dispatcher.wake_at(row.due_at_ms, recurring=recurring))

        await self.store.transact(within)

    async def crash(self) -> Chamber:
        """What the process was doing is lost; the store is not."""
        await self.dispatcher.stop()
        reborn = Chamber(self.store, self.clock, self.runner)
        await reborn.dispatcher.start()
        return reborn

    async def left(self) -> list[bytes]:
        """The keys of the outbox that are still there, without the serial numbers' own."""
        keys = await self.store.transact(
            lambda tx: [key for key, _ in tx.range(b"\x02outbox", b"\x02outbox\xff")]
        )
        return [key for key in keys if b"serial" not in key]

    @property
    def ran(self) -> list[tuple[str, int]]:
        return self.runner.ran


@pytest.fixture
async def chamber():
    clock, store = VirtualClock(seed=0, now_ms=START_MS), SqliteStore(None)
    made = Chamber(store, clock, Scripted(clock))
    await made.dispatcher.start()
    yield made
    await made.dispatcher.stop()
    store.close()


def fails(times: int, error: type[Exception] = RuntimeError) -> Callable[[int], None]:
    def attempt(attempts: int) -> None:
        if attempts < times:
            raise error("on purpose")

    return attempt


ALL_KINDS = pytest.mark.parametrize("kind", ["at once", "wait", "turns out to wait"])


async def test_rows_run_at_their_instants_earliest_first_whatever_order_they_were_put_in(chamber):
    for due_ms in (300, 100, 0, 200, 100):
        await chamber.put(f"r{due_ms}", due_ms)
    await chamber.clock.advance(250)
    assert chamber.ran == [("r0", 0), ("r100", 100), ("r100", 100), ("r200", 200)]
    await chamber.clock.run_until_idle()
    assert chamber.ran[-1] == ("r300", 300)
    assert await chamber.left() == []


async def test_rows_of_one_instant_run_in_the_order_they_were_put(chamber):
    for n in range(250):
        await chamber.put(f"r{n:03}", 10)
    await chamber.clock.advance(10)
    assert [name for name, _ in chamber.ran] == [f"r{n:03}" for n in range(250)]


@ALL_KINDS
async def test_a_row_runs_once_and_leaves_nothing(chamber, kind):
    await chamber.put(kind)
    await chamber.clock.run_until_idle()
    assert chamber.ran == [(kind, 0)]
    assert await chamber.left() == []
    assert await chamber.store.transact(lambda tx: tx.get(b"undone")) is None


@ALL_KINDS
async def test_a_failed_row_is_tried_again_as_its_policy_says(chamber, kind):
    chamber.runner.behaviour[kind] = fails(3)
    await chamber.put(kind, retry=Retry(delays_ms=(10, 100, 1_000)))
    await chamber.clock.run_until_idle()
    assert chamber.ran == [(kind, 0), (kind, 10), (kind, 110), (kind, 1_110)]
    assert chamber.runner.gave_up == []
    assert await chamber.left() == []


@ALL_KINDS
async def test_what_failed_has_no_effect_and_what_then_succeeds_has_it_once(chamber, kind):
    chamber.runner.behaviour[kind] = fails(2)
    await chamber.put(kind, retry=Retry())
    await chamber.clock.run_until_idle()
    effect = await chamber.store.transact(lambda tx: tx.get(b"effect " + kind.encode()))
    assert effect == (b"1" if kind == "at once" else None)


@ALL_KINDS
async def test_an_exhausted_row_is_handed_over_once_with_its_attempts_and_its_last_error(chamber, kind):
    chamber.runner.behaviour[kind] = fails(100)
    await chamber.put(kind, retry=Retry(base_ms=1, attempts_max=4))
    await chamber.clock.run_until_idle()
    assert len(chamber.ran) == 4
    assert chamber.runner.gave_up == [(kind, 4, "RuntimeError", Outcome.RETRY)]
    assert await chamber.store.transact(lambda tx: tx.get(b"gave up " + kind.encode())) == b""
    assert await chamber.left() == []


@ALL_KINDS
async def test_an_error_that_is_not_worth_another_attempt_exhausts_at_once(chamber, kind):
    chamber.runner.behaviour[kind] = fails(100, Refused)
    await chamber.put(kind, retry=Retry(attempts_max=10))
    await chamber.clock.run_until_idle()
    assert chamber.runner.gave_up == [(kind, 1, "Refused", Outcome.EXHAUST)]


@ALL_KINDS
async def test_the_rows_of_one_ordering_key_run_one_after_another_across_retries(chamber, kind):
    head = f"{kind} head"
    chamber.runner.behaviour[head] = fails(2)
    await chamber.put(head, order="o", retry=Retry(delays_ms=(100, 100)))
    await chamber.put(f"{kind} second", order="o")
    await chamber.put(f"{kind} third", order="o")
    await chamber.put(f"{kind} free")
    await chamber.clock.advance(199)
    assert chamber.ran == [(head, 0), (f"{kind} free", 0), (head, 100)]
    await chamber.clock.run_until_idle()
    assert chamber.ran[3:] == [(head, 200), (f"{kind} second", 200), (f"{kind} third", 200)]
    assert await chamber.left() == []


async def test_a_follower_runs_when_its_head_is_given_up(chamber):
    chamber.runner.behaviour["wait head"] = fails(9)
    await chamber.put("wait head", order="o", retry=Retry(base_ms=10, attempts_max=2))
    await chamber.put("wait next", order="o")
    await chamber.clock.run_until_idle()
    assert [name for name, _ in chamber.ran] == ["wait head", "wait head", "wait next"]
    assert await chamber.left() == []


async def test_a_follower_does_not_start_while_its_head_is_working(chamber):
    chamber.runner.wait_ms["wait head"] = 500
    await chamber.put("wait head", order="o")
    await chamber.put("wait next", order="o")
    await chamber.clock.advance(499)
    assert chamber.ran == []
    await chamber.clock.advance(1)
    assert chamber.ran == [("wait head", 500), ("wait next", 500)]


async def test_a_follower_waits_for_its_own_instant_too(chamber):
    await chamber.put("head", order="o")
    await chamber.put("next", 300, order="o")
    await chamber.clock.run_until_idle()
    assert chamber.ran == [("head", 0), ("next", 300)]


async def test_a_row_that_was_being_worked_on_runs_again_after_a_crash(chamber):
    chamber.runner.wait_ms["wait long"] = 1_000
    await chamber.put("wait long")
    await chamber.clock.advance(500)
    assert (chamber.ran, chamber.runner.running) == ([], 1)
    reborn = await chamber.crash()
    await reborn.clock.run_until_idle()
    assert chamber.ran == [("wait long", 1_500)]
    assert await reborn.left() == []
    await reborn.dispatcher.stop()


async def test_a_row_that_has_drawn_its_conclusion_does_not_run_again_after_a_crash(chamber):
    chamber.runner.concludes_in = chamber.store
    await chamber.put("wait a", order="o")
    await chamber.put("wait b", order="o")
    await chamber.clock.advance(0)
    reborn = await chamber.crash()
    await reborn.clock.advance(60_000)
    assert [name for name, _ in chamber.ran] == ["wait a", "wait b"]
    assert await reborn.left() == []
    await reborn.dispatcher.stop()


async def test_order_attempts_and_later_rows_outlive_a_crash(chamber):
    chamber.runner.behaviour["wait head"] = fails(2)
    await chamber.put("wait head", order="o", retry=Retry(delays_ms=(100,), attempts_max=3))
    await chamber.put("wait next", order="o")
    await chamber.put("later", 5_000)
    await chamber.clock.advance(50)
    reborn = await chamber.crash()
    await reborn.clock.run_until_idle()
    assert chamber.ran == [
        ("wait head", 0), ("wait head", 100), ("wait head", 200), ("wait next", 200), ("later", 5_000),
    ]  # fmt: skip
    assert chamber.runner.gave_up == []
    await reborn.dispatcher.stop()


async def test_nothing_runs_twice_when_a_crash_finds_nothing_under_way(chamber):
    await chamber.put("once")
    await chamber.put("wait once")
    await chamber.clock.run_until_idle()
    reborn = await chamber.crash()
    await reborn.clock.run_until_idle()
    assert [name for name, _ in chamber.ran] == ["once", "wait once"]
    await reborn.dispatcher.stop()


async def test_recurring_rows_run_but_do_not_keep_a_chamber_busy(chamber):
    await chamber.put("again", 100, recurring=True)
    await chamber.clock.run_until_idle()
    assert chamber.ran == []
    await chamber.put("once", 200)
    await chamber.clock.run_until_idle()
    assert chamber.ran == [("again", 100), ("once", 200)]


async def test_a_recurring_row_does_not_wait_behind_those_that_come_once(chamber):
    await chamber.put("again", 100, recurring=True)
    for n in range(300):
        await chamber.put(f"r{n}", 100)
    await chamber.clock.advance(100)
    assert ("again", 100) in chamber.ran
    assert len(chamber.ran) == 301


async def test_at_most_a_thousand_calls_wait_at_once_and_none_is_forgotten(chamber):
    count = AT_ONCE_MAX + 250
    for n in range(count):
        chamber.runner.wait_ms[f"wait {n}"] = 1_000

    def put_all(tx):
        for n in range(count):
            row = Row(chamber.rows.next_serial(tx), b"wait %d" % n, START_MS, START_MS)
            chamber.rows.put(tx, row)
        tx.on_commit(chamber.dispatcher.wake)

    await chamber.store.transact(put_all)
    await chamber.clock.advance(999)
    assert (chamber.runner.running, chamber.ran) == (AT_ONCE_MAX, [])
    await chamber.clock.run_until_idle()
    assert chamber.runner.running_max == AT_ONCE_MAX
    assert sorted(chamber.ran) == sorted(
        (f"wait {n}", 1_000 if n < AT_ONCE_MAX else 2_000) for n in range(count)
    )
    assert await chamber.left() == []


async def test_a_row_put_by_a_row_runs_too(chamber):
    tasks = []
    chamber.runner.behaviour["first"] = lambda _: tasks.append(
        asyncio.ensure_future(chamber.put("second", 50))
    )
    await chamber.put("first")
    await chamber.clock.advance(50)
    assert chamber.ran == [("first", 0), ("second", 50)]


async def test_no_serial_number_is_given_twice_though_the_first_transaction_was_undone(chamber):
    rows, given = Rows(), []

    def refused(tx):
        given.append(rows.next_serial(tx))
        raise Refused

    def attempted(tx):
        with pytest.raises(Refused):
            tx.attempt(lambda: refused(tx))
        given.append(rows.next_serial(tx))

    with pytest.raises(Refused):
        await chamber.store.transact(refused)
    await chamber.store.transact(attempted)
    await chamber.store.transact(lambda tx: given.append(rows.next_serial(tx)))
    reborn = Rows()
    await chamber.store.transact(lambda tx: given.append(reborn.next_serial(tx)))
    assert given == sorted(set(given))

"""Makes due calls, retries them, and gives up as their policy says. Survives the death of the process.

A row whose call fits one transaction is run and removed in that very transaction: its effect happens exactly once. A row
whose call waits (a function, an HTTP request) is leased first and removed afterwards: at least once.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from typing import Protocol

import msgspec

from cloudchamber.clock import Clock, Timer
from cloudchamber.kv import Store, Transaction
from cloudchamber.outbox.retry import next_attempt_at_ms
from cloudchamber.outbox.rows import Row, Rows

AT_ONCE_MAX = 1_000
LABEL = "outbox"  # of the timers that ring for rows
BATCH_ROWS = 100


class Conclusion:
    """The end of a leased row: whoever works on it may draw it in a transaction of its own, with the last effects of its work.

    What dies before that transaction is worked on again from the start; after it, never.
    """

    def __init__(self, rows: Rows, row: Row) -> None:
        self._rows, self._row = rows, row
        self.is_drawn = False

    def draw(self, tx: Transaction) -> None:
        """The row is done with, if `tx` commits."""
        self._rows.finish(tx, self._row, leased=True)
        tx.on_commit(self._drawn)

    def _drawn(self) -> None:
        self.is_drawn = True


class Outcome(enum.Enum):
    """How an attempt ended."""

    DONE = "done"
    RETRY = "retry"
    EXHAUST = "exhaust"


class MustWait(Exception):
    """A call that was to run within a transaction finds that it waits: it has to be run outside of one."""


class Runner(Protocol):
    """What a row means, given by the layer that puts rows."""

    def waits(self, row: Row) -> bool:
        """Whether the row's call may wait, and so cannot run inside a transaction."""
        ...

    def run_within(self, tx: Transaction, row: Row) -> None:
        """Make a call that does not wait, as part of `tx`. Raises what the call raises, or MustWait."""
        ...

    async def run(self, row: Row, conclusion: Conclusion) -> None:
        """Make a call that waits. Raises what the call raises. It may take `conclusion` into its own last transaction."""
        ...

    def judge(self, error: Exception) -> Outcome:
        """Whether the error is worth another attempt."""
        ...

    def not_before_ms(self, error: Exception) -> int:
        """The instant that the error asks to be waited for; 0 when it asks for none."""
        ...

    def exhausted(self, tx: Transaction, row: Row, error: Exception, outcome: Outcome) -> None:
        """The row is given up: make what its owner wants to follow, as part of `tx`."""
        ...


class Dispatcher:
    """One per chamber. `wake` after a commit that put rows; it sets its own timers."""

    def __init__(self, store: Store, clock: Clock, rows: Rows, runner: Runner) -> None:
        self._store, self._clock, self._rows, self._runner = store, clock, rows, runner
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[bool, tuple[int, Timer]] = {}
        self._pumping = self._again = self._stopped = False

    async def start(self) -> None:
        """Free what an earlier process was working on, and begin."""
        await self._store.transact(self._rows.free_leases)
        self.wake()

    async def stop(self) -> None:
        """Stop taking rows; what is under way is abandoned, and due again at the next start."""
        self._stopped = True
        for _, timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """Look for due rows soon."""
        if self._stopped:
            return
        if self._pumping:
            self._again = True
            return
        self._pumping = True
        self._clock.hold()
        self._store.submit(self._take, self._taken)

    def wake_at(self, at_ms: int, *, recurring: bool) -> None:
        """A row was put that is due at `at_ms`."""
        if at_ms <= self._clock.now_ms():
            self.wake()
            return
        known = self._timers.get(recurring)
        if known and known[0] <= at_ms:
            return
        if known:
            known[1].cancel()
        timer = self._clock.call_at(at_ms, lambda: self._ring(recurring), recurring=recurring, label=LABEL)
        self._timers[recurring] = (at_ms, timer)

    def _ring(self, recurring: bool) -> None:
        self._timers.pop(recurring, None)
        self.wake()

    def _take(self, tx: Transaction) -> list[Row]:
        """Run what fits a transaction; lease what waits."""
        leased: list[Row] = []
        room = AT_ONCE_MAX - len(self._tasks)
        if room <= 0:
            return leased
        for key, row in self._rows.due(tx, self._clock.now_ms(), min(room, BATCH_ROWS)):
            self._again = True
            if self._runner.waits(row):
                self._rows.lease(tx, key, row)
                leased.append(row)
            else:
                tx.clear(key)
                if not self._run_within(tx, row):
                    self._rows.lease(tx, key, row)
                    leased.append(row)
        return leased

    def _run_within(self, tx: Transaction, row: Row) -> bool:
        """Whether the row is done with; False when its call must wait."""
        try:
            tx.attempt(lambda: self._runner.run_within(tx, row))
        except MustWait:
            return False
        except Exception as error:  # noqa: BLE001 - the runner judges it
            self.failed(tx, row, error, leased=False)
        else:
            self._rows.finish(tx, row, leased=False)
        return True

    def _taken(self, leased: list[Row] | None, error: BaseException | None) -> None:
        self._pumping = False
        for row in leased or ():
            self._clock.hold()
            task = asyncio.get_running_loop().create_task(self._run(row))
            self._tasks.add(task)
            task.add_done_callback(self._forget)
        if self._again and error is None:
            self._again = False
            self.wake()
        elif not self._stopped:
            self._clock.hold()
            self._store.submit(self._next_due, self._set_timers)
        self._clock.release()
        if error is not None:
            raise error

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._clock.release()
        if not task.cancelled():
            self.wake()
            task.result()  # a bug in the runner is not swallowed

    def _next_due(self, tx: Transaction) -> list[tuple[int | None, bool]]:
        return [(self._rows.next_due(tx, recurring=recurring), recurring) for recurring in (False, True)]

    def _set_timers(self, found: list[tuple[int | None, bool]] | None, error: BaseException | None) -> None:
        self._clock.release()
        if len(self._tasks) >= AT_ONCE_MAX:
            return  # the end of one of them looks again
        for at_ms, recurring in found or ():
            if at_ms is not None and not self._stopped:
                self.wake_at(at_ms, recurring=recurring)

    async def _run(self, row: Row) -> None:
        conclusion = Conclusion(self._rows, row)
        try:
            await self._runner.run(row, conclusion)
        except Exception as raised:
            if conclusion.is_drawn:
                raise  # the row is done with, so nobody would judge it
            error: Exception = raised
            await self._transact(lambda tx: self.failed(tx, row, error, leased=True))
        else:
            if not conclusion.is_drawn:
                await self._transact(conclusion.draw)

    async def _transact(self, work: Callable[[Transaction], None]) -> None:
        await self._store.transact(work)

    def failed(self, tx: Transaction, row: Row, error: Exception, *, leased: bool) -> None:
        """An attempt at `row` failed: let it wait for the next one, or give it up. Part of `tx`."""
        row = msgspec.structs.replace(row, attempts=row.attempts + 1)
        outcome = self._runner.judge(error)
        at_ms = None
        if outcome is Outcome.RETRY:
            at_ms = next_attempt_at_ms(
                row.retry,
                attempts=row.attempts,
                created_at_ms=row.created_at_ms,
                now_ms=self._clock.now_ms(),
                fraction=self._clock.ids.fraction(),
                not_before_ms=self._runner.not_before_ms(error),
            )
        if at_ms is not None:
            self._rows.retry(tx, row, at_ms)
            retry_at_ms = at_ms
            tx.on_commit(lambda: self.wake_at(retry_at_ms, recurring=row.recurring))
            return
        self._rows.finish(tx, row, leased=leased)
        self._runner.exhausted(tx, row, error, outcome)

"""The outbox in terms of calls: what rows mean here, and the short way for a row that is due at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from cloudchamber.aws.call import Call
from cloudchamber.aws.errors import AwsError
from cloudchamber.kv import Transaction
from cloudchamber.outbox import Conclusion, Dispatcher, MustWait, Outcome, Retry, Row, Rows
from cloudchamber.wire.model import load_model

if TYPE_CHECKING:
    from cloudchamber.aws.cloud import Cloud
    from cloudchamber.aws.context import Context

log = logging.getLogger("cloudchamber")
INLINE_DEPTH_MAX = 8

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Call).decode


class Deliveries:
    """Puts calls into the outbox and runs them from there."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.rows = Rows()
        self._dispatcher = Dispatcher(cloud.store, cloud.clock, self.rows, self)

    async def start(self) -> None:
        """Begin with what an earlier process left."""
        await self._dispatcher.start()

    async def stop(self) -> None:
        """Take no more rows."""
        await self._dispatcher.stop()

    def put(
        self,
        ctx: Context,
        call: Call,
        *,
        due_at_ms: int | None,
        retry: Retry,
        on_exhausted: Call | None,
        order: str,
        recurring: bool,
    ) -> None:
        """Put `call` as a row of the transaction of `ctx`.

        A row that is due at once, does not wait and is covered by no fault plan runs inside this very transaction: one
        commit, the same guarantee, a fraction of the cost. When it fails, the row is put after all, one attempt used.
        """
        tx, now_ms = ctx.tx, ctx.now_ms
        due_at_ms = now_ms if due_at_ms is None else due_at_ms

        def row() -> Row:
            return Row(
                serial=self.rows.next_serial(tx),
                payload=_ENCODE(call),
                due_at_ms=due_at_ms,
                created_at_ms=now_ms,
                retry=retry,
                order=order,
                on_exhausted=_ENCODE(on_exhausted) if on_exhausted else b"",
                recurring=recurring,
            )

        if due_at_ms <= now_ms and self._fits(ctx, call, order):
            try:
                tx.attempt(lambda: self._cloud.run_within(tx, call, ctx.depth + 1))
            except MustWait:
                self._queue(tx, row())
            except Exception as error:  # noqa: BLE001 - judged as the dispatcher judges it
                self._dispatcher.failed(tx, row(), self._known(call, error), leased=False)
            return
        self._queue(tx, row())

    def _queue(self, tx: Transaction, row: Row) -> None:
        if self.rows.put(tx, row):
            dispatcher = self._dispatcher
            tx.on_commit(lambda: dispatcher.wake_at(row.due_at_ms, recurring=row.recurring))

    def _fits(self, ctx: Context, call: Call, order: str) -> bool:
        if self._cloud.faults or ctx.depth >= INLINE_DEPTH_MAX or order:
            return False
        try:
            return not self._cloud.operation(call.service, call.operation).waits
        except AwsError:
            return False

    async def waiting(self, limit: int) -> list[tuple[Row, Call]]:
        """The rows that wait, and what each will call: at most `limit` that come once, and as many that recur."""
        rows = await self._cloud.store.transact(lambda tx: list(self.rows.waiting(tx, limit)))
        return [(row, _DECODE(row.payload)) for row in rows]

    # -- what the dispatcher asks

    def waits(self, row: Row) -> bool:
        call = _DECODE(row.payload)
        if self._cloud.faults:
            return True
        try:
            return self._cloud.operation(call.service, call.operation).waits
        except AwsError:
            return False

    def run_within(self, tx: Transaction, row: Row) -> None:
        call = _DECODE(row.payload)
        try:
            self._cloud.run_within(tx, call, 0)
        except AwsError as error:
            raise self._known(call, error) from None

    async def run(self, row: Row, conclusion: Conclusion) -> None:
        call = _DECODE(row.payload)
        try:
            await self._cloud.call(call, holding=True, conclusion=conclusion)
        except AwsError as error:
            raise self._known(call, error) from None

    @staticmethod
    def _known(call: Call, error: Exception) -> Exception:
        """The error with its status, which most have from the model of the service that was called."""
        if isinstance(error, AwsError) and error.status is None:
            try:
                shape = load_model(call.service).error(error.code)
            except LookupError:
                return error
            error.status = shape.error.httpStatusCode if shape and shape.error else None
        return error

    def judge(self, error: Exception) -> Outcome:
        if isinstance(error, AwsError):
            return Outcome.RETRY if error.retryable else Outcome.EXHAUST
        log.error("a bug in a delivery; it will be tried again as its policy says", exc_info=error)
        return Outcome.RETRY

    def not_before_ms(self, error: Exception) -> int:
        return error.retry_at_ms if isinstance(error, AwsError) else 0

    def exhausted(self, tx: Transaction, row: Row, error: Exception, outcome: Outcome) -> None:
        if not row.on_exhausted:
            return
        call = _DECODE(row.on_exhausted)
        failure = {
            "Code": error.code if isinstance(error, AwsError) else "InternalFailure",
            "Message": str(error),
            "Attempts": row.attempts,
            "Condition": _condition(row, outcome),
        }
        call = msgspec.structs.replace(call, request=call.request | {"Failure": failure})
        follow_up = Row(
            serial=self.rows.next_serial(tx),
            payload=_ENCODE(call),
            due_at_ms=self._cloud.clock.now_ms(),
            created_at_ms=self._cloud.clock.now_ms(),
            retry=Retry(base_ms=1_000, attempts_max=100),
        )
        self.rows.put(tx, follow_up)
        tx.on_commit(lambda: self._dispatcher.wake_at(follow_up.due_at_ms, recurring=False))


def _condition(row: Row, outcome: Outcome) -> str:
    """Why a row was given up, in EventBridge's words: MaximumRetryAttempts, MaximumEventAgeInSeconds or NoRetry."""
    if outcome is Outcome.EXHAUST:
        return "NoRetry"
    if row.retry.attempts_max is not None and row.attempts >= row.retry.attempts_max:
        return "MaximumRetryAttempts"
    return "MaximumEventAgeInSeconds"

"""One batch of a shard's slot: invoked until its records are dealt with, one by one given up, or the mapping is no longer meant.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, Protocol

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.model import Slot
from cloudchamber.services.lambda_.rules import mappings, streams
from cloudchamber.services.lambda_.rules.stream_records import Ending, Item
from cloudchamber.services.lambda_.tasks.stream_mapping import StreamMapping

_FAILED = "PROBLEM: Function call failed"


class Lane(Protocol):
    """What a batch knows of its slot."""

    slot: Slot


class Shard(Protocol):
    """What a batch knows of its shard."""

    shard_id: str

    def put(self, ctx: Context) -> None:
        """Keep how far its slots are."""


class Part(NamedTuple):
    """Records that are invoked together: how many failures count, and how often they have been invoked."""

    items: list[Item]
    attempts: int = 0
    invoke_count: int = 0


class Batches:
    """The batches of one slot. Everything is kept as it is dealt with, so that what was is not done again after a restart."""

    def __init__(self, served: StreamMapping, shard: Shard, lane: Lane) -> None:
        self._served, self._shard, self._lane, self._ctx = served, shard, lane, served.ctx
        self._parts: deque[Part] = deque()
        self._failures = 0
        self._request_id = ""

    async def run(self, items: list[Item]) -> None:
        """Deal with the records of a batch."""
        self._parts.append(Part(items))
        while self._parts and self._served.meant:
            part = await self._without_expired(self._parts.popleft())
            if part.items and not await self._attempt(part):
                return

    async def end_window(self, *, early: bool) -> None:
        """Tell the function that the tumbling window is over, and forget its state (F024)."""
        self._parts.appendleft(Part([]))
        while self._served.meant and self._lane.slot.window_s >= 0:
            if not await self._attempt(self._parts.popleft(), final=True, early=early):
                return

    # -- one invocation

    async def _attempt(self, part: Part, *, final: bool = False, early: bool = False) -> bool:
        """Invoke the function once and keep what follows; False when there is no going on."""
        mapping, count = self._served.mapping, len(part.items)
        members = self._members(part, final=final, early=early)
        self._request_id = self._ctx.ids.uuid()
        try:
            answer = await self._served.invoke(part.items, members, self._request_id)
        except AwsError as error:
            await self._served.note(_FAILED)
            if error.retryable:
                self._parts.appendleft(part)
                await self._wait()
            else:
                await self._failed(part, 0, None)
            return True
        if answer is None:
            return False
        part = part._replace(invoke_count=part.invoke_count + 1)
        failed_from, state = _judged(self._served, part, answer, final=final)
        if failed_from < max(count, 1):
            await self._served.note(_FAILED)
            await self._failed(part, failed_from, answer, state=state)
            return True
        self._failures = 0
        if final:
            await self._done(Slot(self._lane.slot.position))
        else:
            await self._done(self._slot_behind(part.items, state))
        await self._served.note("OK")
        if mapping.tumbling_s and len(self._lane.slot.state) > limits.STATE_BYTES_MAX and not final:
            await self.end_window(early=True)
        return True

    def _members(self, part: Part, *, final: bool, early: bool) -> dict[str, Any]:
        mapping, slot = self._served.mapping, self._lane.slot
        if not mapping.tumbling_s and not final:
            return {}
        window_s = slot.window_s
        if window_s < 0:
            window_s = streams.window_of(mapping, part.items[0].at_ms)
        return streams.window_members(
            mapping, self._shard.shard_id, window_s, slot.state, final=final, early=early
        )

    def _slot_behind(self, items: list[Item], state: bytes | None) -> Slot:
        """The slot once these records are dealt with."""
        slot, mapping = self._lane.slot, self._served.mapping
        if not items:
            return slot
        if not mapping.tumbling_s:
            return Slot(items[-1].number)
        return Slot(
            items[-1].number,
            streams.window_of(mapping, items[-1].at_ms),
            slot.state if state is None else state,
        )

    # -- what follows

    async def _failed(
        self, part: Part, failed_from: int, answer: dict[str, Any] | None, state: bytes | None = None
    ) -> None:
        """Keep what is done of a part; put the rest before the others, in one part or two, or give it up."""
        count = max(len(part.items), 1)
        following = streams.after_failure(self._served.mapping, count, failed_from, part.attempts)
        rest = part.items[following.done :]
        if following.done:
            await self._done(self._slot_behind(part.items[: following.done], state))
        if not following.parts:
            ending = Ending("RetryAttemptsExhausted", self._request_id, part.invoke_count, answer)
            await self._give_up(rest, ending)
            self._failures = 0
            return
        for size in reversed(following.parts):
            self._parts.appendleft(Part(rest[-size:], following.attempts, part.invoke_count))
            rest = rest[:-size]
        await self._wait()

    async def _wait(self) -> None:
        """Wait longer after each failure in a row."""
        self._failures += 1
        until_ms = self._ctx.now_ms + streams.retry_delay_ms(self._failures)
        signals, seen = self._ctx.cloud.signals, self._ctx.cloud.signals.fired_count
        if self._served.meant:
            await signals.wait(self._served.stopped, until_ms=until_ms, since=seen)

    async def _without_expired(self, part: Part) -> Part:
        """The part without its records that are too old; those are given up (F022)."""
        expired_at_ms = self._served.expired_at_ms()
        expired = [item for item in part.items if item.at_ms < expired_at_ms]
        if expired:
            ending = Ending(
                "RecordAgeExceeded", self._request_id or self._ctx.ids.uuid(), part.invoke_count, None
            )
            await self._give_up(expired, ending)
            part = part._replace(items=part.items[len(expired) :])
        return part

    async def _give_up(self, items: list[Item], ending: Ending) -> None:
        def give_up(ctx: Context) -> None:
            self._served.give_up(ctx, self._shard.shard_id, items, ending)
            slot = self._lane.slot
            if items:
                self._lane.slot = msgspec.structs.replace(slot, position=items[-1].number)
            else:
                self._lane.slot = Slot(slot.position)
            self._shard.put(ctx)

        await self._ctx.transact(give_up)

    async def _done(self, slot: Slot) -> None:
        self._lane.slot = slot
        await self._ctx.transact(self._shard.put)


def _judged(
    served: StreamMapping, part: Part, answer: dict[str, Any], *, final: bool
) -> tuple[int, bytes | None]:
    """How many records are dealt with, of the first ones, and the state of a tumbling window (F021, F024)."""
    mapping, count = served.mapping, max(len(part.items), 1)
    payload = answer.get("Payload") or b""
    if answer.get("FunctionError"):
        return 0, None
    state = streams.state_in(payload) if mapping.tumbling_s else None
    if mapping.tumbling_s and state is None and not final:
        return 0, None
    if "ReportBatchItemFailures" in mapping.response_types and part.items:
        numbers = [item.number for item in part.items]
        failed = mappings.failed_ids(payload, numbers)
        return next((index for index, number in enumerate(numbers) if number in failed), count), state
    return count, state

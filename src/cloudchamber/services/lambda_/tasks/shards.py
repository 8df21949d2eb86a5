"""The reader of one shard: it reads ahead, spreads records over its slots by their keys, and begins batches when they are due.

A slot has one batch under way at a time, so that the records of a key stay in order (F023, F025). It waits on signals, never by
polling.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.model import Mapping, Progress, Slot
from cloudchamber.services.lambda_.operations.stream_sources import Source
from cloudchamber.services.lambda_.records import MAPPINGS, PROGRESS
from cloudchamber.services.lambda_.rules import mappings, streams
from cloudchamber.services.lambda_.rules.stream_records import Item
from cloudchamber.services.lambda_.tasks.batches import Batches
from cloudchamber.services.lambda_.tasks.stream_mapping import StreamMapping

_AHEAD_COUNT, _AHEAD_BYTES = 20_000, 32 * 1024 * 1024
_ENVELOPE_BYTES = 64
_THROTTLED_MS = 1_000


class Lane:
    """A slot at work: what waits for it, and whether a batch is under way."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.waiting: deque[Item] = deque()
        self.waiting_bytes = 0
        self.busy = False

    def add(self, item: Item) -> None:
        """Let a record wait."""
        self.waiting.append(item)
        self.waiting_bytes += len(item.text) + 1

    def take(self) -> Item:
        """The record that waits longest."""
        item = self.waiting.popleft()
        self.waiting_bytes -= len(item.text) + 1
        return item


class Reader:
    """What one run knows of its shard."""

    def __init__(
        self, served: StreamMapping, source: Source, shard_id: str, progress: Progress | None
    ) -> None:
        self.shard_id = shard_id
        self._served, self._source, self._ctx = served, source, served.ctx
        self._bytes_max = limits.SYNCHRONOUS_BYTES_MAX - _ENVELOPE_BYTES
        if served.mapping.tumbling_s:
            self._bytes_max -= limits.STATE_BYTES_MAX + 1024
        slots = _slots(progress, served.mapping)
        self._lanes = [Lane(slot) for slot in slots]
        self._position = min((slot.position for slot in slots), key=_order)
        self._iterator: str | None = None
        self._closed = self._lost = self._caught_up = False
        self._read_seen = 0
        self._next_read_at_ms = 0
        own = (self._ctx.account, self._ctx.region, "lambda")
        self._batch_ended: Hashable = (*own, "batch", served.mapping.uuid, shard_id)
        self._kept = Progress(slots)

    # -- the loop

    async def run(self) -> None:
        """Until the shard is at its end or the mapping is no longer meant; then until the batches under way have ended."""
        signals, served = self._ctx.cloud.signals, self._served
        while served.meant:
            seen = signals.fired_count
            self._begin_batches()
            unread = not self._caught_up or signals.fired_since(self._read_seen, (self._arrived,))
            readable = not self._closed and self._has_room
            if unread and readable and self._ctx.now_ms >= self._next_read_at_ms:
                await self._read()
                continue
            if self._is_idle and not self._lost:
                await self.keep(ended=self._closed)
            if self._is_idle and self._closed:
                return
            until_ms = self._due_at_ms(self._next_read_at_ms if unread and readable else None)
            names = [served.stopped, self._batch_ended]
            if readable and not unread:
                names.append(self._arrived)
            await signals.wait(*names, until_ms=until_ms, since=seen)
        while any(lane.busy for lane in self._lanes):
            await signals.wait(self._batch_ended)

    @property
    def _arrived(self) -> Hashable:
        return self._source.arrived(self.shard_id)

    @property
    def _has_room(self) -> bool:
        count = sum(len(lane.waiting) for lane in self._lanes)
        return count < _AHEAD_COUNT and sum(lane.waiting_bytes for lane in self._lanes) < _AHEAD_BYTES

    @property
    def _is_idle(self) -> bool:
        return not any(lane.busy or lane.waiting or lane.slot.window_s >= 0 for lane in self._lanes)

    def _due_at_ms(self, read_at_ms: int | None) -> int | None:
        """When there is something to do without a signal."""
        instants = [] if read_at_ms is None else [read_at_ms]
        for lane in self._lanes:
            if not lane.busy and lane.waiting:
                instants.append(self._flush_at_ms(lane))
            elif not lane.busy and lane.slot.window_s >= 0 and self._caught_up:
                instants.append(self._window_ends_at_ms(lane))
        return min(instants, default=None)

    # -- reading

    async def _read(self) -> None:
        """Read a page, and spread what passes the filters over the slots (F019)."""
        mapping, now_ms = self._served.mapping, self._ctx.now_ms
        self._read_seen = self._ctx.cloud.signals.fired_count
        self._next_read_at_ms = now_ms + self._source.interval_ms
        try:
            if self._iterator is None:
                self._iterator = await self._source.iterator(self.shard_id, self._position, mapping)
            page = await self._source.read(self._iterator)
        except AwsError as error:
            await self._trouble(error)
            return
        for record in page.records:
            told, number, at_ms, key = self._source.told(record, self.shard_id)
            self._position = number
            lane = self._lanes[streams.slot_of(key, len(self._lanes))]
            if _order(number) > _order(lane.slot.position) and mappings.passes(mapping, told):
                lane.add(Item(number, at_ms, now_ms, msgspec.json.encode(told)))
        self._iterator, self._closed = page.following, page.following is None
        self._caught_up = page.caught_up

    async def _trouble(self, error: AwsError) -> None:
        """The shard could not be read: begin anew behind what was read, later, or leave it when it is gone."""
        self._iterator, self._caught_up = None, False
        if error.code == "ResourceNotFoundException":
            self._closed = self._lost = True
            await self._served.note(f"PROBLEM: {error.message}")
        elif error.code == "InvalidArgumentException" and self._position:
            self._position = ""  # another stream has the name by now, and never gave this number out
            for lane in self._lanes:
                lane.slot = Slot()
        elif error.code != "ExpiredIteratorException":
            self._next_read_at_ms = self._ctx.now_ms + _THROTTLED_MS

    # -- batches

    def _begin_batches(self) -> None:
        for lane in self._lanes:
            if lane.busy:
                continue
            final = self._is_window_over(lane)
            items = [] if final else self._take(lane)
            if items or final:
                lane.busy = True
                self._ctx.clock.hold()
                self._ctx.cloud.spawn(self._serve(lane, items, final=final))

    async def _serve(self, lane: Lane, items: list[Item], *, final: bool) -> None:
        batches = Batches(self._served, self, lane)
        try:
            await (batches.end_window(early=False) if final else batches.run(items))
        except BaseException:
            self._served.stop(broken=True)
            raise
        finally:
            lane.busy = False
            self._ctx.cloud.signals.fire(self._batch_ended)
            self._ctx.clock.release()

    def _flush_at_ms(self, lane: Lane) -> int:
        """When the batch that waits is to be invoked at the latest."""
        head, mapping = lane.waiting[0], self._served.mapping
        at_ms = head.read_at_ms + mapping.window_s * 1000
        if mapping.tumbling_s:
            ends_s = streams.window_of(mapping, head.at_ms) + mapping.tumbling_s
            at_ms = min(at_ms, max(ends_s * 1000, head.read_at_ms))
        return at_ms

    def _take(self, lane: Lane) -> list[Item]:
        """The batch that is due, of one tumbling window; none while it is not full and its batching window is open (F026)."""
        mapping, waiting = self._served.mapping, lane.waiting
        full = len(waiting) >= mapping.batch_size or lane.waiting_bytes > self._bytes_max
        if not waiting or not (full or self._closed or self._ctx.now_ms >= self._flush_at_ms(lane)):
            return []
        taken: list[Item] = []
        total_bytes, window_s = 0, self._window_of(waiting[0])
        while waiting and len(taken) < mapping.batch_size and self._window_of(waiting[0]) == window_s:
            total_bytes += len(waiting[0].text) + 1
            if taken and total_bytes > self._bytes_max:
                break
            taken.append(lane.take())
        return taken

    # -- tumbling windows

    def _window_of(self, item: Item) -> int:
        mapping = self._served.mapping
        return streams.window_of(mapping, item.at_ms) if mapping.tumbling_s else -1

    def _window_ends_at_ms(self, lane: Lane) -> int:
        return (lane.slot.window_s + self._served.mapping.tumbling_s) * 1000

    def _is_window_over(self, lane: Lane) -> bool:
        """Whether the open window of a slot takes no more records: a later one came, its time is over, or the shard has ended."""
        if lane.slot.window_s < 0:
            return False
        if lane.waiting:
            return self._window_of(lane.waiting[0]) != lane.slot.window_s
        is_past = self._caught_up and self._ctx.now_ms >= self._window_ends_at_ms(lane)
        return self._closed or is_past

    # -- what is dealt with

    async def keep(self, *, ended: bool = False) -> None:
        """Keep how far the slots are, when that has changed."""
        await self._ctx.transact(lambda ctx: self.put(ctx, ended=ended))

    def put(self, ctx: Context, *, ended: bool = False) -> None:
        """`keep` as part of a transaction. A slot for which nothing waits is as far as the shard has been read."""
        for lane in self._lanes if self._served.meant else ():
            if not lane.busy and not lane.waiting and _order(lane.slot.position) < _order(self._position):
                lane.slot = msgspec.structs.replace(lane.slot, position=self._position)
        progress = Progress(tuple(lane.slot for lane in self._lanes), ended)
        uuid = self._served.mapping.uuid
        if progress != self._kept and MAPPINGS.has(ctx, uuid):
            PROGRESS.put(ctx, progress, uuid, self.shard_id)
            self._kept = progress


def _order(position: str) -> int:
    return int(position) if position else -1


def _slots(progress: Progress | None, mapping: Mapping) -> tuple[Slot, ...]:
    """Where the slots begin. When there were more or fewer before, keys have moved: all begin where the last of them stands."""
    held = progress.slots if progress else (Slot(),)
    if not mapping.tumbling_s:
        held = tuple(Slot(slot.position) for slot in held)
    if len(held) == mapping.slot_count:
        return held
    first = min(held, key=lambda slot: _order(slot.position))
    return (first,) + (Slot(first.position),) * (mapping.slot_count - 1)

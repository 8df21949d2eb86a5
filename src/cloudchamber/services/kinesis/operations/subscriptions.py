"""SubscribeToShard: records are pushed to a consumer as they come, for five minutes.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import ResourceInUseException, ResourceNotFoundException
from cloudchamber.services.kinesis.model import Consumer, Shard, Stream, Subscription
from cloudchamber.services.kinesis.operations.names import (
    consumer_of,
    end_dry_run,
    shard_in,
    stream_named,
)
from cloudchamber.services.kinesis.operations.reading import children, place, read, shown
from cloudchamber.services.kinesis.records import SUBSCRIPTIONS, tail_of
from cloudchamber.services.kinesis.rules.sequences import last_number, sequence_number
from cloudchamber.wire.errors import WireError


async def subscribe_to_shard(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A second call within five seconds is refused; a later one ends the first subscription."""

    def begin(ctx: Context) -> _Pushing:
        where, consumer = consumer_of(ctx, request["ConsumerARN"])
        stream = stream_named(where, consumer.stream_name)
        shard = shard_in(where, stream, request["ShardId"])
        start = request["StartingPosition"]
        serial = place(
            where, stream, shard, start["Type"], start.get("SequenceNumber"), start.get("Timestamp")
        )
        end_dry_run(request)
        return _Pushing(where, _taken(where, consumer, shard), request["ConsumerARN"], stream, shard, serial)

    pushing = await ctx.transact(begin)
    return {"EventStream": pushing.events(ctx.elsewhere(account=pushing.account, region=pushing.region))}


def _taken(ctx: Context, consumer: Consumer, shard: Shard) -> Subscription:
    """Make the consumer's subscription to the shard, in place of one that is older than five seconds."""
    arn = ctx.arn(consumer.resource, service="kinesis")
    held = SUBSCRIPTIONS.get(ctx, arn, shard.id)
    if held and ctx.now_ms < held.at_ms + limits.RESUBSCRIBE_MS:
        raise ResourceInUseException(
            f"Another active subscription exists for this consumer: {arn} and shard: {shard.id}."
        )
    subscription = Subscription(ctx.ids.uuid(), ctx.now_ms)
    SUBSCRIPTIONS.put(ctx, subscription, arn, shard.id)
    ctx.signal("shard", consumer.stream_name, shard.id)
    return subscription


class _Pushing:
    """A subscription under way: where it stands in its shard."""

    def __init__(
        self,
        ctx: Context,
        subscription: Subscription,
        arn: str,
        stream: Stream,
        shard: Shard,
        serial: int,
    ) -> None:
        self.account, self.region = ctx.account, ctx.region
        self._id, self._until_ms = subscription.id, subscription.at_ms + limits.SUBSCRIPTION_MS
        self._arn, self._stream, self._shard, self._serial = arn, stream, shard, serial
        self._free_at_ms, self._told = 0, False
        self._ended = False

    async def events(self, ctx: Context) -> AsyncIterator[dict[str, Any] | WireError]:
        """The events, each when there is something to tell. Time goes on while the caller has one in hand."""
        while not self._ended:
            ctx.clock.hold()
            try:
                event = await self._next(ctx)
            except ResourceNotFoundException as error:
                self._ended, event = True, WireError(error.code, error.message, 400)
            finally:
                ctx.clock.release()
            if event is None:
                return
            yield event if isinstance(event, WireError) else {"SubscribeToShardEvent": event}

    async def _next(self, ctx: Context) -> dict[str, Any] | None:
        """The next event: with records as soon as there are some, else without any now and then; None at the end."""
        names = (("shard", self._stream.name, self._shard.id), ("stream", self._stream.name))
        await self._pause(ctx)
        quiet_until_ms = ctx.now_ms + limits.HEARTBEAT_MS
        while ctx.now_ms < self._until_ms:
            event = await ctx.transact(self._look)
            if event is None:
                return None
            if event["Records"] or "ChildShards" in event or not self._told or ctx.now_ms >= quiet_until_ms:
                self._told = True
                return event
            await ctx.wait(*names, until_ms=min(quiet_until_ms, self._until_ms))
        return None

    async def _pause(self, ctx: Context) -> None:
        """Wait until the throughput of the consumer allows more: 2 MiB per second and shard."""
        while ctx.now_ms < min(self._free_at_ms, self._until_ms):
            await ctx.wait(until_ms=min(self._free_at_ms, self._until_ms))

    def _look(self, ctx: Context) -> dict[str, Any] | None:
        """What is there now; None when this is no longer the consumer's subscription. Raises when the stream is gone."""
        stream = stream_named(ctx, self._stream.name)
        shard = shard_in(ctx, stream, self._shard.id)
        held = SUBSCRIPTIONS.get(ctx, self._arn, shard.id)
        if held is None or held.id != self._id:
            return None
        found, serial, behind_ms = read(
            ctx, stream, shard, self._serial, limits.RECORDS_PER_READ_MAX, limits.EVENT_BYTES_MAX
        )
        self._serial = serial
        size_bytes = sum(record.size_bytes for record in found)
        self._free_at_ms = ctx.now_ms + 1000 * size_bytes // limits.SHARD_READ_BYTES_PER_SECOND
        number = sequence_number(shard, max(serial - 1, 0), found[-1].at_ms if found else ctx.now_ms)
        event: dict[str, Any] = {
            "Records": [shown(shard, record) for record in found],
            "ContinuationSequenceNumber": number,
            "MillisBehindLatest": behind_ms,
        }
        if shard.closed_at_ms and serial >= tail_of(ctx, stream, shard).next_serial:
            self._ended = True
            event |= {
                "ContinuationSequenceNumber": last_number(shard),
                "ChildShards": children(stream, shard),
            }
        return event

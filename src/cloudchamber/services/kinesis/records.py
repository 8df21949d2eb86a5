"""Where the records of Kinesis lie, all under one account and region:

streams        (name)                                -> Stream, with its shards
records        (stream number, shard index, serial)  -> Record
tails          (stream number, shard index)          -> Tail, the place of the next record
reads          (stream number, shard index)          -> Window, how much was read lately
consumers      (stream name, consumer name)          -> Consumer
subscriptions  (consumer ARN, shard)                 -> Subscription
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.kv import pack
from cloudchamber.services.kinesis.model import (
    Consumer,
    Record,
    Shard,
    Stream,
    Subscription,
    Tail,
    Window,
)

STREAMS = Collection("kinesis", "streams", Stream)
RECORDS = Collection("kinesis", "records", Record)
TAILS = Collection("kinesis", "tails", Tail)
READS = Collection("kinesis", "reads", Window)
CONSUMERS = Collection("kinesis", "consumers", Consumer)
SUBSCRIPTIONS = Collection("kinesis", "subscriptions", Subscription)

_DECODE_STREAM = lru_cache(maxsize=1024)(msgspec.msgpack.Decoder(Stream).decode)


def find_stream(ctx: Context, name: str) -> Stream | None:
    """The stream of that name, or None. It is decoded once for each of its versions."""
    raw = ctx.tx.get(STREAMS.prefix(ctx) + pack((name,)))
    return None if raw is None else _DECODE_STREAM(raw)


def tail_of(ctx: Context, stream: Stream, shard: Shard) -> Tail:
    """Where the next record of a shard goes."""
    return TAILS.get(ctx, stream.number, shard.index) or Tail()


def records_from(ctx: Context, stream: Stream, shard: Shard, serial: int) -> Iterator[Record]:
    """The records of a shard from a place on that can still be read, in order."""
    trimmed_at_ms = stream.trimmed_at_ms(ctx.now_ms)
    for _, record in RECORDS.scan(ctx, stream.number, shard.index, since=(serial,)):
        if record.at_ms > trimmed_at_ms:
            yield record


def oldest_of(ctx: Context, stream: Stream, shard: Shard) -> Record | None:
    """The oldest record of a shard that is stored."""
    return next((record for _, record in RECORDS.scan(ctx, stream.number, shard.index, limit=1)), None)


def serial_at(ctx: Context, stream: Stream, shard: Shard, at_ms: int) -> int:
    """The place of the first record that came at an instant or later; that of the next one when there is none."""
    oldest = oldest_of(ctx, stream, shard)
    following = tail_of(ctx, stream, shard).next_serial
    if oldest is None:
        return following
    places = range(oldest.serial, following)

    def came_at_ms(serial: int) -> int:
        record = RECORDS.get(ctx, stream.number, shard.index, serial)
        assert record is not None, "the places of a shard have no gaps"
        return record.at_ms

    return oldest.serial + bisect_left(places, at_ms, key=came_at_ms)


def trim(ctx: Context, stream: Stream) -> Stream:
    """Remove what is older than the retention period, and closed shards that ended before it."""
    trimmed_at_ms = stream.trimmed_at_ms(ctx.now_ms)
    for shard in stream.shards:
        oldest = oldest_of(ctx, stream, shard)
        if oldest and oldest.at_ms <= trimmed_at_ms:
            for serial in range(oldest.serial, serial_at(ctx, stream, shard, trimmed_at_ms + 1)):
                RECORDS.delete(ctx, stream.number, shard.index, serial)
    kept = tuple(shard for shard in stream.shards if not 0 < shard.closed_at_ms <= trimmed_at_ms)
    if len(kept) == len(stream.shards):
        return stream
    for shard in stream.shards:
        if shard not in kept:
            TAILS.delete(ctx, stream.number, shard.index)
            READS.delete(ctx, stream.number, shard.index)
            RECORDS.delete_all(ctx, stream.number, shard.index)
    stream = msgspec.structs.replace(stream, shards=kept)
    STREAMS.put(ctx, stream, stream.name)
    return stream


def forget_stream(ctx: Context, stream: Stream) -> None:
    """Remove a stream, its records and its consumers."""
    for collection in (RECORDS, TAILS, READS):
        collection.delete_all(ctx, stream.number)
    for consumer in CONSUMERS.values(ctx, stream.name):
        forget_consumer(ctx, consumer)
    STREAMS.delete(ctx, stream.name)


def forget_consumer(ctx: Context, consumer: Consumer) -> None:
    """Remove a consumer; its subscriptions end."""
    SUBSCRIPTIONS.delete_all(ctx, ctx.arn(consumer.resource, service="kinesis"))
    CONSUMERS.delete(ctx, consumer.stream_name, consumer.name)

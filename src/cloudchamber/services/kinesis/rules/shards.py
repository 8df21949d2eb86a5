"""Shards: how hash keys are divided, split, merged and spread anew.

https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from cloudchamber.services.kinesis.model import Shard, Stream

HASH_KEYS = 1 << 128


def hash_key_of(partition_key: str) -> int:
    """The MD5 of a partition key, as a number."""
    return int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest())


def even_starts(count: int) -> list[int]:
    """Where `count` ranges of the same size begin."""
    size = HASH_KEYS // count
    return [size * index for index in range(count)]


def first_shards(count: int, now_ms: int) -> tuple[Shard, ...]:
    """The shards of a new stream."""
    starts = even_starts(count)
    ends = [*(start - 1 for start in starts[1:]), HASH_KEYS - 1]
    return tuple(
        Shard(index, str(first), str(last), now_ms // 1000, now_ms)
        for index, (first, last) in enumerate(zip(starts, ends, strict=True))
    )


def split(stream: Stream, shard: Shard, at: int, now_ms: int) -> Stream:
    """Close a shard and open two in its place; the second one begins at the hash key `at`."""
    low, high = shard.span
    ranges = [(low, at - 1), (at, high)]
    return _replaced(stream, (shard,), ranges, now_ms)


def merge(stream: Stream, shard: Shard, adjacent: Shard, now_ms: int) -> Stream:
    """Close two neighbours and open one in their place."""
    low, high = min(shard.span[0], adjacent.span[0]), max(shard.span[1], adjacent.span[1])
    return _replaced(stream, (shard, adjacent), [(low, high)], now_ms)


def _replaced(
    stream: Stream, parents: tuple[Shard, ...], ranges: Iterable[tuple[int, int]], now_ms: int
) -> Stream:
    closed = {
        parent.index: msgspec.structs.replace(parent, closed_at_ms=max(now_ms, 1)) for parent in parents
    }
    epoch_s = max(now_ms // 1000, *(parent.epoch_s + 1 for parent in parents), 0)
    children = [
        Shard(
            stream.next_index + count,
            str(first),
            str(last),
            epoch_s,
            now_ms,
            parent=parents[0].index,
            adjacent=parents[1].index if len(parents) > 1 else -1,
        )
        for count, (first, last) in enumerate(ranges)
    ]
    shards = (*(closed.get(shard.index, shard) for shard in stream.shards), *children)
    return msgspec.structs.replace(stream, shards=shards, next_index=stream.next_index + len(children))


def spread(stream: Stream, count: int, now_ms: int) -> Stream:
    """Split and merge until `count` shards of the same size are open. What already has its place stays.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    """
    starts = even_starts(count)
    for start in starts:
        shard = stream.shard_for(start)
        if shard.span[0] != start:
            stream = split(stream, shard, start, now_ms)
    for start, following in zip(starts, [*starts[1:], HASH_KEYS], strict=True):
        while stream.shard_for(start).span[1] != following - 1:
            first = stream.shard_for(start)
            stream = merge(stream, first, stream.shard_for(first.span[1] + 1), now_ms)
    return stream


def children_of(stream: Stream, shard: Shard) -> list[Shard]:
    """The shards that took the place of a closed one."""
    return [each for each in stream.shards if shard.index in (each.parent, each.adjacent)]


def was_open(shard: Shard, at_ms: int) -> bool:
    """Whether a shard took records at an instant."""
    return shard.created_at_ms <= at_ms and (not shard.closed_at_ms or shard.closed_at_ms > at_ms)

"""Where CloudWatch Logs' records lie, all under one account and region:

groups               (group)                           -> LogGroup
streams              (group, stream)                   -> LogStream
chunks               (group, stream, second, serial)   -> Chunk
metric_filters       (group, filter)                   -> MetricFilter
subscription_filters (group, filter)                   -> SubscriptionFilter
resource_policies    (resource ARN or "", name)        -> ResourcePolicy
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.services.logs.errors import ResourceNotFoundException
from cloudchamber.services.logs.model import (
    Chunk,
    LogEvent,
    LogGroup,
    LogStream,
    MetricFilter,
    Position,
    ResourcePolicy,
    SubscriptionFilter,
)

GROUPS = Collection("logs", "groups", LogGroup)
STREAMS = Collection("logs", "streams", LogStream)
CHUNKS = Collection("logs", "chunks", Chunk)
METRIC_FILTERS = Collection("logs", "metric_filters", MetricFilter)
SUBSCRIPTION_FILTERS = Collection("logs", "subscription_filters", SubscriptionFilter)
RESOURCE_POLICIES = Collection("logs", "resource_policies", ResourcePolicy)

EXPIRED_AT_ONCE_MAX = 1_000


def group_named(ctx: Context, name: str) -> LogGroup:
    """The log group of that name. Raises ResourceNotFoundException."""
    group = GROUPS.get(ctx, name)
    if group is None:
        raise ResourceNotFoundException()
    return group


def count_metric_filters(ctx: Context, name: str) -> None:
    """Note on a group how many metric filters it has, so that whoever writes to one without need not look for them."""
    group, count = group_named(ctx, name), METRIC_FILTERS.count(ctx, name)
    GROUPS.put(ctx, msgspec.structs.replace(group, metric_filter_count=count), name)


def stream_named(ctx: Context, group_name: str, name: str) -> LogStream:
    """The log stream of that name. Raises ResourceNotFoundException."""
    stream = STREAMS.get(ctx, group_name, name)
    if stream is None:
        raise ResourceNotFoundException("The specified log stream does not exist.")
    return stream


def stored_bytes(ctx: Context, group_name: str) -> int:
    """What all events of a group take."""
    return sum([stream.stored_bytes for stream in STREAMS.values(ctx, group_name)])


def forget_group(ctx: Context, name: str) -> None:
    """Remove a group and all that is in it."""
    GROUPS.delete(ctx, name)
    for content in (STREAMS, CHUNKS, METRIC_FILTERS, SUBSCRIPTION_FILTERS):
        content.delete_all(ctx, name)


def forget_stream(ctx: Context, group_name: str, name: str) -> None:
    """Remove a stream and its events."""
    STREAMS.delete(ctx, group_name, name)
    CHUNKS.delete_all(ctx, group_name, name)


def stream_events(
    ctx: Context, group_name: str, stream_name: str, since: Position, before: Position, *, reverse: bool
) -> Iterator[LogEvent]:
    """The events of a stream from `since` on, in front of `before`, in order (or in reverse)."""
    gathered: list[LogEvent] = []
    second_gathered = None
    first, end = (since[0] // 1000,), (before[0] // 1000 + 1,)
    for key, chunk in CHUNKS.scan(ctx, group_name, stream_name, since=first, before=end, reverse=reverse):
        second, serial = key[2], int(key[3])
        if second != second_gathered:
            yield from sorted(gathered, key=_position_of, reverse=reverse)
            gathered, second_gathered = [], second
        for timestamp, index, text in chunk.events:
            position = (timestamp, serial, index)
            if since <= position < before:
                gathered.append(LogEvent(position, stream_name, text, chunk.ingested_at_ms))
    yield from sorted(gathered, key=_position_of, reverse=reverse)


def group_events(
    ctx: Context,
    group_name: str,
    streams: Iterable[LogStream],
    since: Position,
    before: Position,
    *,
    reverse: bool,
) -> Iterator[LogEvent]:
    """The events of several streams, interleaved in order (or in reverse)."""
    read = [
        stream_events(ctx, group_name, stream.name, since, before, reverse=reverse)
        for stream in streams
        if _overlaps(stream, since, before)
    ]
    return heapq.merge(*read, key=_position_of, reverse=reverse)


def _position_of(event: LogEvent) -> Position:
    return event.position


def _overlaps(stream: LogStream, since: Position, before: Position) -> bool:
    if stream.first_event_at_ms is None or stream.last_event_at_ms is None:
        return False
    return stream.last_event_at_ms >= since[0] and stream.first_event_at_ms <= before[0]


def expire(ctx: Context, group_name: str, before_ms: int) -> bool:
    """Remove whole seconds of events in front of `before_ms`, a thousand chunks at most. True when there may be more."""
    removed = 0
    for stream in STREAMS.values(ctx, group_name):
        if stream.first_event_at_ms is None or stream.first_event_at_ms >= before_ms:
            continue
        bytes_gone = 0
        left = EXPIRED_AT_ONCE_MAX - removed
        old = list(CHUNKS.scan(ctx, group_name, stream.name, before=(before_ms // 1000,), limit=left))
        for key, chunk in old:
            CHUNKS.delete(ctx, *key)
            bytes_gone += chunk.stored_bytes
        removed += len(old)
        STREAMS.put(ctx, _without(ctx, group_name, stream, bytes_gone), group_name, stream.name)
        if removed == EXPIRED_AT_ONCE_MAX:
            return True
    return False


def _without(ctx: Context, group_name: str, stream: LogStream, bytes_gone: int) -> LogStream:
    """The stream after its oldest events went: its first event is another one, or it has none."""
    for _, chunk in CHUNKS.scan(ctx, group_name, stream.name, limit=1):
        return msgspec.structs.replace(
            stream, first_event_at_ms=chunk.events[0][0], stored_bytes=stream.stored_bytes - bytes_gone
        )
    return msgspec.structs.replace(stream, first_event_at_ms=None, last_event_at_ms=None, stored_bytes=0)

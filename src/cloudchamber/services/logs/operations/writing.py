"""PutLogEvents, and what functions write: events enter a stream."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.logs import rules
from cloudchamber.services.logs.model import Chunk, LogGroup, LogStream
from cloudchamber.services.logs.operations import metrics
from cloudchamber.services.logs.records import CHUNKS, GROUPS, STREAMS, group_named, stream_named

Events = list[dict[str, Any]]


def put_log_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Take a batch in chronological order; `sequenceToken` has been ignored by AWS since 2023.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    """
    group = group_named(ctx, request["logGroupName"])
    stream = stream_named(ctx, group.name, request["logStreamName"])
    events, now_ms = request["logEvents"], ctx.now_ms
    rules.check_batch(events)
    info = rules.rejected(group, events, now_ms)
    taken = rules.accepted(events, info)
    if taken:
        append(ctx, group, stream, taken)
    answer: dict[str, Any] = {"nextSequenceToken": f"{now_ms:056d}"}
    return answer | {"rejectedLogEventsInfo": info} if info else answer


def put_function_logs(ctx: Context, request: dict[str, Any]) -> None:
    """Write the events of a service's own (`Group`, `Stream`, `Events`); group and stream are created when absent."""
    group_name, stream_name, events = request["Group"], request["Stream"], request["Events"]
    group = GROUPS.get(ctx, group_name)
    if group is None:
        group = LogGroup(group_name, ctx.now_ms)
        GROUPS.put(ctx, group, group_name)
    stream = STREAMS.get(ctx, group_name, stream_name) or LogStream(stream_name, ctx.now_ms)
    if events:
        append(ctx, group, stream, sorted(events, key=_timestamp))
    else:
        STREAMS.put(ctx, stream, group_name, stream_name)


def append(ctx: Context, group: LogGroup, stream: LogStream, events: Events) -> None:
    """Add events, in order of their timestamps, to a stream: one record for each second they lie in."""
    serial, now_ms, total, index = ctx.serial(), ctx.now_ms, 0, 0
    for second, within in groupby(events, _second):
        kept: list[tuple[int, int, str]] = []
        size = 0
        for event in within:
            kept.append((event["timestamp"], index, event["message"]))
            size += rules.size_bytes(event["message"])
            index += 1
        CHUNKS.put(ctx, Chunk(now_ms, size, tuple(kept)), group.name, stream.name, second, serial)
        total += size
    first_ms, last_ms = events[0]["timestamp"], events[-1]["timestamp"]
    known_first, known_last = stream.first_event_at_ms, stream.last_event_at_ms
    changed = msgspec.structs.replace(
        stream,
        first_event_at_ms=first_ms if known_first is None else min(first_ms, known_first),
        last_event_at_ms=last_ms if known_last is None else max(last_ms, known_last),
        ingested_at_ms=now_ms,
        stored_bytes=stream.stored_bytes + total,
    )
    STREAMS.put(ctx, changed, group.name, stream.name)
    metrics.emit(ctx, group, events)
    ctx.signal("group", group.name)


def _timestamp(event: dict[str, Any]) -> int:
    return event["timestamp"]


def _second(event: dict[str, Any]) -> int:
    return event["timestamp"] // 1000

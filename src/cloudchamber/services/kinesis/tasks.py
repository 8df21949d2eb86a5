"""What the outbox runs for Kinesis."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.operations.names import stream_in
from cloudchamber.services.kinesis.records import find_stream, oldest_of, tail_of, trim
from cloudchamber.services.kinesis.rules.sequences import sequence_number


def find_shard_ends(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The number of the newest record, or the one in front of all records, by shard: where a reader of later ones begins."""
    ctx, stream = stream_in(ctx, request)
    ends = {
        shard.id: sequence_number(shard, tail_of(ctx, stream, shard).next_serial - 1, ctx.now_ms)
        for shard in stream.shards
    }
    return {"Ends": ends}


def trim_records(ctx: Context, request: dict[str, Any]) -> None:
    """Remove what is older than the retention period. Meant while the stream it was put for exists.

    https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
    """
    stream = find_stream(ctx, request["StreamName"])
    if stream is None or stream.number != request["Number"]:
        return
    stream = trim(ctx, stream)
    oldest = [record.at_ms for shard in stream.shards if (record := oldest_of(ctx, stream, shard))]
    retention_ms, now_ms = stream.retention_hours * limits.HOUR_MS, ctx.now_ms
    due_at_ms = max(min(oldest, default=now_ms) + retention_ms, now_ms + limits.TRIM_MS)
    ctx.later("kinesis", "trim_records", request, due_at_ms=due_at_ms, recurring=True)

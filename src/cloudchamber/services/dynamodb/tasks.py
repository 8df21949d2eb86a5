"""What the outbox runs for DynamoDB."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.operations import writes
from cloudchamber.services.dynamodb.rules import expiry
from cloudchamber.services.dynamodb.rules.keys import item_key


def expire_item(ctx: Context, request: dict[str, Any]) -> None:
    """Remove an item whose time has come. Meant while the table has this attribute for it and the item still says so (F067).

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
    """
    table = records.find_table(ctx, request["TableName"])
    if table is None or not table.ttl_attribute or request["Key"].keys() != set(table.keys.names):
        return
    key = item_key(table, request["Key"])
    old = records.get_item(ctx, table, key)
    if old and expiry.is_expired(old[1], table.ttl_attribute, ctx.now_ms):
        writes.commit(ctx, table, key, old, None, expired=True)


def trim_stream(ctx: Context, request: dict[str, Any]) -> None:
    """Remove records older than a day, and the stream itself when it is closed and empty.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    stream = records.STREAMS.get(ctx, request["TableName"], request["StreamLabel"])
    if stream is None:
        return
    trimmed_at_ms = ctx.now_ms - limits.STREAM_RETENTION_MS
    for (number, sequence), record in records.CHANGES.scan(ctx, stream.number):
        if record.at_ms > trimmed_at_ms:
            next_ms = record.at_ms + limits.STREAM_RETENTION_MS
            break
        records.CHANGES.delete(ctx, number, sequence)
    else:
        next_ms = ctx.now_ms + limits.STREAM_RETENTION_MS
        if stream.closed_at_ms and stream.closed_at_ms <= trimmed_at_ms:
            records.STREAMS.delete(ctx, stream.table_name, stream.label)
            return
    soonest_ms = ctx.now_ms + limits.STREAM_TRIM_MS
    ctx.later("dynamodb", "trim_stream", request, due_at_ms=max(next_ms, soonest_ms), recurring=True)

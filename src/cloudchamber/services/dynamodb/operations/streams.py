"""The streams of tables, as the service dynamodbstreams shows them: its operations join these tasks.

A stream is one shard here; an iterator holds the place of the next record, and when it was given out.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import (
    ExpiredIteratorException,
    ResourceNotFoundException,
    TrimmedDataAccessException,
)
from cloudchamber.services.dynamodb.model import SEQUENCE_NUMBERS_FROM, Stream, StreamRecord
from cloudchamber.services.dynamodb.operations.descriptions import key_schema
from cloudchamber.services.dynamodb.operations.tables_in import located, stream_arn_of


class Iterator(msgspec.Struct, frozen=True, array_like=True):
    """Where a reader of a stream stands: the place of the next record, since an instant."""

    stream_arn: str
    serial: int
    issued_at_ms: int

    def text(self) -> str:
        """The form that readers are given."""
        return base64.urlsafe_b64encode(msgspec.msgpack.encode(self)).decode()


def _iterator(text: str) -> Iterator:
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(text), type=Iterator)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise ValidationException("Invalid ShardIterator") from error


def _stream_in(ctx: Context, arn: str) -> tuple[Context, Stream]:
    there, name = located(ctx, arn)
    stream = records.STREAMS.get(there, name, arn.rpartition("/stream/")[2])
    if stream is None:
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")
    return there, stream


def _shard_id(stream: Stream) -> str:
    return f"shardId-{stream.created_at_ms:020d}-{stream.number:08x}"


def list_streams(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html"""
    name, start = request.get("TableName"), request.get("ExclusiveStartStreamArn")
    limit = min(request.get("Limit", limits.STREAMS_PER_PAGE_MAX), limits.STREAMS_PER_PAGE_MAX)
    under = (name,) if name else ()
    shown = [
        {
            "StreamArn": stream_arn_of(ctx, stream.table_name, stream.label),
            "TableName": stream.table_name,
            "StreamLabel": stream.label,
        }
        for stream in records.STREAMS.values(ctx, *under)
    ]
    arns = [each["StreamArn"] for each in shown]
    if start:
        shown = shown[arns.index(start) + 1 :] if start in arns else []
    answer: dict[str, Any] = {"Streams": shown[:limit]}
    if len(shown) > limit:
        answer["LastEvaluatedStreamArn"] = shown[limit - 1]["StreamArn"]
    return answer


def describe_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html"""
    ctx, stream = _stream_in(ctx, request["StreamArn"])
    first = str(SEQUENCE_NUMBERS_FROM + stream.number)
    shard: dict[str, Any] = {
        "ShardId": _shard_id(stream),
        "SequenceNumberRange": {"StartingSequenceNumber": first},
    }
    if stream.closed_at_ms:
        last = records.last_change(ctx, stream)
        shard["SequenceNumberRange"]["EndingSequenceNumber"] = last.sequence_number if last else first
    start, parents = request.get("ExclusiveStartShardId"), request.get("ShardFilter")
    return {
        "StreamDescription": {
            "StreamArn": stream_arn_of(ctx, stream.table_name, stream.label),
            "StreamLabel": stream.label,
            "StreamStatus": "DISABLED" if stream.closed_at_ms else "ENABLED",
            "StreamViewType": stream.view_type,
            "CreationRequestDateTime": stream.created_at_ms / 1000,
            "TableName": stream.table_name,
            "KeySchema": key_schema(stream.keys),
            "Shards": [] if parents or (start and start >= shard["ShardId"]) else [shard],
        }
    }


def find_shard_ends(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The number of the newest record, or the one in front of all records, by shard: where a reader of later ones begins."""
    ctx, stream = _stream_in(ctx, request["StreamArn"])
    last = records.last_change(ctx, stream)
    number = last.sequence_number if last else str(SEQUENCE_NUMBERS_FROM + stream.number)
    return {"Ends": {_shard_id(stream): number}}


def get_shard_iterator(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html"""
    ctx, stream = _stream_in(ctx, request["StreamArn"])
    if request["ShardId"] != _shard_id(stream):
        raise ResourceNotFoundException(
            f"Requested resource not found: Shard does not exist: {request['ShardId']}"
        )
    serial = _place(ctx, stream, request)
    return {"ShardIterator": Iterator(request["StreamArn"], serial, ctx.now_ms).text()}


def _place(ctx: Context, stream: Stream, request: dict[str, Any]) -> int:
    kind, number = request["ShardIteratorType"], request.get("SequenceNumber")
    if kind == "TRIM_HORIZON":
        return 0
    if kind == "LATEST":
        last = records.last_change(ctx, stream)
        return last.serial + 1 if last else 0
    if kind == "AT_TIMESTAMP":
        since_ms = round((request.get("Timestamp") or 0) * 1000)
        held = records.changes_from(ctx, stream, 0)
        later = next((record for record in held if record.at_ms >= since_ms), None)
        last = records.last_change(ctx, stream)
        return later.serial if later else last.serial + 1 if last else 0
    if number is None or not number.isdigit():
        raise ValidationException(
            "SequenceNumber is required and must be a number for this ShardIteratorType"
        )
    serial = int(number) - SEQUENCE_NUMBERS_FROM
    if serial == stream.number:
        return 0
    record = records.CHANGES.get(ctx, stream.number, serial) if 0 <= serial < 1 << 63 else None
    if record is None or _is_trimmed(record, ctx.now_ms):
        raise TrimmedDataAccessException()
    return serial if kind == "AT_SEQUENCE_NUMBER" else serial + 1


def _is_trimmed(record: StreamRecord, now_ms: int) -> bool:
    return record.at_ms <= now_ms - limits.STREAM_RETENTION_MS


def get_records(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html

    Records in order, each once (F068). A closed stream that has been read to its end has no next iterator.
    """
    held = _iterator(request["ShardIterator"])
    if ctx.now_ms > held.issued_at_ms + limits.ITERATOR_MS:
        raise ExpiredIteratorException()
    ctx, stream = _stream_in(ctx, held.stream_arn)
    limit = min(request.get("Limit", limits.RECORDS_PER_READ_MAX), limits.RECORDS_PER_READ_MAX)
    found: list[StreamRecord] = []
    total_bytes, serial = 0, held.serial
    for record in records.changes_from(ctx, stream, held.serial):
        total_bytes += record.size_bytes
        if len(found) == limit or (found and total_bytes > limits.PAGE_BYTES_MAX):
            break
        serial = record.serial + 1
        if not _is_trimmed(record, ctx.now_ms):
            found.append(record)
    else:
        if stream.closed_at_ms:
            return {"Records": [_shown(ctx, stream, record) for record in found]}
    following = Iterator(held.stream_arn, serial, ctx.now_ms).text()
    return {
        "Records": [_shown(ctx, stream, record) for record in found],
        "NextShardIterator": following,
    }


def _shown(ctx: Context, stream: Stream, record: StreamRecord) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html"""
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": record.at_ms // 1000,
        "Keys": record.keys,
        "SequenceNumber": record.sequence_number,
        "SizeBytes": record.size_bytes,
        "StreamViewType": stream.view_type,
    }
    if record.new_image is not None:
        change["NewImage"] = record.new_image
    if record.old_image is not None:
        change["OldImage"] = record.old_image
    shown: dict[str, Any] = {
        "eventID": record.event_id,
        "eventName": record.event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": ctx.region,
        "dynamodb": change,
    }
    if record.expired:  # F067
        shown["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    return shown

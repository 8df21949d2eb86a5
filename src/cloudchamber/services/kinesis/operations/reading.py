"""GetShardIterator and GetRecords.

https://docs.aws.amazon.com/streams/latest/dev/developing-consumers-with-sdk.html
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    ExpiredIteratorException,
    InvalidArgumentException,
    ProvisionedThroughputExceededException,
    ResourceNotFoundException,
)
from cloudchamber.services.kinesis.model import Record, Shard, Stream, Window
from cloudchamber.services.kinesis.operations.names import end_dry_run, shard_in, stream_in, stream_named
from cloudchamber.services.kinesis.operations.writing import rate_exceeded
from cloudchamber.services.kinesis.records import READS, records_from, serial_at, tail_of
from cloudchamber.services.kinesis.rules import throughput
from cloudchamber.services.kinesis.rules.sequences import place_of, sequence_number
from cloudchamber.services.kinesis.rules.shards import children_of


class Iterator(msgspec.Struct, frozen=True, array_like=True):
    """Where a reader of a shard stands: the place of the next record, since an instant."""

    account: str
    region: str
    stream_name: str
    stream_number: int
    shard_index: int
    serial: int
    issued_at_ms: int

    def text(self) -> str:
        """The form that readers are given."""
        return base64.b64encode(msgspec.msgpack.encode(self)).decode()


def _iterator(text: str) -> Iterator:
    try:
        return msgspec.msgpack.decode(base64.b64decode(text, validate=True), type=Iterator)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise InvalidArgumentException("Invalid ShardIterator.") from None


def get_shard_iterator(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html"""
    ctx, stream = stream_in(ctx, request)
    shard = shard_in(ctx, stream, request["ShardId"])
    kind = request["ShardIteratorType"]
    serial = place(ctx, stream, shard, kind, request.get("StartingSequenceNumber"), request.get("Timestamp"))
    end_dry_run(request)
    held = Iterator(ctx.account, ctx.region, stream.name, stream.number, shard.index, serial, ctx.now_ms)
    return {"ShardIterator": held.text()}


def place(
    ctx: Context, stream: Stream, shard: Shard, kind: str, number: str | None, timestamp: float | None
) -> int:
    """The place that a starting position means in a shard.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartingPosition.html
    """
    if kind == "TRIM_HORIZON":
        return 0
    if kind == "LATEST":
        return tail_of(ctx, stream, shard).next_serial
    if kind == "AT_TIMESTAMP":
        return _place_at(ctx, stream, shard, timestamp)
    if number is None:
        raise InvalidArgumentException(
            f"Must specify startingSequenceNumber parameter for iterator of type {kind}. "
            "Current request has no startingSequenceNumber parameter."
        )
    found = place_of(number)
    if found is None or found.at_s > ctx.now_ms // 1000:
        raise InvalidArgumentException(
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {shard.id} in stream {stream.name} "
            f"under account {ctx.account} is invalid."
        )
    if found.shard_index != shard.index:
        raise InvalidArgumentException(
            f"Invalid StartingSequenceNumber. It encodes shardId-{found.shard_index:012d}, "
            f"while it was used in a call to a shard with {shard.id}"
        )
    if found.epoch_s != shard.epoch_s:
        raise InvalidArgumentException(
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {shard.id} in stream {stream.name} "
            f"under account {ctx.account} is invalid because it did not come from this stream."
        )
    serial = min(found.serial, tail_of(ctx, stream, shard).next_serial)
    return serial if kind == "AT_SEQUENCE_NUMBER" else serial + 1


def _place_at(ctx: Context, stream: Stream, shard: Shard, timestamp: float | None) -> int:
    if timestamp is None:
        raise InvalidArgumentException(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
            "Current request has no timestamp parameter."
        )
    at_ms, now_ms = round(timestamp * 1000), ctx.now_ms
    if at_ms > now_ms:
        raise InvalidArgumentException(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
            f"timestampInMillis: {at_ms}, currentTimestampInMillis: {now_ms}"
        )
    return serial_at(ctx, stream, shard, at_ms)


def get_records(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Records in order. A closed shard that has been read to its end has no next iterator, but children.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
    """
    held, now_ms = _iterator(request["ShardIterator"]), ctx.now_ms
    ctx, stream, shard = _held(ctx, held, request.get("StreamARN"))
    if now_ms > held.issued_at_ms + limits.ITERATOR_MS:
        raise ExpiredIteratorException(
            f"Iterator expired. The iterator was created at time {_date(held.issued_at_ms)} while right now it is "
            f"{_date(now_ms)} which is further in the future than the tolerated delay of "
            f"{limits.ITERATOR_MS} milliseconds."
        )
    end_dry_run(request)
    window = throughput.readable(READS.get(ctx, stream.number, shard.index) or Window(), now_ms)
    if window is None:
        raise ProvisionedThroughputExceededException(rate_exceeded(ctx, stream, shard))
    limit = request.get("Limit") or limits.RECORDS_PER_READ_MAX
    found, serial, behind_ms = read(ctx, stream, shard, held.serial, limit, limits.READ_BYTES_MAX)
    read_bytes = window.size_bytes + sum(record.size_bytes for record in found)
    READS.put(ctx, Window(window.at_ms, window.count, read_bytes), stream.number, shard.index)
    answer: dict[str, Any] = {
        "Records": [shown(shard, record) for record in found],
        "MillisBehindLatest": behind_ms,
    }
    if shard.closed_at_ms and serial >= tail_of(ctx, stream, shard).next_serial:
        return answer | {"ChildShards": children(stream, shard)}
    following = msgspec.structs.replace(held, serial=serial, issued_at_ms=now_ms)
    return answer | {"NextShardIterator": following.text()}


def _held(ctx: Context, held: Iterator, arn: str | None) -> tuple[Context, Stream, Shard]:
    """The shard of an iterator, with the context of its account and region."""
    ctx = ctx.elsewhere(account=held.account, region=held.region)
    stream = stream_named(ctx, held.stream_name)
    parsed = Arn.parse(arn) if arn else None
    if parsed and (parsed.account, parsed.resource) != (held.account, f"stream/{held.stream_name}"):
        raise InvalidArgumentException("The StreamARN is not that of the stream of the ShardIterator.")
    shard_id = f"shardId-{held.shard_index:012d}"
    shard = stream.shard(shard_id) if stream.number == held.stream_number else None
    if shard is None:
        raise ResourceNotFoundException(
            f"Shard {shard_id} in stream {stream.name} under account {ctx.account} does not exist"
        )
    return ctx, stream, shard


def _date(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")


def read(
    ctx: Context, stream: Stream, shard: Shard, serial: int, count_max: int, bytes_max: int
) -> tuple[list[Record], int, int]:
    """A page of a shard from a place on: its records, the next place, and how far it is behind the newest record."""
    found: list[Record] = []
    total_bytes, more = 0, None
    for record in records_from(ctx, stream, shard, serial):
        total_bytes += record.size_bytes
        if len(found) == count_max or (found and total_bytes > bytes_max):
            more = record
            break
        found.append(record)
    behind_ms = ctx.now_ms - found[-1].at_ms if more else 0
    following = found[-1].serial + 1 if found else max(serial, tail_of(ctx, stream, shard).next_serial)
    return found, following, behind_ms


def shown(shard: Shard, record: Record) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html"""
    answer: dict[str, Any] = {
        "SequenceNumber": sequence_number(shard, record.serial, record.at_ms),
        "ApproximateArrivalTimestamp": record.at_ms / 1000,
        "Data": record.data,
        "PartitionKey": record.partition_key,
    }
    if record.encryption_type != "NONE":
        answer["EncryptionType"] = record.encryption_type
    return answer


def children(stream: Stream, shard: Shard) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ChildShard.html"""
    return [
        {
            "ShardId": child.id,
            "ParentShards": [
                f"shardId-{index:012d}" for index in (child.parent, child.adjacent) if index >= 0
            ],
            "HashKeyRange": {"StartingHashKey": child.first, "EndingHashKey": child.last},
        }
        for child in children_of(stream, shard)
    ]

"""PutRecord and PutRecords: which shard takes a record, and whether it has room for it now (F070)."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    InvalidArgumentException,
    ProvisionedThroughputExceededException,
    ValidationException,
)
from cloudchamber.services.kinesis.model import Record, Shard, Stream, Tail
from cloudchamber.services.kinesis.operations.names import end_dry_run, stream_in
from cloudchamber.services.kinesis.records import RECORDS, TAILS, tail_of
from cloudchamber.services.kinesis.rules import throughput
from cloudchamber.services.kinesis.rules.sequences import place_of, sequence_number
from cloudchamber.services.kinesis.rules.shards import HASH_KEYS, hash_key_of


def put_record(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html"""
    ctx, stream = stream_in(ctx, request)
    batch = _Batch(ctx, stream)
    size_bytes = _size_bytes(stream, request, "")
    shard = _shard_for(stream, request)
    if request.get("SequenceNumberForOrdering") is not None:
        _check_ordering(ctx, stream, request["SequenceNumberForOrdering"])
    end_dry_run(request)
    placed = batch.put(shard, request, size_bytes)
    if placed is None:
        raise ProvisionedThroughputExceededException(rate_exceeded(ctx, stream, shard))
    batch.close()
    return {"ShardId": shard.id, "SequenceNumber": placed} | _encryption(stream)


def put_records(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Each record by itself: one that fails does not keep those behind it from their shards.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
    """
    ctx, stream = stream_in(ctx, request)
    entries, total_bytes = request["Records"], 0
    checked: list[tuple[Shard, dict[str, Any], int]] = []
    for index, entry in enumerate(entries, 1):
        size_bytes = _size_bytes(stream, entry, f"records.{index}.member.")
        total_bytes += size_bytes
        checked.append((_shard_for(stream, entry), entry, size_bytes))
    if total_bytes > limits.REQUEST_BYTES_MAX:
        raise InvalidArgumentException("Records size exceeds 10 MB limit")
    end_dry_run(request)
    batch, results, failed_count = _Batch(ctx, stream), list[dict[str, str]](), 0
    for shard, entry, size_bytes in checked:
        placed = batch.put(shard, entry, size_bytes)
        if placed is None:
            failed_count += 1
            message = rate_exceeded(ctx, stream, shard)
            results.append({"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": message})
        else:
            results.append({"SequenceNumber": placed, "ShardId": shard.id})
    batch.close()
    return {"FailedRecordCount": failed_count, "Records": results} | _encryption(stream)


def rate_exceeded(ctx: Context, stream: Stream, shard: Shard) -> str:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_Example_2_Response"""
    return f"Rate exceeded for shard {shard.id} in stream {stream.name} under account {ctx.account}."


def _encryption(stream: Stream) -> dict[str, str]:
    return {} if stream.encryption_type == "NONE" else {"EncryptionType": stream.encryption_type}


class _Batch:
    """Records on their way into the shards of a stream; the tails are written once, at the end."""

    def __init__(self, ctx: Context, stream: Stream) -> None:
        self._ctx, self._stream, self._now_ms = ctx, stream, ctx.now_ms
        self._tails: dict[int, Tail] = {}
        self._grown: dict[int, Shard] = {}

    def _tail(self, shard: Shard) -> Tail:
        found = self._tails.get(shard.index)
        if found is None:
            found = self._tails[shard.index] = tail_of(self._ctx, self._stream, shard)
        return found

    def put(self, shard: Shard, entry: dict[str, Any], size_bytes: int) -> str | None:
        """Append a record: its sequence number, or None when the shard has no room now."""
        tail = self._tail(shard)
        window = throughput.written(tail.written, self._now_ms, size_bytes)
        if window is None:
            return None
        record = Record(
            tail.next_serial, self._now_ms, entry["PartitionKey"], entry["Data"], self._stream.encryption_type
        )
        RECORDS.put(self._ctx, record, self._stream.number, shard.index, record.serial)
        self._tails[shard.index] = Tail(tail.next_serial + 1, window)
        self._grown[shard.index] = shard
        return sequence_number(shard, record.serial, self._now_ms)

    def close(self) -> None:
        """Write the tails and wake whoever waits for the shards."""
        for index, shard in self._grown.items():
            TAILS.put(self._ctx, self._tails[index], self._stream.number, index)
            self._ctx.signal("shard", self._stream.name, shard.id)


def _size_bytes(stream: Stream, entry: dict[str, Any], path: str) -> int:
    """What a record counts: its data and its partition key. Raises when the stream does not take so much."""
    key, data = entry.get("PartitionKey"), entry["Data"]
    if key is None:
        raise ValidationException(
            f"1 validation error detected: Value null at '{path}partitionKey' failed to satisfy constraint: "
            "Member must not be null"
        )
    size_bytes, bytes_max = len(data) + len(key.encode()), stream.record_kib_max * 1024
    if size_bytes > bytes_max:
        raise InvalidArgumentException(
            f"Record size of {size_bytes} bytes exceeds the maximum record size of {bytes_max} bytes for stream "
            f"{stream.name}."
        )
    return size_bytes


def _shard_for(stream: Stream, entry: dict[str, Any]) -> Shard:
    explicit = entry.get("ExplicitHashKey")
    if explicit is None:
        return stream.shard_for(hash_key_of(entry["PartitionKey"]))
    hash_key = int(explicit)
    if hash_key >= HASH_KEYS:
        raise InvalidArgumentException(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {explicit}"
        )
    return stream.shard_for(hash_key)


def _check_ordering(ctx: Context, stream: Stream, number: str) -> None:
    """A record comes behind the one it names anyway: a shard's numbers only grow. Refuse what cannot have been given out."""
    place = place_of(number)
    shard: Shard | None = None
    if place is not None and place.at_s <= ctx.now_ms // 1000:
        shard = next((each for each in stream.shards if each.index == place.shard_index), None)
    if place is None or shard is None or place.epoch_s != shard.epoch_s:
        raise InvalidArgumentException(
            f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream.name} under account "
            f"{ctx.account} is invalid."
        )

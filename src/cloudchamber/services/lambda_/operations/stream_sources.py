"""What mappings ask of Kinesis and DynamoDB Streams: whether a stream is there, its shards, and its records.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.aws.stream_records import change_record, data_origin, data_record
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Mapping, Progress, Slot
from cloudchamber.services.lambda_.records import PROGRESS
from cloudchamber.services.lambda_.rules.streams import stream_arn_of

_PRINCIPAL = "lambda.amazonaws.com"
_HOUR_MS = 3_600_000
_READ_INTERVAL_MS = 250  # a shard is read up to five times a second, by all its readers together
_RECORDS_OF_KINESIS, _RECORDS_OF_TABLES = 10_000, 1_000


def begin_at(ctx: Context, mapping: Mapping) -> None:
    """Hold a new mapping to its stream, and keep where it begins when it begins at the end. Raises AWS's error."""
    source = Arn.parse(mapping.source_arn)
    assert source is not None, "a mapping has a source"
    who = {"account": source.account, "region": source.region, "principal": _PRINCIPAL}
    stream_arn = stream_arn_of(mapping.source_arn)
    of_kinesis = source.service == "kinesis"
    try:
        if stream_arn != mapping.source_arn:
            ctx.join("kinesis", "DescribeStreamConsumer", {"ConsumerARN": mapping.source_arn}, **who)
        request = {"StreamARN" if of_kinesis else "StreamArn": stream_arn}
        ends: dict[str, str] = ctx.join(source.service, "find_shard_ends", request, **who)["Ends"]
    except AwsError as error:
        raise InvalidParameterValueException(
            f"Stream not found: {mapping.source_arn}", Type="User"
        ) from error
    if mapping.start == "LATEST":
        for shard_id, number in ends.items():
            PROGRESS.put(ctx, Progress((Slot(number),)), mapping.uuid, shard_id)


class ShardOf(NamedTuple):
    """A shard of a stream, and those that must be read to their ends before it."""

    id: str
    parents: tuple[str, ...]


class Page(NamedTuple):
    """What one read of a shard brought; `following` is None at the end of a closed shard."""

    records: list[dict[str, Any]]
    following: str | None
    caught_up: bool


class KinesisSource:
    """A stream of Kinesis."""

    interval_ms = _READ_INTERVAL_MS

    def __init__(self, ctx: Context, mapping: Mapping, role: str) -> None:
        source = Arn.parse(mapping.source_arn)
        assert source is not None, "a mapping has a source"
        self._ctx, self._source, self._role = ctx, source, role
        self._who = {"account": source.account, "region": source.region, "principal": _PRINCIPAL}
        self._stream = {"StreamARN": stream_arn_of(mapping.source_arn)}
        self._name = source.resource.split("/")[1]
        self.resharded: Hashable | None = (source.account, source.region, "kinesis", "stream", self._name)

    def arrived(self, shard_id: str) -> Hashable:
        """The signal of a new record in a shard, or of its end."""
        return (self._source.account, self._source.region, "kinesis", "shard", self._name, shard_id)

    async def retention_ms(self) -> int:
        """How long records can be read."""
        answer = await self._ctx.call("kinesis", "DescribeStreamSummary", self._stream, **self._who)
        return answer["StreamDescriptionSummary"]["RetentionPeriodHours"] * _HOUR_MS

    async def shards(self) -> list[ShardOf]:
        """All shards that can be read, open and closed."""
        found: list[ShardOf] = []
        request: dict[str, Any] = self._stream
        while True:
            answer = await self._ctx.call("kinesis", "ListShards", request, **self._who)
            for shard in answer["Shards"]:
                parents = (shard.get("ParentShardId"), shard.get("AdjacentParentShardId"))
                found.append(ShardOf(shard["ShardId"], tuple(parent for parent in parents if parent)))
            if not answer.get("NextToken"):
                return found
            request = {"NextToken": answer["NextToken"]}

    async def iterator(self, shard_id: str, position: str, mapping: Mapping) -> str:
        """Where to read on behind a position; without one, where the mapping begins."""
        request: dict[str, Any] = {**self._stream, "ShardId": shard_id, "ShardIteratorType": "TRIM_HORIZON"}
        if position:
            request |= {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": position,
            }
        elif mapping.start == "AT_TIMESTAMP":
            request |= {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": mapping.start_at_ms / 1000}
        return (await self._ctx.call("kinesis", "GetShardIterator", request, **self._who))["ShardIterator"]

    async def read(self, iterator: str) -> Page:
        """The next records of a shard."""
        request = {"ShardIterator": iterator, "Limit": _RECORDS_OF_KINESIS, **self._stream}
        answer = await self._ctx.call("kinesis", "GetRecords", request, **self._who)
        following = answer.get("NextShardIterator")
        return Page(answer["Records"], following, not answer["MillisBehindLatest"])

    def told(self, record: dict[str, Any], shard_id: str) -> tuple[dict[str, Any], str, int, bytes]:
        """A record as the function sees it, its sequence number, when it came, and the key that keeps its order."""
        told = {"kinesis": data_record(record)} | data_origin(record, shard_id, self._source, self._role)
        at_ms = round(record["ApproximateArrivalTimestamp"] * 1000)
        return told, record["SequenceNumber"], at_ms, record["PartitionKey"].encode()


class TableSource:
    """The stream of a DynamoDB table."""

    interval_ms = 0
    resharded: Hashable | None = None

    def __init__(self, ctx: Context, mapping: Mapping) -> None:
        source = Arn.parse(mapping.source_arn)
        assert source is not None, "a mapping has a source"
        self._ctx, self._source = ctx, source
        self._who = {"account": source.account, "region": source.region, "principal": _PRINCIPAL}
        self._stream = {"StreamArn": mapping.source_arn}

    def arrived(self, shard_id: str) -> Hashable:
        """The signal of a new record, or of the end of the stream."""
        table = self._source.resource.split("/")[1]
        return (self._source.account, self._source.region, "dynamodb", "stream", table)

    async def retention_ms(self) -> int:
        """How long records can be read."""
        return limits.TABLE_STREAM_RETENTION_MS

    async def shards(self) -> list[ShardOf]:
        """The shards of the stream."""
        answer = await self._ctx.call("dynamodb", "describe_stream", self._stream, **self._who)
        shards = answer["StreamDescription"]["Shards"]
        return [
            ShardOf(shard["ShardId"], (shard["ParentShardId"],) if shard.get("ParentShardId") else ())
            for shard in shards
        ]

    async def iterator(self, shard_id: str, position: str, mapping: Mapping) -> str:
        """Where to read on behind a position; what was trimmed in between is lost, as in the stream itself."""
        request: dict[str, Any] = {**self._stream, "ShardId": shard_id, "ShardIteratorType": "TRIM_HORIZON"}
        behind = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": position}
        if position:
            try:
                return await self._iterator(request | behind)
            except AwsError as error:
                if error.code != "TrimmedDataAccessException":
                    raise
        return await self._iterator(request)

    async def _iterator(self, request: dict[str, Any]) -> str:
        return (await self._ctx.call("dynamodb", "get_shard_iterator", request, **self._who))["ShardIterator"]

    async def read(self, iterator: str) -> Page:
        """The next records."""
        request = {"ShardIterator": iterator, "Limit": _RECORDS_OF_TABLES}
        answer = await self._ctx.call("dynamodb", "get_records", request, **self._who)
        records: list[dict[str, Any]] = answer["Records"]
        return Page(records, answer.get("NextShardIterator"), not records)

    def told(self, record: dict[str, Any], shard_id: str) -> tuple[dict[str, Any], str, int, bytes]:
        """A record as the function sees it, its sequence number, when it came, and the key that keeps its order."""
        change = record["dynamodb"]
        told = change_record(record, self._source)
        at_ms = round(change["ApproximateCreationDateTime"] * 1000)
        return told, change["SequenceNumber"], at_ms, repr(sorted(change["Keys"].items())).encode()


Source = KinesisSource | TableSource

"""Shards and their iterators, in the words of Kinesis and of DynamoDB Streams.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError
from cloudchamber.aws.stream_records import change_record, data_origin, data_record
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.model import Checkpoint
from cloudchamber.services.pipes.rules.streams import Held
from cloudchamber.services.pipes.tasks.runs import Run

_TRIMMED = ("InvalidArgumentException", "TrimmedDataAccessException")


class Iterators:
    """Reads the stream of one run. Raises the AwsErrors of its service."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._is_table = run.source.service == "dynamodb"
        self._name = run.source.resource.split("/")[1]
        self._kept_ms = limits.CHANGES_KEPT_MS if self._is_table else 0

    async def shards(self) -> list[dict[str, Any]]:
        """Every shard of the stream."""
        run = self._run
        if self._is_table:
            request = {"StreamArn": run.pipe.source}
            answer = await run.ask_source("DescribeStream", request, service="dynamodbstreams")
            return answer["StreamDescription"]["Shards"]
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"StreamARN": run.pipe.source}
        while True:
            answer = await run.ask_source("ListShards", page)
            found += answer["Shards"]
            if not answer.get("NextToken"):
                return found
            page = {"NextToken": answer["NextToken"]}

    async def kept_ms(self) -> int:
        """How long the stream keeps its records."""
        if not self._kept_ms:
            answer = await self._run.ask_source("DescribeStreamSummary", {"StreamARN": self._run.pipe.source})
            self._kept_ms = answer["StreamDescriptionSummary"]["RetentionPeriodHours"] * 3_600_000
        return self._kept_ms

    def arrival_of(self, shard_id: str) -> Hashable:
        """The signal that a shard has new records."""
        source = self._run.source
        name = ("stream", self._name) if self._is_table else ("shard", self._name, shard_id)
        return (source.account, source.region, source.service, *name)

    async def at(self, shard_id: str, checkpoint: Checkpoint) -> str:
        """An iterator that goes on behind a checkpoint; at the oldest record when that one is not kept any more."""
        if checkpoint.sequence_number:
            try:
                return await self._iterator(shard_id, "AFTER_SEQUENCE_NUMBER", checkpoint)
            except AwsError as error:
                if error.code not in _TRIMMED:
                    raise
        elif checkpoint.at_ms:
            return await self._iterator(shard_id, "AT_TIMESTAMP", checkpoint)
        return await self._iterator(shard_id, "TRIM_HORIZON", checkpoint)

    async def _iterator(self, shard_id: str, kind: str, checkpoint: Checkpoint) -> str:
        run, arn = self._run, self._run.pipe.source
        request: dict[str, Any] = {"ShardId": shard_id, "ShardIteratorType": kind}
        if kind == "AT_TIMESTAMP":
            request["Timestamp"] = checkpoint.at_ms / 1000
        if kind == "AFTER_SEQUENCE_NUMBER":
            member = "SequenceNumber" if self._is_table else "StartingSequenceNumber"
            request[member] = checkpoint.sequence_number
        if self._is_table:
            request["StreamArn"] = arn
            answer = await run.ask_source("GetShardIterator", request, service="dynamodbstreams")
        else:
            answer = await run.ask_source("GetShardIterator", request | {"StreamARN": arn})
        return answer["ShardIterator"]

    async def get_records(self, iterator: str, count: int) -> dict[str, Any]:
        """The next records of a shard."""
        if self._is_table:
            request = {"ShardIterator": iterator, "Limit": min(count, limits.CHANGES_PER_READ_MAX)}
            return await self._run.ask_source("GetRecords", request, service="dynamodbstreams")
        request = {"ShardIterator": iterator, "Limit": min(count, limits.RECORDS_PER_READ_MAX)}
        return await self._run.ask_source("GetRecords", request)

    def held(self, record: dict[str, Any], shard_id: str) -> Held:
        """A record as it goes through the pipe."""
        run = self._run
        if self._is_table:
            event = change_record(record, run.source)
            change = record["dynamodb"]
            number, at_s = change["SequenceNumber"], change["ApproximateCreationDateTime"]
            key = msgspec.json.encode(change["Keys"], order="sorted").decode()
        else:
            origin = data_origin(record, shard_id, run.source, run.pipe.role_arn)
            event = data_record(record) | origin
            number, at_s = record["SequenceNumber"], record["ApproximateArrivalTimestamp"]
            key = record["PartitionKey"]
        return Held(event, number, round(at_s * 1000), key, len(msgspec.json.encode(event)) + 1)

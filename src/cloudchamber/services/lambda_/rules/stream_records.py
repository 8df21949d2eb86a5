"""The records of streams on their way to functions, and what is told of those that were given up."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.wire.instants import iso8601_milliseconds


class Item(NamedTuple):
    """A record on its way: its sequence number, when it came and when it was read, and its event as JSON."""

    number: str
    at_ms: int
    read_at_ms: int
    text: bytes


class Ending(NamedTuple):
    """How the records of a batch ended: why they were given up, and the last invocation, if there was one."""

    condition: str
    request_id: str
    invoke_count: int
    answer: dict[str, Any] | None


def failure_record(
    mapping: Mapping, function_arn: str, shard_id: str, items: list[Item], ending: Ending, now_ms: int
) -> dict[str, Any]:
    """What an on-failure destination is told.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    told: dict[str, Any] = {
        "requestContext": {
            "requestId": ending.request_id,
            "functionArn": function_arn,
            "condition": ending.condition,
            "approximateInvokeCount": ending.invoke_count,
        }
    }
    if ending.answer:
        context = {"statusCode": 200, "executedVersion": ending.answer["ExecutedVersion"]}
        if ending.answer.get("FunctionError"):
            context["functionError"] = ending.answer["FunctionError"]
        told["responseContext"] = context
    batch: dict[str, Any] = {"shardId": shard_id}
    if items:
        batch |= {
            "startSequenceNumber": items[0].number,
            "endSequenceNumber": items[-1].number,
            "approximateArrivalOfFirstRecord": iso8601_milliseconds(items[0].at_ms / 1000),
            "approximateArrivalOfLastRecord": iso8601_milliseconds(items[-1].at_ms / 1000),
        }
    batch |= {"batchSize": len(items), "streamArn": mapping.source_arn}
    kind = "KinesisBatchInfo" if mapping.source_service == "kinesis" else "DDBStreamBatchInfo"
    return told | {"version": "1.0", "timestamp": iso8601_milliseconds(now_ms / 1000), kind: batch}


def event_of(items: list[Item], members: dict[str, Any]) -> bytes:
    """The event of a batch; `members` stand beside its records."""
    records = b'{"Records":[' + b",".join([item.text for item in items]) + b"]"
    return records + (b"," + msgspec.json.encode(members)[1:] if members else b"}")

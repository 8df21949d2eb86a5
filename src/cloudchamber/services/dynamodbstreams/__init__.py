"""Amazon DynamoDB Streams: another door to what DynamoDB records. Its operations join DynamoDB's tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context, Service
from cloudchamber.services.dynamodbstreams.fidelity import LEDGER


def _joining(task: str) -> Callable[[Context, dict[str, Any]], Any]:
    def operation(ctx: Context, request: dict[str, Any]) -> Any:
        return ctx.join("dynamodb", task, request)

    return operation


SERVICE = Service(
    "dynamodbstreams",
    operations={
        "DescribeStream": _joining("describe_stream"),
        "GetRecords": _joining("get_records"),
        "GetShardIterator": _joining("get_shard_iterator"),
        "ListStreams": _joining("list_streams"),
    },
    ledger=LEDGER,
    named_by=("StreamArn", "TableName"),
)

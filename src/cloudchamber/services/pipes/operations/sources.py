"""Sources: whether they exist when a pipe is made, and where reading begins in each of their shards.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.services.pipes.errors import ValidationException
from cloudchamber.services.pipes.model import Checkpoint, Pipe
from cloudchamber.services.pipes.records import CHECKPOINTS
from cloudchamber.services.pipes.rules import settings
from cloudchamber.services.pipes.rules.targets import PRINCIPAL, queue_url


def find_source(ctx: Context, pipe: Pipe) -> list[dict[str, Any]]:
    """The shards of a pipe's source, none for a queue. Raises the source's error when it does not exist."""
    source = settings.source_of(pipe.source)
    who = {"account": source.account, "region": source.region, "principal": PRINCIPAL}
    if source.service == "sqs":
        request = {"QueueUrl": queue_url(ctx.base_url, source), "AttributeNames": ["QueueArn"]}
        ctx.join("sqs", "GetQueueAttributes", request, **who)
        return []
    if source.service == "dynamodb":
        answer = ctx.join("dynamodbstreams", "DescribeStream", {"StreamArn": pipe.source}, **who)
        return answer["StreamDescription"]["Shards"]
    shards: list[dict[str, Any]] = []
    page: dict[str, Any] = {"StreamARN": pipe.source}
    while True:
        answer = ctx.join("kinesis", "ListShards", page, **who)
        shards += answer["Shards"]
        if not answer.get("NextToken"):
            return shards
        page = {"NextToken": answer["NextToken"]}


def find_dead_letters(ctx: Context, pipe: Pipe) -> None:
    """Raise the error of the queue or topic that given up records go to, when it does not exist."""
    arn = Arn.parse((settings.reading_of(pipe).get("DeadLetterConfig") or {}).get("Arn") or "")
    if arn is None:
        return
    who = {"account": arn.account, "region": arn.region, "principal": PRINCIPAL}
    if arn.service == "sqs":
        ctx.join("sqs", "GetQueueAttributes", {"QueueUrl": queue_url(ctx.base_url, arn)}, **who)
    else:
        ctx.join("sns", "GetTopicAttributes", {"TopicArn": str(arn)}, **who)


def begin_reading(ctx: Context, pipe: Pipe, shards: list[dict[str, Any]]) -> None:
    """Keep for each shard where its reading begins. Shards that come later are read from their first record.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html
    """
    reading = settings.reading_of(pipe)
    ends = _ends(ctx, pipe) if reading.get("StartingPosition") == "LATEST" else {}
    for shard in shards:
        shard_id = shard["ShardId"]
        if reading["StartingPosition"] == "AT_TIMESTAMP":
            checkpoint = Checkpoint(at_ms=min(round(reading["StartingPositionTimestamp"] * 1000), ctx.now_ms))
        else:
            is_closed = bool(shard["SequenceNumberRange"].get("EndingSequenceNumber"))
            checkpoint = Checkpoint(ends.get(shard_id, ""), done=is_closed and shard_id in ends)
        CHECKPOINTS.put(ctx, checkpoint, pipe.number, shard_id)


def _ends(ctx: Context, pipe: Pipe) -> dict[str, str]:
    """The number of the newest record of each shard."""
    source = settings.source_of(pipe.source)
    member = "StreamArn" if source.service == "dynamodb" else "StreamARN"
    who = {"account": source.account, "region": source.region, "principal": PRINCIPAL}
    return ctx.join(source.service, "find_shard_ends", {member: pipe.source}, **who)["Ends"]


def trouble_in(ctx: Context, pipe: Pipe) -> tuple[list[dict[str, Any]], str]:
    """The shards of a pipe's source, and why the pipe cannot run, if it cannot."""
    try:
        shards = find_source(ctx, pipe)
        find_dead_letters(ctx, pipe)
    except AwsError as error:
        if isinstance(error, ValidationException):
            raise
        return [], error.message
    return shards, ""

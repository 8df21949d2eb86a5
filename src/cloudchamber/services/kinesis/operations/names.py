"""Which stream a request means: by its name, or by its ARN, which may be another account's.

https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html#sharing-data-streams
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.kinesis.errors import (
    DryRunOperationException,
    InvalidArgumentException,
    ResourceNotFoundException,
)
from cloudchamber.services.kinesis.model import Consumer, Shard, Stream
from cloudchamber.services.kinesis.records import CONSUMERS, find_stream


def stream_named(ctx: Context, name: str) -> Stream:
    """The stream of that name. Raises ResourceNotFoundException."""
    stream = find_stream(ctx, name)
    if stream is None:
        raise ResourceNotFoundException(f"Stream {name} under account {ctx.account} not found.")
    return stream


def arn_of(ctx: Context, stream: Stream) -> str:
    """The stream's ARN."""
    return ctx.arn(f"stream/{stream.name}", service="kinesis")


def stream_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Stream]:
    """The stream that `StreamARN` or `StreamName` means, with the context of its account and region."""
    text, name = request.get("StreamARN"), request.get("StreamName")
    if text:
        ctx, found = located(ctx, text)
        if name and name != found:
            raise InvalidArgumentException("StreamARN and StreamName do not name the same stream.")
        return ctx, stream_named(ctx, found)
    if not name:
        raise InvalidArgumentException("Either StreamARN or StreamName must be provided.")
    return ctx, stream_named(ctx, name)


def located(ctx: Context, text: str) -> tuple[Context, str]:
    """The context and the name of the stream of an ARN."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "kinesis" or not arn.resource.startswith("stream/"):
        raise InvalidArgumentException(f"{text} is not a valid stream ARN.")
    return ctx.elsewhere(account=arn.account, region=arn.region), arn.resource.split("/")[1]


def consumer_of(ctx: Context, text: str) -> tuple[Context, Consumer]:
    """The consumer of an ARN, with the context of its account and region."""
    where, stream_name = located(ctx, text)
    name = text.rpartition("/consumer/")[2].rpartition(":")[0]
    consumer = CONSUMERS.get(where, stream_name, name)
    if consumer is None or not text.endswith(consumer.resource):
        raise ResourceNotFoundException(f"Consumer {text} under account {where.account} not found.")
    return where, consumer


def shard_in(ctx: Context, stream: Stream, shard_id: str) -> Shard:
    """The shard of a stream by its name, which may leave out the zeros. Raises ResourceNotFoundException."""
    shard = stream.shard(shard_id)
    if shard is None:
        number = shard_id.rpartition("-")[2]
        shard = stream.shard(f"shardId-{int(number):012d}") if number.isdecimal() else None
    if shard is None:
        raise ResourceNotFoundException(
            f"Shard {shard_id} in stream {stream.name} under account {ctx.account} does not exist"
        )
    return shard


def end_dry_run(request: dict[str, Any]) -> None:
    """Stop here when the caller only asked whether the request would succeed."""
    if request.get("DryRun"):
        raise DryRunOperationException()

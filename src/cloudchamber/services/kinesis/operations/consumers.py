"""Consumers with enhanced fan-out: register, describe, list, deregister.

https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    InvalidArgumentException,
    LimitExceededException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from cloudchamber.services.kinesis.model import Consumer, Stream
from cloudchamber.services.kinesis.operations.names import arn_of, consumer_of, stream_in, stream_named
from cloudchamber.services.kinesis.operations.shards import Token, check_created, token_of
from cloudchamber.services.kinesis.records import CONSUMERS, forget_consumer


def _shown(ctx: Context, consumer: Consumer, status: str = "ACTIVE") -> dict[str, Any]:
    return {
        "ConsumerName": consumer.name,
        "ConsumerARN": ctx.arn(consumer.resource, service="kinesis"),
        "ConsumerStatus": status,
        "ConsumerCreationTimestamp": consumer.created_at_ms // 1000,
    }


def register_stream_consumer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The answer says CREATING; the consumer is ACTIVE when it has been given.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
    """
    ctx, stream = stream_in(ctx, request)
    name, tags = request["ConsumerName"], request.get("Tags") or {}
    if CONSUMERS.has(ctx, stream.name, name):
        raise ResourceInUseException(
            f"Consumer {name} on stream {stream.name} under account {ctx.account} already exists."
        )
    if CONSUMERS.count(ctx, stream.name) >= limits.CONSUMERS_PER_STREAM_MAX:
        raise LimitExceededException(
            f"Stream {stream.name} under account {ctx.account} cannot have more than "
            f"{limits.CONSUMERS_PER_STREAM_MAX} registered consumers."
        )
    if len(tags) > limits.TAGS_MAX:
        raise InvalidArgumentException(f"A consumer cannot have more than {limits.TAGS_MAX} tags.")
    consumer = Consumer(name, stream.name, ctx.now_ms, tags)
    CONSUMERS.put(ctx, consumer, stream.name, name)
    return {"Consumer": _shown(ctx, consumer, "CREATING")}


def _consumer_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Consumer]:
    """The consumer that its ARN means, or its name with the ARN of its stream."""
    if request.get("ConsumerARN"):
        ctx, consumer = consumer_of(ctx, request["ConsumerARN"])
        for member, held in (("ConsumerName", consumer.name), ("StreamARN", _stream_arn(ctx, consumer))):
            if request.get(member) not in (None, held):
                raise InvalidArgumentException(f"{member} does not match the ConsumerARN.")
        return ctx, consumer
    if not request.get("StreamARN") or not request.get("ConsumerName"):
        raise InvalidArgumentException(
            "Either ConsumerARN, or both StreamARN and ConsumerName must be provided."
        )
    ctx, stream = stream_in(ctx, request)
    consumer = CONSUMERS.get(ctx, stream.name, request["ConsumerName"])
    if consumer is None:
        raise ResourceNotFoundException(
            f"Consumer {request['ConsumerName']}, stream {stream.name} under account {ctx.account} not found."
        )
    return ctx, consumer


def _stream_arn(ctx: Context, consumer: Consumer) -> str:
    return ctx.arn(f"stream/{consumer.stream_name}", service="kinesis")


def describe_stream_consumer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html"""
    ctx, consumer = _consumer_in(ctx, request)
    return {"ConsumerDescription": _shown(ctx, consumer) | {"StreamARN": _stream_arn(ctx, consumer)}}


def deregister_stream_consumer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html"""
    ctx, consumer = _consumer_in(ctx, request)
    forget_consumer(ctx, consumer)
    ctx.signal("stream", consumer.stream_name)
    return {}


def list_stream_consumers(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html"""
    ctx, stream, behind = _asked(ctx, request)
    size = request.get("MaxResults") or limits.CONSUMERS_PER_PAGE_DEFAULT
    found = [consumer for consumer in CONSUMERS.values(ctx, stream.name) if consumer.name > behind]
    answer: dict[str, Any] = {"Consumers": [_shown(ctx, consumer) for consumer in found[:size]]}
    if len(found) > size:
        token = Token(ctx.account, ctx.region, stream.name, found[size - 1].name, ctx.now_ms)
        answer["NextToken"] = token.text()
    return answer


def _asked(ctx: Context, request: dict[str, Any]) -> tuple[Context, Stream, str]:
    ctx, stream = stream_in(ctx, request)
    check_created(stream, request)
    if not request.get("NextToken"):
        return ctx, stream, ""
    token = token_of(request["NextToken"], ctx.now_ms)
    if not isinstance(token.behind, str) or arn_of(ctx, stream_named(ctx, token.stream_name)) != arn_of(
        ctx, stream
    ):
        raise InvalidArgumentException("NextToken is invalid.")
    return ctx, stream, token.behind

"""SplitShard, MergeShards and UpdateShardCount.

https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    InvalidArgumentException,
    LimitExceededException,
    ResourceInUseException,
    ValidationException,
)
from cloudchamber.services.kinesis.model import Shard, Stream
from cloudchamber.services.kinesis.operations.names import arn_of, shard_in, stream_in
from cloudchamber.services.kinesis.operations.streams import check_limits
from cloudchamber.services.kinesis.records import STREAMS
from cloudchamber.services.kinesis.rules import shards as rules


def split_shard(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html"""
    ctx, stream = _provisioned(ctx, request)
    shard = _open(ctx, stream, request["ShardToSplit"])
    at, (low, high) = int(request["NewStartingHashKey"]), shard.span
    if not low + 1 < at < high:
        raise InvalidArgumentException(
            f"NewStartingHashKey {at} used in SplitShard() on shard {shard.id} in stream {stream.name} under account "
            f"{ctx.account} is not both greater than one plus the shard's StartingHashKey {low} and less than the "
            f"shard's EndingHashKey {high}."
        )
    check_limits(ctx, stream.mode, 1)
    _keep(ctx, stream, rules.split(stream, shard, at, ctx.now_ms))
    return {}


def merge_shards(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html"""
    ctx, stream = _provisioned(ctx, request)
    shard = _open(ctx, stream, request["ShardToMerge"])
    adjacent = _open(ctx, stream, request["AdjacentShardToMerge"])
    low, high = sorted((shard, adjacent), key=lambda each: each.span)
    if low.span[1] + 1 != high.span[0]:
        raise InvalidArgumentException(
            f"Shards {shard.id} and {adjacent.id} in stream {stream.name} under account {ctx.account} are not an "
            "adjacent pair of shards eligible for merging"
        )
    _keep(ctx, stream, rules.merge(stream, shard, adjacent, ctx.now_ms))
    return {}


def update_shard_count(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html

    `ScalingType` is UNIFORM_SCALING: the model knows no other.
    """
    ctx, stream = _provisioned(ctx, request)
    current, target, now_ms = len(stream.open_shards), request["TargetShardCount"], ctx.now_ms
    if target > 2 * current:
        raise InvalidArgumentException(
            "UpdateShardCount cannot scale up over double your current open shard count. "
            f"Current open shard count: {current} Target shard count: {target}"
        )
    if 2 * target < current:
        raise InvalidArgumentException(
            "UpdateShardCount cannot scale down below half your current open shard count. "
            f"Current open shard count: {current} Target shard count: {target}"
        )
    recent = tuple(at_ms for at_ms in stream.scaled_at_ms if at_ms > now_ms - limits.DAY_MS)
    if len(recent) >= limits.SCALINGS_PER_DAY_MAX:
        raise LimitExceededException(
            f"UpdateShardCount cannot be called more than {limits.SCALINGS_PER_DAY_MAX} times per rolling 24-hour "
            f"period for stream {stream.name} under account {ctx.account}."
        )
    check_limits(ctx, stream.mode, max(0, target - current))
    spread = rules.spread(stream, target, now_ms)
    _keep(ctx, stream, msgspec.structs.replace(spread, scaled_at_ms=(*recent, now_ms)))
    return {
        "StreamName": stream.name,
        "CurrentShardCount": current,
        "TargetShardCount": target,
        "StreamARN": arn_of(ctx, stream),
    }


def _provisioned(ctx: Context, request: dict[str, Any]) -> tuple[Context, Stream]:
    ctx, stream = stream_in(ctx, request)
    if stream.mode == "ON_DEMAND":
        raise ValidationException(
            f"Request is invalid. Stream {stream.name} under account {ctx.account} is in On-Demand mode."
        )
    return ctx, stream


def _open(ctx: Context, stream: Stream, shard_id: str) -> Shard:
    shard = shard_in(ctx, stream, shard_id)
    if shard.closed_at_ms:
        raise ResourceInUseException(
            f"Shard {shard.id} in stream {stream.name} under account {ctx.account} has already been merged or split, "
            "and thus is not eligible for merging or splitting."
        )
    return shard


def _keep(ctx: Context, before: Stream, after: Stream) -> None:
    """Write a stream and wake whoever waits for the shards that were closed."""
    STREAMS.put(ctx, after, after.name)
    ctx.signal("stream", after.name)
    for shard in before.open_shards:
        now = after.shard(shard.id)
        if now and now.closed_at_ms:
            ctx.signal("shard", after.name, shard.id)

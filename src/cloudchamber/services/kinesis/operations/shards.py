"""Shards: how they are shown, and listed.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Shard.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    ExpiredNextTokenException,
    InvalidArgumentException,
    ResourceInUseException,
)
from cloudchamber.services.kinesis.model import Shard, Stream
from cloudchamber.services.kinesis.operations.names import shard_in, stream_in, stream_named
from cloudchamber.services.kinesis.rules.sequences import first_number, last_number
from cloudchamber.services.kinesis.rules.shards import was_open


class Token(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page of a list begins: in which stream, behind what, for which filter, and when it was given out."""

    account: str
    region: str
    stream_name: str
    behind: int | str
    issued_at_ms: int
    shard_filter: dict[str, Any] | None = None

    def text(self) -> str:
        """The form that callers are given."""
        return base64.urlsafe_b64encode(msgspec.msgpack.encode(self)).decode()


def token_of(text: str, now_ms: int) -> Token:
    """A token that was given out. Raises ExpiredNextTokenException five minutes later."""
    try:
        token = msgspec.msgpack.decode(base64.urlsafe_b64decode(text), type=Token)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise InvalidArgumentException("NextToken is invalid.") from None
    if now_ms > token.issued_at_ms + limits.NEXT_TOKEN_MS:
        raise ExpiredNextTokenException()
    return token


def shown(shard: Shard) -> dict[str, Any]:
    """A shard as AWS describes it."""
    numbers = {"StartingSequenceNumber": first_number(shard)}
    if shard.closed_at_ms:
        numbers["EndingSequenceNumber"] = last_number(shard)
    answer: dict[str, Any] = {"ShardId": shard.id}
    if shard.parent >= 0:
        answer["ParentShardId"] = f"shardId-{shard.parent:012d}"
    if shard.adjacent >= 0:
        answer["AdjacentParentShardId"] = f"shardId-{shard.adjacent:012d}"
    return answer | {
        "HashKeyRange": {"StartingHashKey": shard.first, "EndingHashKey": shard.last},
        "SequenceNumberRange": numbers,
    }


def list_shards(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html"""
    ctx, stream, behind, shard_filter = _asked(ctx, request)
    shards = [shard for shard in stream.shards if shard.index > behind]
    if shard_filter:
        shards = _filtered(ctx, stream, shards, shard_filter)
    size = request.get("MaxResults") or limits.SHARDS_PER_PAGE_DEFAULT
    answer: dict[str, Any] = {"Shards": [shown(shard) for shard in shards[:size]]}
    if len(shards) > size:
        last = shards[size - 1].index
        token = Token(ctx.account, ctx.region, stream.name, last, ctx.now_ms, shard_filter)
        answer["NextToken"] = token.text()
    return answer


def _asked(ctx: Context, request: dict[str, Any]) -> tuple[Context, Stream, int, dict[str, Any] | None]:
    """The stream, the index behind which to begin, and the filter."""
    if request.get("NextToken"):
        for member in ("StreamName", "StreamCreationTimestamp", "ExclusiveStartShardId", "ShardFilter"):
            if request.get(member) is not None:
                raise InvalidArgumentException(f"NextToken and {member} cannot be provided together.")
        token = token_of(request["NextToken"], ctx.now_ms)
        if not isinstance(token.behind, int):
            raise InvalidArgumentException("NextToken is invalid.")
        ctx = ctx.elsewhere(account=token.account, region=token.region)
        return ctx, stream_named(ctx, token.stream_name), token.behind, token.shard_filter
    ctx, stream = stream_in(ctx, request)
    check_created(stream, request)
    start = request.get("ExclusiveStartShardId")
    behind = shard_in(ctx, stream, start).index if start else -1
    return ctx, stream, behind, request.get("ShardFilter")


def check_created(stream: Stream, request: dict[str, Any]) -> None:
    """Hold a request to the stream it means, when an earlier one had the same name."""
    created = request.get("StreamCreationTimestamp")
    if created is not None and int(created) != stream.created_at_ms // 1000:
        raise ResourceInUseException(f"Stream {stream.name} was not created at the timestamp {int(created)}.")


def _filtered(ctx: Context, stream: Stream, shards: list[Shard], shard_filter: dict[str, Any]) -> list[Shard]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html"""
    kind, horizon_ms = shard_filter["Type"], max(stream.trimmed_at_ms(ctx.now_ms), stream.created_at_ms)
    if kind == "AFTER_SHARD_ID":
        if not shard_filter.get("ShardId"):
            raise InvalidArgumentException("ShardId must be provided for the filter type AFTER_SHARD_ID.")
        behind = shard_in(ctx, stream, shard_filter["ShardId"]).index
        return [shard for shard in shards if shard.index > behind]
    if kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        if shard_filter.get("Timestamp") is None:
            raise InvalidArgumentException(f"Timestamp must be provided for the filter type {kind}.")
        at_ms = round(shard_filter["Timestamp"] * 1000)
        if at_ms > ctx.now_ms:
            raise InvalidArgumentException("The Timestamp of a ShardFilter cannot be in the future.")
        horizon_ms = max(at_ms, horizon_ms)
    if kind == "AT_LATEST":
        return [shard for shard in shards if not shard.closed_at_ms]
    if kind.startswith("FROM_"):
        return [shard for shard in shards if not 0 < shard.closed_at_ms < horizon_ms]
    return [shard for shard in shards if was_open(shard, horizon_ms)]

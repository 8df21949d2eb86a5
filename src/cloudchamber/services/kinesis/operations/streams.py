"""Streams: create, describe, list, delete.

A stream is usable as soon as the call that creates or changes it has been answered: it is never seen CREATING or UPDATING.
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    InvalidArgumentException,
    LimitExceededException,
    ResourceInUseException,
    ValidationException,
)
from cloudchamber.services.kinesis.model import Stream
from cloudchamber.services.kinesis.operations.names import arn_of, shard_in, stream_in
from cloudchamber.services.kinesis.operations.shards import shown
from cloudchamber.services.kinesis.records import CONSUMERS, STREAMS, find_stream, forget_stream
from cloudchamber.services.kinesis.rules.shards import first_shards


def create_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html"""
    name, tags, now_ms = request["StreamName"], request.get("Tags") or {}, ctx.now_ms
    mode = (request.get("StreamModeDetails") or {}).get("StreamMode", "PROVISIONED")
    count = _shard_count(request, mode)
    if find_stream(ctx, name):
        raise ResourceInUseException(f"Stream {name} under account {ctx.account} already exists.")
    if len(tags) > limits.TAGS_MAX:
        raise InvalidArgumentException(
            f"Failed to add tags to stream {name} under account {ctx.account} because a given stream cannot have more "
            f"than {limits.TAGS_MAX} tags associated with it."
        )
    check_limits(ctx, mode, count)
    stream = Stream(
        name=name,
        number=ctx.serial(),
        created_at_ms=now_ms,
        shards=first_shards(count, now_ms),
        mode=mode,
        next_index=count,
        record_kib_max=request.get("MaxRecordSizeInKiB") or limits.RECORD_KIB_DEFAULT,
        tags=tags,
        warm_mibps=request.get("WarmThroughputMiBps") or 0,
        distribution=request.get("RecordDistributionStrategy") or "USER_PARTITION_KEY",
    )
    STREAMS.put(ctx, stream, name)
    ctx.signal("stream", name)
    first_trim_ms = now_ms + limits.RETENTION_HOURS_DEFAULT * limits.HOUR_MS
    trim = {"StreamName": name, "Number": stream.number}
    ctx.later("kinesis", "trim_records", trim, due_at_ms=first_trim_ms, recurring=True)
    return {}


def _shard_count(request: dict[str, Any], mode: str) -> int:
    count = request.get("ShardCount")
    if mode == "ON_DEMAND":
        if count is not None:
            raise ValidationException("ShardCount must not be provided for streams in On-Demand mode.")
        return limits.ON_DEMAND_SHARDS_DEFAULT
    if request.get("WarmThroughputMiBps"):
        raise ValidationException("WarmThroughputMiBps is only supported for streams in On-Demand mode.")
    if count is None:
        raise ValidationException("ShardCount must be provided for streams in Provisioned mode.")
    return count


def check_limits(ctx: Context, mode: str, more: int) -> None:
    """Raise LimitExceededException when the account may not have `more` shards, or one more on-demand stream."""
    streams = STREAMS.values(ctx)
    if mode == "ON_DEMAND":
        if sum(stream.mode == mode for stream in streams) >= limits.ON_DEMAND_STREAMS_MAX:
            raise LimitExceededException(
                f"This request would exceed the on-demand stream limit for the account {ctx.account} in {ctx.region}. "
                f"Limit: {limits.ON_DEMAND_STREAMS_MAX}."
            )
        return
    count = sum(len(stream.open_shards) for stream in streams)
    if count + more > limits.SHARDS_MAX:
        raise LimitExceededException(
            f"This request would exceed the shard limit for the account {ctx.account} in {ctx.region}. "
            f"Current shard count for the account: {count}. Limit: {limits.SHARDS_MAX}. "
            f"Number of additional shards that would have resulted from this request: {more}. "
            "Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
            "for current limits and how to request higher limits."
        )


def _described(ctx: Context, stream: Stream) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "StreamName": stream.name,
        "StreamARN": arn_of(ctx, stream),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": stream.mode},
        "RetentionPeriodHours": stream.retention_hours,
        "StreamCreationTimestamp": stream.created_at_ms // 1000,
        "EnhancedMonitoring": [{"ShardLevelMetrics": list(stream.metrics)}],
        "EncryptionType": stream.encryption_type,
    }
    if stream.key_id:
        answer["KeyId"] = stream.key_id
    return answer


def describe_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html"""
    ctx, stream = stream_in(ctx, request)
    start, limit = request.get("ExclusiveStartShardId"), request.get("Limit")
    shards = list(stream.shards)
    if start:
        index = shard_in(ctx, stream, start).index
        shards = [shard for shard in shards if shard.index > index]
    count = limit or limits.SHARDS_DESCRIBED_DEFAULT
    described = _described(ctx, stream) | {
        "Shards": [shown(shard) for shard in shards[:count]],
        "HasMoreShards": len(shards) > count,
    }
    return {"StreamDescription": described}


def describe_stream_summary(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html"""
    ctx, stream = stream_in(ctx, request)
    summary = _described(ctx, stream) | {
        "OpenShardCount": len(stream.open_shards),
        "ConsumerCount": CONSUMERS.count(ctx, stream.name),
        "MaxRecordSizeInKiB": stream.record_kib_max,
    }
    if stream.warm_mibps:
        summary["WarmThroughput"] = {
            "TargetMiBps": stream.warm_mibps,
            "CurrentMiBps": stream.warm_mibps,
        }
    if stream.distribution != "USER_PARTITION_KEY":
        summary["RecordDistributionStrategy"] = stream.distribution
    return {"StreamDescriptionSummary": summary}


def list_streams(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html"""
    start, token = request.get("ExclusiveStartStreamName"), request.get("NextToken")
    if start and token:
        raise InvalidArgumentException("ExclusiveStartStreamName and NextToken cannot be provided together.")
    size = request.get("Limit") or limits.STREAMS_PER_PAGE_DEFAULT
    streams = [stream for stream in STREAMS.values(ctx) if not start or stream.name > start]
    try:
        found, following = page(streams, lambda stream: stream.name, size, token)
    except InvalidToken:
        raise InvalidArgumentException("Invalid NextToken") from None
    answer: dict[str, Any] = {
        "StreamNames": [stream.name for stream in found],
        "HasMoreStreams": following is not None,
        "StreamSummaries": [
            {
                "StreamName": stream.name,
                "StreamARN": arn_of(ctx, stream),
                "StreamStatus": "ACTIVE",
                "StreamModeDetails": {"StreamMode": stream.mode},
                "StreamCreationTimestamp": stream.created_at_ms // 1000,
            }
            for stream in found
        ],
    }
    return answer | ({"NextToken": following} if following else {})


def delete_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html"""
    ctx, stream = stream_in(ctx, request)
    if not request.get("EnforceConsumerDeletion") and CONSUMERS.count(ctx, stream.name):
        raise ResourceInUseException(
            f"Stream {stream.name} under account {ctx.account} has registered consumers. Deregister them, or set "
            "EnforceConsumerDeletion."
        )
    forget_stream(ctx, stream)
    ctx.signal("stream", stream.name)
    for shard in stream.shards:
        ctx.signal("shard", stream.name, shard.id)
    return {}

"""Settings of a stream: retention, mode, record size, encryption, monitoring, warm throughput, distribution."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.errors import (
    InvalidArgumentException,
    LimitExceededException,
    ValidationException,
)
from cloudchamber.services.kinesis.model import Stream
from cloudchamber.services.kinesis.operations.names import arn_of, stream_in
from cloudchamber.services.kinesis.operations.streams import check_limits
from cloudchamber.services.kinesis.records import STREAMS, trim

_METRICS = (
    "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
    "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded",
)  # fmt: skip


def _change(ctx: Context, stream: Stream, **members: Any) -> None:
    STREAMS.put(ctx, msgspec.structs.replace(stream, **members), stream.name)


def increase_retention(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html"""
    ctx, stream = stream_in(ctx, request)
    hours = _retention_hours(request)
    if hours < stream.retention_hours:
        raise InvalidArgumentException(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be shorter than existing "
            f"retention period ({stream.retention_hours} hours). Use DecreaseRetentionPeriod API."
        )
    # What is past the old period is gone, even where it was not removed yet.
    _change(ctx, trim(ctx, stream), retention_hours=hours)
    return {}


def decrease_retention(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Records older than the new period are gone at once.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html
    """
    ctx, stream = stream_in(ctx, request)
    hours = _retention_hours(request)
    if hours > stream.retention_hours:
        raise InvalidArgumentException(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be longer than existing "
            f"retention period ({stream.retention_hours} hours). Use IncreaseRetentionPeriod API."
        )
    shorter = msgspec.structs.replace(stream, retention_hours=hours)
    STREAMS.put(ctx, trim(ctx, shorter), stream.name)
    return {}


def _retention_hours(request: dict[str, Any]) -> int:
    hours = request["RetentionPeriodHours"]
    if hours < limits.RETENTION_HOURS_DEFAULT:
        raise InvalidArgumentException(
            f"Minimum allowed retention period is {limits.RETENTION_HOURS_DEFAULT} hours. "
            f"Requested retention period ({hours} hours) is too short."
        )
    if hours > limits.RETENTION_HOURS_MAX:
        raise InvalidArgumentException(
            f"Maximum allowed retention period is {limits.RETENTION_HOURS_MAX} hours. "
            f"Requested retention period ({hours} hours) is too long."
        )
    return hours


def update_stream_mode(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html"""
    ctx, stream = stream_in(ctx, request)
    mode, now_ms = request["StreamModeDetails"]["StreamMode"], ctx.now_ms
    warm_mibps = request.get("WarmThroughputMiBps") or 0
    if warm_mibps and mode != "ON_DEMAND":
        raise ValidationException("WarmThroughputMiBps is only supported for streams in On-Demand mode.")
    if mode != stream.mode:
        recent = tuple(at_ms for at_ms in stream.mode_changed_at_ms if at_ms > now_ms - limits.DAY_MS)
        if len(recent) >= limits.MODE_CHANGES_PER_DAY_MAX:
            raise LimitExceededException(
                f"The capacity mode of stream {stream.name} under account {ctx.account} can be changed "
                f"{limits.MODE_CHANGES_PER_DAY_MAX} times in 24 hours."
            )
        check_limits(ctx, mode, 0)
        stream = msgspec.structs.replace(stream, mode=mode, mode_changed_at_ms=(*recent, now_ms))
    _change(ctx, stream, warm_mibps=warm_mibps)
    return {}


def update_max_record_size(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html"""
    ctx, stream = stream_in(ctx, request)
    _change(ctx, stream, record_kib_max=request["MaxRecordSizeInKiB"])
    return {}


def update_warm_throughput(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html"""
    ctx, stream = stream_in(ctx, request)
    warm_mibps = request["WarmThroughputMiBps"]
    if stream.mode != "ON_DEMAND":
        raise ValidationException("WarmThroughputMiBps is only supported for streams in On-Demand mode.")
    _change(ctx, stream, warm_mibps=warm_mibps)
    return {
        "StreamARN": arn_of(ctx, stream),
        "StreamName": stream.name,
        "WarmThroughput": {"TargetMiBps": warm_mibps, "CurrentMiBps": warm_mibps},
    }


def start_encryption(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html"""
    ctx, stream = stream_in(ctx, request)
    if request["EncryptionType"] != "KMS":
        raise InvalidArgumentException("The only valid value of EncryptionType is KMS.")
    _change(ctx, stream, encryption_type="KMS", key_id=request["KeyId"])
    return {}


def stop_encryption(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html"""
    ctx, stream = stream_in(ctx, request)
    if request["EncryptionType"] != "KMS":
        raise InvalidArgumentException("The only valid value of EncryptionType is KMS.")
    if stream.encryption_type == "KMS" and request["KeyId"] != stream.key_id:
        raise InvalidArgumentException(
            f"KeyId {request['KeyId']} is not the key of stream {stream.name} under account {ctx.account}."
        )
    _change(ctx, stream, encryption_type="NONE", key_id="")
    return {}


def enable_monitoring(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html"""
    ctx, stream = stream_in(ctx, request)
    wanted = {*stream.metrics, *_metrics(request)}
    return _monitored(ctx, stream, tuple(sorted(wanted)))


def disable_monitoring(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html"""
    ctx, stream = stream_in(ctx, request)
    wanted = set(stream.metrics).difference(_metrics(request))
    return _monitored(ctx, stream, tuple(sorted(wanted)))


def _metrics(request: dict[str, Any]) -> tuple[str, ...]:
    named = request["ShardLevelMetrics"]
    return _METRICS if "ALL" in named else tuple(named)


def _monitored(ctx: Context, stream: Stream, metrics: tuple[str, ...]) -> dict[str, Any]:
    _change(ctx, stream, metrics=metrics)
    return {
        "StreamName": stream.name,
        "CurrentShardLevelMetrics": list(stream.metrics),
        "DesiredShardLevelMetrics": list(metrics),
        "StreamARN": arn_of(ctx, stream),
    }


def describe_limits(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html"""
    streams = STREAMS.values(ctx)
    return {
        "ShardLimit": limits.SHARDS_MAX,
        "OpenShardCount": sum(len(stream.open_shards) for stream in streams),
        "OnDemandStreamCount": sum(stream.mode == "ON_DEMAND" for stream in streams),
        "OnDemandStreamCountLimit": limits.ON_DEMAND_STREAMS_MAX,
    }

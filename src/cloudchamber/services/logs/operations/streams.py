"""Log streams: create, describe, delete."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.logs.errors import InvalidParameterException, ResourceAlreadyExistsException
from cloudchamber.services.logs.model import LogStream
from cloudchamber.services.logs.operations.names import group_arn, group_in, paged
from cloudchamber.services.logs.records import STREAMS, forget_stream, group_named, stream_named


def create_log_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html"""
    group_name, name = request["logGroupName"], request["logStreamName"]
    group_named(ctx, group_name)
    if STREAMS.has(ctx, group_name, name):
        raise ResourceAlreadyExistsException("The specified log stream already exists")
    STREAMS.put(ctx, LogStream(name, ctx.now_ms), group_name, name)
    return {}


def delete_log_stream(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html"""
    group = group_named(ctx, request["logGroupName"])
    stream = stream_named(ctx, group.name, request["logStreamName"])
    forget_stream(ctx, group.name, stream.name)
    return {}


def describe_log_streams(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html"""
    where, group = group_in(ctx, request)
    prefix, by_time = request.get("logStreamNamePrefix"), request.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
    matching = [s for s in STREAMS.values(where, group.name) if s.name.startswith(prefix or "")]
    keyed = [(_order_key(stream, by_time=by_time), stream) for stream in matching]
    keyed.sort(key=lambda pair: pair[0], reverse=bool(request.get("descending")))
    # A page ends at a place in the order asked for, which is not always that of the names.
    placed = [(f"{place:09d}", stream) for place, (_, stream) in enumerate(keyed)]
    chosen, more = paged(request, placed, lambda pair: pair[0])
    arn = group_arn(where, group.name)
    return {"logStreams": [_described(arn, stream) for _, stream in chosen]} | more


def _order_key(stream: LogStream, *, by_time: bool) -> tuple[int, str]:
    return (stream.last_event_at_ms or 0, stream.name) if by_time else (0, stream.name)


def _described(arn: str, stream: LogStream) -> dict[str, Any]:
    """`storedBytes` of a stream is always 0 since 2019; that of its group is not."""
    answer: dict[str, Any] = {
        "logStreamName": stream.name,
        "creationTime": stream.created_at_ms,
        "arn": f"{arn}:log-stream:{stream.name}",
        "storedBytes": 0,
    }
    if stream.ingested_at_ms is not None:
        answer["lastIngestionTime"] = stream.ingested_at_ms
        answer["uploadSequenceToken"] = f"{stream.ingested_at_ms:056d}"
    if stream.first_event_at_ms is not None:
        answer["firstEventTimestamp"] = stream.first_event_at_ms
        answer["lastEventTimestamp"] = stream.last_event_at_ms
    return answer

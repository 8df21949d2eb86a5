"""GetLogEvents and FilterLogEvents: pages of one stream, and of a group's streams interleaved.

A page is at most 1 MB or 10,000 events, and may be empty although more follows (F078).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.logs import limits, rules
from cloudchamber.services.logs.errors import InvalidParameterException
from cloudchamber.services.logs.model import LogEvent, LogGroup, LogStream, Position
from cloudchamber.services.logs.operations.names import group_in
from cloudchamber.services.logs.records import STREAMS, group_events, stream_events, stream_named

FORWARD, BACKWARD = "f", "b"
BACKWARD_SINCE_MS_MIN = 1_704_067_200_000  # 2024-01-01


def get_log_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A page of one stream, always in ascending order. At an end, the token given is given back.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    where, group = group_in(ctx, request)
    stream = stream_named(where, group.name, request["logStreamName"])
    since, before = _bounds(where, group, request.get("startTime"), request.get("endTime"))
    token, forward = request.get("nextToken"), bool(request.get("startFromHead"))
    if token:
        direction, position = _read_get_token(token)
        forward = direction == FORWARD
        since, before = (max(since, position), before) if forward else (since, min(before, position))
    found = stream_events(where, group.name, stream.name, since, before, reverse=not forward)
    events = _page(found, request.get("limit") or limits.PAGE_EVENTS_MAX)
    if not forward:
        events.reverse()
    if events:
        ahead, back = rules.behind(events[-1].position), events[0].position
    else:
        ahead = back = before if token and not forward else since
    return {
        "events": [_event(event) for event in events],
        "nextForwardToken": f"f/{rules.event_id(ahead)}/s",
        "nextBackwardToken": f"b/{rules.event_id(back)}/s",
    }


def _bounds(
    ctx: Context, group: LogGroup, start_ms: int | None, end_ms: int | None
) -> tuple[Position, Position]:
    since_ms = max(start_ms or 0, rules.retained_since_ms(group, ctx.now_ms))
    return (since_ms, 0, 0), rules.END if end_ms is None else (end_ms, 0, 0)


def _read_get_token(token: str) -> tuple[str, Position]:
    direction, _, rest = token.partition("/")
    if direction not in (FORWARD, BACKWARD) or not rest.endswith("/s"):
        raise InvalidParameterException("The specified nextToken is invalid.")
    return direction, rules.position_of(rest[:-2])


def _page(found: Iterator[LogEvent], limit: int) -> list[LogEvent]:
    events: list[LogEvent] = []
    size = 0
    for event in found:
        size += rules.size_bytes(event.message)
        if events and size > limits.PAGE_BYTES_MAX:
            break
        events.append(event)
        if len(events) == limit:
            break
    return events


def _event(event: LogEvent) -> dict[str, Any]:
    return {
        "timestamp": event.position[0],
        "message": event.message,
        "ingestionTime": event.ingested_at_ms,
    }


def filter_log_events(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A page of the events of a group that match a pattern, in order of their timestamps.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    where, group = group_in(ctx, request)
    pattern = rules.compile_pattern(request.get("filterPattern") or "")
    end_ms = request.get("endTime")
    since, before = _bounds(
        where, group, request.get("startTime"), None if end_ms is None else end_ms + 1
    )  # an event at endTime is still given, unlike in GetLogEvents
    backward = request.get("startFromHead") is False
    if request.get("nextToken"):
        backward, position = _read_filter_token(request["nextToken"])
        since, before = (since, min(before, position)) if backward else (max(since, position), before)
    elif backward and (request.get("startTime") or 0) < BACKWARD_SINCE_MS_MIN:
        raise InvalidParameterException(
            "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC."
        )
    streams = _streams(where, group, request)
    found = group_events(where, group.name, streams, since, before, reverse=backward)
    limit = request.get("limit") or limits.PAGE_EVENTS_MAX
    answer: dict[str, Any] = {"events": [], "searchedLogStreams": []}
    size = 0
    for examined, event in enumerate(found):
        if len(answer["events"]) == limit or examined == limits.PAGE_EVENTS_MAX:
            return answer | {"nextToken": _filter_token(event, backward=backward)}
        if pattern.matches(event.message):
            size += rules.size_bytes(event.message)
            if answer["events"] and size > limits.PAGE_BYTES_MAX:
                return answer | {"nextToken": _filter_token(event, backward=backward)}
            filtered = {"logStreamName": event.stream_name, "eventId": rules.event_id(event.position)}
            answer["events"].append(_event(event) | filtered)
    return answer


def _streams(ctx: Context, group: LogGroup, request: dict[str, Any]) -> list[LogStream]:
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameterException(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."
        )
    if names:
        return [stream_named(ctx, group.name, name) for name in dict.fromkeys(names)]
    return [s for s in STREAMS.values(ctx, group.name) if s.name.startswith(prefix or "")]


def _filter_token(event: LogEvent, *, backward: bool) -> str:
    """Where the next page begins: at `event`, the first one that was not looked at."""
    if backward:
        return f"Bxkq6b/{rules.event_id(rules.behind(event.position))}"
    return f"Bxkq6f/{rules.event_id(event.position)}"


def _read_filter_token(token: str) -> tuple[bool, Position]:
    head, _, rest = token.partition("/")
    if head not in ("Bxkq6f", "Bxkq6b"):
        raise InvalidParameterException("The specified nextToken is invalid.")
    return head == "Bxkq6b", rules.position_of(rest)

"""What CloudWatch Logs decides from values and an instant alone."""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.filter_pattern import FilterPattern, InvalidFilterPattern, compile_filter
from cloudchamber.services.logs import limits
from cloudchamber.services.logs.errors import InvalidParameterException
from cloudchamber.services.logs.model import LogGroup, Position

DAY_MS = 86_400_000
BEGIN: Position = (0, 0, 0)
END: Position = (1 << 53, 0, 0)


def size_bytes(message: str) -> int:
    """What an event counts: its text in UTF-8 and 26 bytes."""
    length = len(message) if message.isascii() else len(message.encode("utf-8", "surrogatepass"))
    return length + limits.EVENT_OVERHEAD_BYTES


def check_batch(events: list[dict[str, Any]]) -> None:
    """Raise AWS's error for a batch that is not taken as a whole.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    """
    total, previous_ms = 0, 0
    for event in events:
        total += size_bytes(event["message"])
        if event["timestamp"] < previous_ms:
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        previous_ms = event["timestamp"]
    if total > limits.BATCH_BYTES_MAX:
        raise InvalidParameterException(
            f"Upload too large: {total} bytes exceeds limit of {limits.BATCH_BYTES_MAX}"
        )
    if previous_ms - events[0]["timestamp"] > limits.BATCH_SPAN_MS_MAX:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )


def retained_since_ms(group: LogGroup, now_ms: int) -> int:
    """The instant in front of which the group's events are expired; 0 when they never do."""
    return now_ms - group.retention_days * DAY_MS if group.retention_days else 0


def rejected(group: LogGroup, events: list[dict[str, Any]], now_ms: int) -> dict[str, int]:
    """Which events of a batch in order are not taken: RejectedLogEventsInfo, empty when all are.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
    """
    oldest_ms, newest_ms = now_ms - limits.AGE_MS_MAX, now_ms + limits.FUTURE_MS_MAX
    retained_ms = retained_since_ms(group, now_ms)
    first_ms, last_ms = events[0]["timestamp"], events[-1]["timestamp"]
    info: dict[str, int] = {}
    if last_ms > newest_ms:
        info["tooNewLogEventStartIndex"] = sum(event["timestamp"] <= newest_ms for event in events)
    if first_ms < oldest_ms:
        info["tooOldLogEventEndIndex"] = sum(event["timestamp"] < oldest_ms for event in events)
    if first_ms < retained_ms:
        info["expiredLogEventEndIndex"] = sum(event["timestamp"] < retained_ms for event in events)
    return info


def accepted(events: list[dict[str, Any]], info: dict[str, int]) -> list[dict[str, Any]]:
    """The events of a batch that are taken."""
    if not info:
        return events
    begin = max(info.get("tooOldLogEventEndIndex", 0), info.get("expiredLogEventEndIndex", 0))
    return events[begin : info.get("tooNewLogEventStartIndex", len(events))]


def event_id(position: Position) -> str:
    """The 56 digits that name an event; they sort as the events do."""
    return f"3{position[0]:016d}{position[1]:025d}{position[2]:014d}"


def position_of(event_id: str) -> Position:
    """The position that an event id names. Raises InvalidParameterException."""
    if len(event_id) != 56 or not event_id.isdigit():
        raise InvalidParameterException("The specified nextToken is invalid.")
    return int(event_id[1:17]), int(event_id[17:42]), int(event_id[42:])


def behind(position: Position) -> Position:
    """The first position behind one."""
    return position[0], position[1], position[2] + 1


def compile_pattern(text: str) -> FilterPattern:
    """A filter pattern, compiled. Raises InvalidParameterException."""
    try:
        return compile_filter(text)
    except InvalidFilterPattern as error:
        raise InvalidParameterException(error.message) from None


def check_retention(days: int) -> None:
    """Raise AWS's error for a number of days that is not one of those allowed."""
    if days not in limits.RETENTION_DAYS:
        values = ", ".join(map(str, limits.RETENTION_DAYS))
        raise InvalidParameterException(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{values}]"
        )

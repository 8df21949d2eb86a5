"""Decisions of EventBridge: values and an instant in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.aws import Retry
from cloudchamber.languages.cron import At, InvalidSchedule, parse_schedule
from cloudchamber.languages.event_pattern import InvalidPattern, Pattern, compile_pattern
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import InvalidEventPatternException, ValidationException

_JSON = msgspec.json.Encoder().encode


class Refused(Exception):
    """An entry of PutEvents that is not taken: its error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Event:
    """An event, and its text, which is made once."""

    __slots__ = ("_text", "value")

    def __init__(self, value: dict[str, Any], text: str = "") -> None:
        self.value, self._text = value, text

    @property
    def text(self) -> str:
        """The event as JSON."""
        if not self._text:
            self._text = _JSON(self.value).decode()
        return self._text


def iso(at_ms: int) -> str:
    """An instant as events show it, e.g. `2017-12-22T18:43:48Z`."""
    return _second(at_ms // 1000)


@lru_cache(maxsize=16)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_ms(text: str) -> int:
    """The instant that an event shows as its time."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def oldest_kept_ms(retention_days: int, now_ms: int) -> int:
    """Events of an archive that are older than this are gone. 0 days keep everything."""
    return now_ms - retention_days * limits.DAY_MS if retention_days else 0


def detail_of(entry: Mapping[str, Any], *, from_aws: bool) -> dict[str, Any]:
    """The parsed Detail of an entry of PutEvents. Raises Refused.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
    """
    for member in ("Source", "DetailType", "Detail"):
        if not entry.get(member):
            reason = f"Parameter {member} is not valid. Reason: {member} is a required argument."
            raise Refused("InvalidArgument", reason)
    if entry["Source"].startswith("aws.") and not from_aws:
        raise unauthorized_source()
    try:
        detail = msgspec.json.decode(entry["Detail"])
    except (msgspec.DecodeError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        raise Refused("MalformedDetail", "Detail is malformed.")
    return detail


def unauthorized_source() -> Refused:
    """The refusal of an event whose source is not the caller's."""
    return Refused("NotAuthorizedForSourceException", "Not authorized for the source.")


def entry_bytes(entry: Mapping[str, Any]) -> int:
    """What an entry counts against the limit of a request.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
    """
    size = limits.TIME_BYTES if entry.get("Time") is not None else 0
    for member in ("Source", "DetailType", "Detail"):
        text = entry.get(member) or ""
        size += len(text) if text.isascii() else len(text.encode())
    return size + sum(len(resource.encode()) for resource in entry.get("Resources") or ())


def pattern_of(text: str) -> Pattern:
    """An event pattern, compiled. Raises InvalidEventPatternException."""
    try:
        return compile_pattern(text)
    except InvalidPattern as error:
        raise InvalidEventPatternException(error.message) from None


def next_run_ms(expression: str, after_ms: int, anchored_at_ms: int) -> int | None:
    """When a rule's schedule runs next. Raises ValidationException for what is no cron or rate expression.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    try:
        schedule = parse_schedule(expression)
    except InvalidSchedule as error:
        raise ValidationException(error.message) from None
    if isinstance(schedule, At):
        raise ValidationException("Parameter ScheduleExpression is not valid.")
    return schedule.next_after(after_ms, anchor_ms=anchored_at_ms)


def retry_of(policy: Mapping[str, int] | None) -> Retry:
    """How a target is retried: by default for 24 hours and 185 times (F043, F044).

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """
    given = policy or {}
    attempts, age_s = given.get("MaximumRetryAttempts"), given.get("MaximumEventAgeInSeconds")
    return Retry(
        base_ms=limits.RETRY_BASE_MS,
        delay_ms_max=limits.RETRY_DELAY_MS_MAX,
        jitter=limits.RETRY_JITTER,
        attempts_max=1 + (limits.RETRY_ATTEMPTS_DEFAULT if attempts is None else attempts),
        age_ms_max=1000 * (age_s or limits.EVENT_AGE_S_DEFAULT),
    )


def dead_letter_code(code: str) -> str:
    """The ERROR_CODE that a dead-letter queue gets for a target's error (F045).

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    if "AccessDenied" in code or "Authorization" in code or "NotAuthorized" in code:
        return "NO_PERMISSIONS"
    if "NotFound" in code or "DoesNotExist" in code or "NonExistent" in code or "NoSuch" in code:
        return "NO_RESOURCE"
    if "Throttl" in code or "TooManyRequests" in code or "LimitExceeded" in code:
        return "THROTTLING"
    if "Timeout" in code or "TimedOut" in code:
        return "TIMEOUT"
    if "Invalid" in code or "Validation" in code or "MissingParameter" in code:
        return "INVALID_PARAMETER"
    return "INTERNAL_ERROR" if code == "InternalFailure" else "ERROR_FROM_TARGET"

"""When a schedule runs, and how long its invocations are retried.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cloudchamber.aws import Retry
from cloudchamber.languages import cron
from cloudchamber.services.scheduler import limits
from cloudchamber.services.scheduler.errors import ValidationException
from cloudchamber.services.scheduler.model import Schedule


def check(schedule: Schedule, now_ms: int, *, known_start_ms: int | None = None) -> None:
    """Raise ValidationException for what is no schedule. A start that was known before may lie in the past.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    """
    try:
        parsed = cron.parse_schedule(schedule.expression)
    except cron.InvalidSchedule:
        raise ValidationException(f"Invalid Schedule Expression {schedule.expression}.") from None
    try:
        parsed.next_after(now_ms, schedule.timezone)
        cron.parse_schedule("cron(0 0 * * ? *)").next_after(now_ms, schedule.timezone)
    except cron.InvalidSchedule:
        raise ValidationException(f"Invalid ScheduleExpressionTimezone {schedule.timezone}.") from None
    start_ms, end_ms = schedule.start_ms, schedule.end_ms
    is_past = start_ms is not None and start_ms < now_ms - limits.START_IN_PAST_MS_MAX
    if is_past and start_ms != known_start_ms:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end_ms is not None and end_ms <= now_ms:
        raise ValidationException("The EndDate you specify must come after the current time.")
    if start_ms is not None and end_ms is not None and start_ms >= end_ms:
        raise ValidationException("The StartDate you specify must come before the EndDate.")


def window_minutes(given: Mapping[str, Any]) -> int:
    """The flexible time window, 0 when it is off. Raises ValidationException.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
    """
    minutes = given.get("MaximumWindowInMinutes")
    if given["Mode"] == "OFF":
        if minutes is not None:
            raise ValidationException(
                "MaximumWindowInMinutes must not be set when the flexible window Mode is OFF."
            )
        return 0
    if minutes is None:
        raise ValidationException(
            "MaximumWindowInMinutes must be set when the flexible window Mode is FLEXIBLE."
        )
    return minutes


def is_once(expression: str) -> bool:
    """Whether it is a one-time schedule: StartDate and EndDate do not hold for it."""
    return isinstance(cron.parse_schedule(expression), cron.At)


def next_run_ms(schedule: Schedule, after_ms: int) -> int | None:
    """The first instant after `after_ms` at which a schedule runs, or None when there is none any more.

    A rate without a StartDate begins at once, when the schedule is made.
    """
    parsed = cron.parse_schedule(schedule.expression)
    if isinstance(parsed, cron.At):
        return parsed.next_after(after_ms, schedule.timezone)
    start_ms = schedule.created_at_ms if schedule.start_ms is None else schedule.start_ms
    if isinstance(parsed, cron.Rate):
        at_ms = start_ms if after_ms < start_ms else parsed.next_after(after_ms, anchor_ms=start_ms)
    else:
        at_ms = parsed.next_after(max(after_ms, start_ms - 1), schedule.timezone)
    if at_ms is None or (schedule.end_ms is not None and at_ms > schedule.end_ms):
        return None
    return at_ms


def resumed_after_ms(schedule: Schedule, at_ms: int, now_ms: int) -> int:
    """From where to look for the run behind that of `at_ms`: what was missed while nothing ran is left out (F051)."""
    late_ms = now_ms - at_ms - schedule.window_minutes * limits.MINUTE_MS
    return at_ms if late_ms < limits.MINUTE_MS else now_ms


def retry_of(policy: Mapping[str, int] | None) -> Retry:
    """How an invocation is retried: by default for 24 hours and 185 times (F043, F044).

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
    """
    given = retry_policy(policy)
    return Retry(
        base_ms=limits.RETRY_BASE_MS,
        delay_ms_max=limits.RETRY_DELAY_MS_MAX,
        jitter=limits.RETRY_JITTER,
        attempts_max=1 + given["MaximumRetryAttempts"],
        age_ms_max=1000 * given["MaximumEventAgeInSeconds"],
    )


def retry_policy(policy: Mapping[str, int] | None) -> dict[str, int]:
    """A retry policy with what AWS puts where none is given."""
    given = policy or {}
    attempts, age_s = given.get("MaximumRetryAttempts"), given.get("MaximumEventAgeInSeconds")
    return {
        "MaximumEventAgeInSeconds": limits.EVENT_AGE_S_DEFAULT if age_s is None else age_s,
        "MaximumRetryAttempts": limits.RETRY_ATTEMPTS_DEFAULT if attempts is None else attempts,
    }


def iso(at_ms: int) -> str:
    """An instant as Scheduler shows it, e.g. `2022-03-22T18:59:43Z`."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

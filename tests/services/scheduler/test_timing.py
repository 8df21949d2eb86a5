"""Schedules run at their instants: in their time zones, between their dates, within their windows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cloudchamber.outbox import next_attempt_at_ms
from cloudchamber.services.scheduler.model import Schedule
from cloudchamber.services.scheduler.rules.timing import resumed_after_ms, retry_of

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = datetime(2026, 1, 1, tzinfo=UTC)  # where the clock of these tests begins


def local(records, zone="UTC"):
    return [datetime.fromtimestamp(r["ApproximateArrivalTimestamp"], ZoneInfo(zone)) for r in records]


async def test_a_year_of_days_follows_daylight_saving_time(room):
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    arn = await room.stream()
    zone = "Europe/Berlin"
    await room.schedule("cron(30 2 * * ? *)", arn, ScheduleExpressionTimezone=zone)
    await room.clock.advance(364 * DAY)
    times = local(await room.records(), zone)
    # 364 days, without 29 March: its 02:30 does not exist. 25 October has it twice, and one run.
    assert len(times) == 363
    assert {(time.hour, time.minute) for time in times} == {(2, 30)}
    days = [time.date() for time in times]
    assert len(set(days)) == 363
    assert datetime(2026, 3, 29).date() not in days  # noqa: DTZ001
    assert datetime(2026, 10, 25).date() in days  # noqa: DTZ001


async def test_a_rate_begins_at_once_and_keeps_its_beat(room):
    arn = await room.stream()
    await room.clock.advance(10_000)
    await room.schedule("rate(90 minutes)", arn)
    await room.clock.advance(3 * HOUR)
    times = local(await room.records())
    assert [(t - START).total_seconds() for t in times] == [10, 10 + 5400, 10 + 10800]


async def test_a_rate_with_a_start_date_begins_there_and_ends_at_the_end_date(room):
    arn = await room.stream()
    start_s = START.timestamp()
    await room.schedule("rate(1 hour)", arn, StartDate=start_s + 1800, EndDate=start_s + 1800 + 7200)
    await room.clock.advance(DAY)
    times = local(await room.records())
    assert [(t - START).total_seconds() for t in times] == [1800, 5400, 9000]


async def test_a_cron_schedule_waits_for_its_start_date(room):
    arn = await room.stream()
    start_s = START.timestamp()
    await room.schedule("cron(0 12 * * ? *)", arn, StartDate=start_s + 86_400, EndDate=start_s + 4 * 86_400)
    await room.clock.advance(10 * DAY)
    assert [(t.day, t.hour) for t in local(await room.records())] == [(2, 12), (3, 12), (4, 12)]


@pytest.mark.parametrize(("after", "left"), [("NONE", 1), ("DELETE", 0)])
async def test_a_one_time_schedule_runs_once_in_its_time_zone(room, after, left):
    arn = await room.stream()
    await room.schedule(
        "at(2026-01-02T09:00:00)",
        arn,
        ScheduleExpressionTimezone="America/New_York",
        ActionAfterCompletion=after,
    )
    await room.clock.advance(5 * DAY)
    assert local(await room.records()) == [datetime(2026, 1, 2, 14, tzinfo=UTC)]
    assert len((await room.do("ListSchedules"))["Schedules"]) == left


async def test_a_recurring_schedule_is_deleted_after_its_last_run(room):
    arn = await room.stream()
    end_s = START.timestamp() + 7200
    await room.schedule("rate(1 hour)", arn, EndDate=end_s, ActionAfterCompletion="DELETE")
    await room.clock.advance(HOUR)
    assert len((await room.do("ListSchedules"))["Schedules"]) == 1
    await room.clock.advance(HOUR)
    assert (await room.do("ListSchedules"))["Schedules"] == []
    assert len(await room.records()) == 3


async def test_a_flexible_window_delays_each_run_by_its_own_chance(room):
    arn = await room.stream()
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30}
    await room.schedule("cron(0 * * * ? *)", arn, FlexibleTimeWindow=window)
    await room.clock.advance(25 * HOUR)
    delays = [t.minute + t.second / 60 for t in local(await room.records())]
    assert len(delays) >= 24
    assert all(0 <= delay <= 30 for delay in delays)
    assert len({int(delay) for delay in delays}) > 8


async def test_a_window_longer_than_the_rate_loses_no_run(room):
    arn = await room.stream()
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    await room.schedule("rate(1 minute)", arn, FlexibleTimeWindow=window)
    await room.clock.advance(75 * MINUTE)
    assert len(await room.records()) >= 60


async def test_a_disabled_schedule_does_not_run_until_it_is_enabled(room):
    arn = await room.stream()
    await room.schedule("rate(1 hour)", arn, State="DISABLED")
    await room.clock.advance(DAY)
    assert await room.records() == []
    await room.schedule("rate(1 hour)", arn, operation="UpdateSchedule")
    await room.clock.advance(2 * HOUR)
    assert len(await room.records()) == 2
    await room.schedule("rate(1 hour)", arn, operation="UpdateSchedule", State="DISABLED")
    await room.clock.advance(DAY)
    assert len(await room.records()) == 2


async def test_a_changed_schedule_runs_at_its_new_instants_only(room):
    arn = await room.stream()
    await room.schedule("cron(0 10 * * ? *)", arn)
    await room.schedule("cron(0 11 * * ? *)", arn, operation="UpdateSchedule")
    await room.clock.advance(2 * DAY)
    assert [t.hour for t in local(await room.records())] == [11, 11]


async def test_a_deleted_schedule_runs_no_more_even_when_made_anew(room):
    arn = await room.stream()
    await room.schedule("cron(0 10 * * ? *)", arn)
    await room.do("DeleteSchedule", Name="sch")
    await room.schedule("cron(0 12 * * ? *)", arn)
    await room.clock.advance(DAY)
    assert [t.hour for t in local(await room.records())] == [12]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"expression": "cron(0 10 * *)"}, "Invalid Schedule Expression cron(0 10 * *)."),
        ({"expression": "rate(1 hours)"}, "Invalid Schedule Expression rate(1 hours)."),
        ({"ScheduleExpressionTimezone": "Mars/Base"}, "Invalid ScheduleExpressionTimezone Mars/Base."),
        (
            {"StartDate": START.timestamp() - 301},
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ),
        (
            {"EndDate": START.timestamp() - 1},
            "The EndDate you specify must come after the current time.",
        ),
        (
            {"StartDate": START.timestamp() + 10, "EndDate": START.timestamp() + 10},
            "The StartDate you specify must come before the EndDate.",
        ),
        (
            {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
            "MaximumWindowInMinutes must be set when the flexible window Mode is FLEXIBLE.",
        ),
        (
            {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}},
            "MaximumWindowInMinutes must not be set when the flexible window Mode is OFF.",
        ),
    ],
)
async def test_what_is_no_schedule_is_refused(room, error_of, members, message):
    arn = await room.queue()
    expression = members.pop("expression", "rate(1 hour)")
    error = await error_of(room.schedule(expression, arn, **members))
    assert (error.code, error.message) == ("ValidationException", message)
    assert (await room.do("ListSchedules"))["Schedules"] == []


def test_an_invocation_is_retried_185_times_in_24_hours():
    # F043, F044: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
    retry = retry_of(None)
    assert (retry.attempts_max, retry.age_ms_max) == (186, DAY)
    at_ms, attempts = 0, 1
    while (
        following := next_attempt_at_ms(retry, attempts=attempts, created_at_ms=0, now_ms=at_ms, fraction=0.5)
    ) is not None:
        at_ms, attempts = following, attempts + 1
    assert attempts == 186
    assert 22 * HOUR < at_ms <= DAY
    assert retry_of({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}).attempts_max == 1


@pytest.mark.parametrize(
    ("late_ms", "resumed_ms"), [(0, 1000), (15 * MINUTE, 1000), (17 * MINUTE, 1000 + 17 * MINUTE)]
)
def test_what_was_missed_while_nothing_ran_is_left_out(late_ms, resumed_ms):
    schedule = Schedule("s", "default", "rate(1 minute)", {}, 0, 0, 1, window_minutes=15)
    assert resumed_after_ms(schedule, 1000, 1000 + late_ms) == resumed_ms

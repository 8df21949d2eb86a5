"""Schedule expressions: AWS's examples, the calendar, and daylight saving."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.languages.cron import InvalidSchedule, parse_schedule


def ms(text, zone="UTC"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def runs(expression, start, count, zone="UTC"):
    schedule, at, found = parse_schedule(expression), ms(start, zone), []
    for _ in range(count):
        at = schedule.next_after(at, zone)
        found.append(datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
    return found


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
@pytest.mark.parametrize(
    ("expression", "start", "expected"),
    [
        ("cron(0 10 * * ? *)", "2024-01-01T10:00", ["2024-01-02 10:00", "2024-01-03 10:00"]),
        ("cron(15 12 * * ? *)", "2024-01-01T10:00", ["2024-01-01 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", "2024-01-05T18:00", ["2024-01-08 18:00", "2024-01-09 18:00"]),
        ("cron(0 8 1 * ? *)", "2024-01-15T00:00", ["2024-02-01 08:00", "2024-03-01 08:00"]),
        ("cron(0/15 * * * ? *)", "2024-01-01T00:00", ["2024-01-01 00:15", "2024-01-01 00:30"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2024-01-05T17:55", ["2024-01-08 08:00"]),
        ("cron(0 9 ? * 2#1 *)", "2024-01-01T09:00", ["2024-02-05 09:00", "2024-03-04 09:00"]),
        ("cron(0 0 L * ? *)", "2024-02-01T00:00", ["2024-02-29 00:00", "2024-03-31 00:00"]),
        ("cron(0 0 LW * ? *)", "2024-03-01T00:00", ["2024-03-29 00:00"]),
        ("cron(0 0 3W * ? *)", "2024-02-01T00:00", ["2024-02-02 00:00", "2024-03-04 00:00"]),
        ("cron(0 0 1W * ? *)", "2024-05-31T00:00", ["2024-06-03 00:00"]),
        ("cron(0 0 ? * 6L *)", "2024-01-01T00:00", ["2024-01-26 00:00", "2024-02-23 00:00"]),
        ("cron(0 0 ? * L *)", "2024-01-01T00:00", ["2024-01-06 00:00", "2024-01-13 00:00"]),
        ("cron(0 0 ? * FRI-SUN *)", "2024-01-05T00:00", ["2024-01-06 00:00", "2024-01-07 00:00"]),
        ("cron(0 0 31 * ? *)", "2024-03-31T00:00", ["2024-05-31 00:00"]),
        ("cron(0 0 29 FEB ? *)", "2024-03-01T00:00", ["2028-02-29 00:00"]),
        ("cron(0 22-2 * * ? *)", "2024-01-01T22:30", ["2024-01-01 23:00", "2024-01-02 00:00"]),
    ],
)
def test_a_cron_expression_runs_when_it_says(expression, start, expected):
    assert runs(expression, start, len(expected)) == expected


def test_a_cron_expression_of_the_past_never_runs_again():
    assert parse_schedule("cron(0 0 1 1 ? 2020)").next_after(ms("2021-01-01T00:00")) is None
    assert parse_schedule("cron(0 0 31 2 ? *)").next_after(ms("2021-01-01T00:00")) is None


def test_a_time_that_daylight_saving_skips_has_no_run():
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    zone = "America/New_York"
    assert runs("cron(30 2 * * ? *)", "2024-03-09T12:00", 1, zone) == ["2024-03-11 02:30"]


def test_a_time_that_occurs_twice_has_one_run():
    zone = "America/New_York"
    assert runs("cron(30 1 * * ? *)", "2024-11-03T00:00", 2, zone) == ["2024-11-03 01:30", "2024-11-04 01:30"]


def test_a_rate_counts_from_its_anchor():
    schedule = parse_schedule("rate(5 minutes)")
    assert schedule.next_after(1_000, anchor_ms=1_000) == 301_000
    assert schedule.next_after(301_000, anchor_ms=1_000) == 601_000
    assert schedule.next_after(0, anchor_ms=1_000) == 301_000
    assert parse_schedule("rate(1 day)").next_after(0) == 86_400_000


def test_an_at_expression_runs_once_in_its_time_zone():
    schedule = parse_schedule("at(2024-07-01T12:00:30)")
    instant = ms("2024-07-01T12:00:30", "Europe/Berlin")
    assert schedule.next_after(instant - 1, "Europe/Berlin") == instant
    assert schedule.next_after(instant, "Europe/Berlin") is None


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(5)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "cron(* * * * *)",
        "cron(0 0 * * * *)",
        "cron(0 0 ? * ? *)",
        "cron(60 0 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 32 * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * 2#6 *)",
        "cron(0 0 * FOO ? *)",
        "cron(0 0 * * ? 1969)",
        "at(2024-02-30T00:00:00)",
        "at(2024-02-01)",
        "every(1 day)",
    ],
)
def test_a_bad_expression_is_refused(expression):
    with pytest.raises(InvalidSchedule) as refused:
        parse_schedule(expression)
    assert refused.value.message == "Parameter ScheduleExpression is not valid."


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(InvalidSchedule):
        parse_schedule("cron(0 0 * * ? *)").next_after(0, "Mars/Olympus")


@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from(["cron(7/20 3,9 ? * 2-6 *)", "cron(0 12 15 1/2 ? *)", "cron(* * * * ? *)"]),
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_next_run_is_later_and_nothing_lies_between(at, expression, zone):
    schedule = parse_schedule(expression)
    found = schedule.next_after(at, zone)
    assert found > at
    assert found % 60_000 == 0
    between = at + (found - at) // 2
    assert schedule.next_after(between, zone) == found
    assert timedelta(milliseconds=found - at) < timedelta(days=70)

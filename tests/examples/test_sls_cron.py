"""Schedules by rate, by cron in UTC and in a time zone, and once. The clock begins on Thursday, 2026-01-01."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY = 24 * 3600


async def test_a_rate_and_the_workdays(application):
    app = await application("sls-cron")
    await app.settle(5 * DAY)  # Thursday to Monday
    assert len(await app.logs("Cleanup")) == 5 * 4
    reports = await app.logs("Report")
    local = [seen["at"] for seen in reports if seen["job"] == "report"]
    assert local == ["2026-01-01T07:00:00Z", "2026-01-02T07:00:00Z", "2026-01-05T07:00:00Z"]
    assert len(reports) == 6


async def test_a_time_zone_keeps_its_summer_time(application):
    app = await application("sls-cron", after_days=85)  # Friday, 2026-03-27
    await app.settle(4 * DAY)
    local = [seen["at"] for seen in await app.logs("Report") if seen["job"] == "report"]
    assert local == ["2026-03-27T07:00:00Z", "2026-03-30T06:00:00Z"]  # summer time begins on Sunday, the 29th


async def test_once_is_once(application):
    app = await application("sls-cron", LaunchAt="2026-01-01T12:00:00", TimeZone="America/New_York")
    await app.settle(2 * DAY)
    assert await app.logs("Launch") == [{"job": "launch", "at": "2026-01-01T17:00:00Z"}]

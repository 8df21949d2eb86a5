"""Scheduled rules: events of the clock."""

HOUR_MS = 3_600_000


async def times(room):
    return [event["time"][11:16] for event in await room.received("q")]


async def test_f051_a_cron_rule_fires_over_a_day_at_its_minutes(cloud, room):
    arn = await room.rule("r", ScheduleExpression="cron(0/15 8-9 * * ? *)")
    await room.target("r", "q")
    await cloud.clock.advance(24 * HOUR_MS)
    events = await room.received("q")
    assert sorted(event["time"][11:16] for event in events) == [
        "08:00", "08:15", "08:30", "08:45", "09:00", "09:15", "09:30", "09:45",
    ]  # fmt: skip
    first = events[0]
    assert (first["source"], first["detail-type"]) == ("aws.events", "Scheduled Event")
    assert (first["resources"], first["detail"], first["version"]) == ([arn], {}, "0")


async def test_a_rate_counts_from_when_the_rule_was_put(cloud, room):
    await room.rule("r", ScheduleExpression="rate(1 hour)")
    await room.target("r", "q")
    await cloud.clock.advance(HOUR_MS - 1)
    assert await room.received("q") == []
    await cloud.clock.advance(1)
    assert len(await room.received("q")) == 1
    await cloud.clock.advance(3 * HOUR_MS)
    assert len(await room.received("q")) == 3


async def test_a_schedule_ends_when_its_rule_is_disabled_changed_or_deleted(cloud, room):
    await room.rule("r", ScheduleExpression="rate(1 hour)")
    await room.target("r", "q")
    await cloud("events", "DisableRule", Name="r")
    await cloud.clock.advance(5 * HOUR_MS)
    assert await room.received("q") == []
    await cloud("events", "EnableRule", Name="r")
    await cloud("events", "DisableRule", Name="r")
    await cloud("events", "EnableRule", Name="r")
    await cloud.clock.advance(2 * HOUR_MS)
    assert len(await room.received("q")) == 2
    await room.rule("r", ScheduleExpression="rate(2 hours)")
    await cloud.clock.advance(4 * HOUR_MS)
    assert len(await room.received("q")) == 2
    await cloud("events", "RemoveTargets", Rule="r", Ids=["q"])
    await cloud("events", "DeleteRule", Name="r")
    await cloud.clock.advance(24 * HOUR_MS)
    assert await room.received("q") == []


async def test_schedules_live_on_the_default_bus_and_are_cron_or_rate(cloud, error_of):
    await cloud("events", "CreateEventBus", Name="b")
    error = await error_of(
        cloud("events", "PutRule", Name="r", EventBusName="b", ScheduleExpression="rate(1 day)")
    )
    assert error.message == "ScheduleExpression is supported only on the default event bus."
    for expression in ("rate(1 days)", "rate(2 day)", "cron(* * * * * *)", "at(2030-01-01T00:00:00)", "x"):
        error = await error_of(cloud("events", "PutRule", Name="r", ScheduleExpression=expression))
        assert (error.code, error.message) == (
            "ValidationException",
            "Parameter ScheduleExpression is not valid.",
        )
    assert (await cloud("events", "ListRules"))["Rules"] == []

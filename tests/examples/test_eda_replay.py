"""A past window is replayed, marked, and repairs what was lost."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sell(app, *names):
    """One sale an hour; the instant of the last, in seconds."""
    for name in names:
        await app.settle(3600)
        await app.put_event("shop", "Sold", {"id": name, "article": "lamp"})
    return app.clock.now_ms() // 1000


async def test_a_window_of_the_past_is_replayed(application):
    app = await application("eda-replay")
    last = await sell(app, "s-1", "s-2", "s-3", "s-4")
    await app.put_event("elsewhere", "Sold", {"id": "not archived", "article": "lamp"})
    for sale in await app.items("Sales"):
        await app("dynamodb", "DeleteItem", TableName=app.outputs["Sales"], Key={"id": {"S": sale["id"]}})
    await app.settle(3600)

    await app(
        "events",
        "StartReplay",
        ReplayName="repair",
        EventSourceArn=app.outputs["ArchiveArn"],
        EventStartTime=last - 2 * 3600,
        EventEndTime=last - 1,
        Destination={"Arn": app.outputs["BusArn"]},
    )
    await app.settle(3600)

    assert (await app("events", "DescribeReplay", ReplayName="repair"))["State"] == "COMPLETED"
    assert {sale["id"] for sale in await app.items("Sales")} == {"s-2", "s-3"}
    replayed = [seen["sale"] for seen in await app.logs("Project") if seen["replay"] == "repair"]
    assert sorted(replayed) == ["s-2", "s-3"]
    assert [seen["mail"] for seen in await app.logs("Notify")] == ["s-1", "s-2", "s-3", "s-4"]


async def test_a_window_that_is_not_over_cannot_be_replayed(application, error_of):
    app = await application("eda-replay")
    now = await sell(app, "s-1")
    error = await error_of(
        app(
            "events",
            "StartReplay",
            ReplayName="early",
            EventSourceArn=app.outputs["ArchiveArn"],
            EventStartTime=now,
            EventEndTime=now - 10,
            Destination={"Arn": app.outputs["BusArn"]},
        )
    )
    assert error.code == "ValidationException"

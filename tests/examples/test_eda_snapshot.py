"""A snapshot and the events since equal a full rebuild."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_snapshot_and_newer_events_equal_a_full_rebuild(application):
    app = await application("eda-snapshot", SnapshotEvery="4")
    for version in range(1, 11):
        do, amount = ("withdraw", 3) if version % 3 == 0 else ("deposit", version)
        await app.invoke("Accounts", {"account": "a", "do": do, "amount": amount})
        shown = await app.invoke("Accounts", {"account": "a", "do": "show"})
        rebuilt = await app.invoke("Accounts", {"account": "a", "do": "rebuild"})
        assert (shown["balance"], shown["version"]) == (rebuilt["balance"], version)
        assert (shown["eventsRead"], rebuilt["eventsRead"]) == (version % 4, version)


async def test_a_lost_snapshot_costs_time_and_nothing_else(application):
    app = await application("eda-snapshot", SnapshotEvery="4")
    for amount in range(1, 7):
        await app.invoke("Accounts", {"account": "a", "do": "deposit", "amount": amount})
    key = {"streamId": {"S": "snapshot#a"}, "version": {"N": "0"}}
    gone = await app(
        "dynamodb", "DeleteItem", TableName=app.outputs["Events"], Key=key, ReturnValues="ALL_OLD"
    )
    assert gone["Attributes"]["at"] == {"N": "4"}
    shown = await app.invoke("Accounts", {"account": "a", "do": "show"})
    assert shown == {"balance": 21, "version": 6, "eventsRead": 6}

"""Duplicates dropped by content, by id, and by a conditional write."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_by_content_within_five_minutes(application):
    app = await application("eda-dedup")
    await app.send("ByContent", {"n": 1}, MessageGroupId="g")
    await app.settle(299)
    await app.send("ByContent", {"n": 1}, MessageGroupId="g")
    await app.send("ByContent", {"n": 2}, MessageGroupId="g")
    assert await app.bodies("ByContent") == [{"n": 1}, {"n": 2}]
    await app.settle(2)
    await app.send("ByContent", {"n": 1}, MessageGroupId="g")
    assert await app.bodies("ByContent") == [{"n": 1}]


async def test_by_the_senders_id_whatever_the_body_says(application, error_of):
    app = await application("eda-dedup")
    for n, name in enumerate(("a", "a", "b")):
        await app.send("ById", {"n": n}, MessageGroupId="g", MessageDeduplicationId=name)
    assert await app.bodies("ById") == [{"n": 0}, {"n": 2}]
    error = await error_of(app.send("ById", {"n": 3}, MessageGroupId="g"))
    assert error.code == "InvalidParameterValue"


async def test_by_a_conditional_write_however_late(application):
    app = await application("eda-dedup")
    for booking in ({"id": "b-1", "amount": 10}, {"id": "b-2", "amount": 5}):
        await app.send("Bookings", booking)
        await app.send("Bookings", booking)
        await app.settle(24 * 3600)
        await app.send("Bookings", booking)
        await app.settle(1)
    items = {item["id"]: item["amount"] for item in await app.items("Booked")}
    assert items == {"total": 15, "booking#b-1": 10, "booking#b-2": 5}
    assert [seen["new"] for seen in await app.logs("Book")].count(False) == 4
    assert await app.messages("Bookings") == []

"""Write and event are one transaction; the event is published from the stream, never lost."""

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def place(app, *names):
    return [(await app.invoke("Place", {"id": name, "total": 1})).get("placed") for name in names]


async def published(app):
    return [event["detail"]["id"] for event in await app.bodies("Published")]


async def test_each_order_is_told_once_and_in_order(application):
    app = await application("eda-outbox")
    assert await place(app, "a", "b", "a", "c") == ["now", "now", "before", "now"]
    await app.settle(5)
    assert await published(app) == ["a", "b", "c"]
    outbox = await app("dynamodb", "Scan", TableName=app.outputs["Outbox"])
    for item in outbox["Items"]:  # as expiry will
        await app("dynamodb", "DeleteItem", TableName=app.outputs["Outbox"], Key={"id": item["id"]})
    await app.settle(5)
    assert await published(app) == []


async def test_a_bus_that_refuses_for_a_while_loses_nothing(application):
    app = await application("eda-outbox")
    refused = Fault("error", "events", "PutEvents", code="AccessDeniedException", status=400, times=3)
    app.cloud.faults = Faults([refused], seed=0)
    await place(app, "a", "b", "c")
    await app.settle(60)
    assert await published(app) == ["a", "b", "c"]


async def test_a_lost_answer_publishes_twice_under_the_same_id(application):
    app = await application("eda-outbox")
    lost = Fault("drop_answer", "events", "PutEvents", code="AccessDeniedException", status=400, times=1)
    app.cloud.faults = Faults([lost], seed=0)
    await place(app, "a", "b")
    await app.settle(60)
    ids = [event["detail"]["outboxId"] for event in await app.bodies("Published")]
    assert sorted(ids) == ["OrderPlaced#a", "OrderPlaced#a", "OrderPlaced#b"]


async def test_without_the_order_there_is_no_event(application):
    app = await application("eda-outbox")
    refused = Fault("error", "dynamodb", "TransactWriteItems", code="AccessDeniedException", status=400)
    app.cloud.faults = Faults([refused], seed=0)
    assert await place(app, "a") == [None]
    await app.settle(60)
    assert (await app.items("Orders"), await app.items("Outbox"), await published(app)) == ([], [], [])

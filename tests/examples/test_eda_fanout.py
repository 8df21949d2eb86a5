"""One topic, several queues, each with its own consumer and filter."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def publish(app, order, kind):
    attributes = {"kind": {"DataType": "String", "StringValue": kind}}
    await app(
        "sns",
        "Publish",
        TopicArn=app.outputs["TopicArn"],
        Message=json.dumps(order),
        MessageAttributes=attributes,
    )
    await app.settle(1)


async def test_each_consumer_gets_what_its_filter_lets_through(application):
    app = await application("eda-fanout")
    await publish(app, {"id": "lamp", "total": 30}, "physical")
    await publish(app, {"id": "song", "total": 1}, "digital")
    await publish(app, {"id": "sample", "total": 0}, "physical")
    shipped, invoiced, analysed = [await app.logs(name) for name in ("Shipping", "Invoicing", "Analytics")]
    assert [seen["order"] for seen in shipped] == ["lamp", "sample"]
    assert [seen["order"] for seen in invoiced] == ["lamp", "song"]
    assert [seen["order"] for seen in analysed] == ["lamp", "song", "sample"]
    assert [seen["envelope"] for seen in shipped + analysed] == [False] * 2 + [True] * 3


async def test_what_one_consumer_cannot_read_is_dead_for_it_alone(application):
    app = await application("eda-fanout")
    await publish(app, {"total": 30}, "digital")  # no id: neither invoicing nor analytics can read it
    await publish(app, {"id": "lamp", "total": 30}, "physical")
    await app.settle(120)
    assert len(await app.messages("Dead")) == 2
    assert [seen["order"] for seen in await app.logs("Shipping")] == ["lamp"]
    assert [seen["order"] for seen in await app.logs("Invoicing")] == ["lamp"]

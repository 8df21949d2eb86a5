"""A rule of account A forwards to a bus of account B, which allows it or not."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

PRODUCER, CONSUMER = "111111111111", "222222222222"


async def deployed(application, **allowed):
    consumer = await application("eda-xaccount/consumer", account=CONSUMER, **allowed)
    bus = consumer.outputs["BusArn"]
    return await application("eda-xaccount/producer", account=PRODUCER, ConsumerBusArn=bus), consumer


async def test_a_bus_that_allows_it_gets_the_events_of_another_account(application):
    producer, consumer = await deployed(application, ProducerAccount=PRODUCER)
    event_id = await producer.put_event("shop", "OrderPlaced", {"orderId": "o-1"})
    await producer.put_event("shop", "OrderViewed", {"orderId": "o-1"})
    (event,) = await consumer.bodies("Received")
    assert (event["account"], event["source"]) == (PRODUCER, "shop")
    assert (event["detail"], event["id"]) == ({"orderId": "o-1"}, event_id)
    assert await producer.messages("Undelivered") == []


async def test_without_the_policy_the_event_is_denied(application):
    producer, consumer = await deployed(application)
    await producer.put_event("shop", "OrderPlaced", {"orderId": "o-1"})
    assert await consumer.messages("Received") == []
    (letter,) = await producer.messages("Undelivered")
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"


async def test_a_policy_for_someone_else_does_not_help(application):
    producer, consumer = await deployed(application, ProducerAccount="333333333333")
    await producer.put_event("shop", "OrderPlaced", {"orderId": "o-1"})
    assert await consumer.messages("Received") == []
    assert len(await producer.messages("Undelivered")) == 1

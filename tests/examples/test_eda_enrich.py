"""What an event lacks is added, by a function or by a pipe."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = {"id": "c-1", "name": "Ada"}


async def deployed(application):
    app = await application("eda-enrich")
    item = {name: {"S": value} for name, value in ADA.items()}
    await app("dynamodb", "PutItem", TableName=app.outputs["Customers"], Item=item)
    return app


async def test_a_function_publishes_the_event_again_with_what_it_looked_up(application):
    app = await deployed(application)
    await app.put_event("shop", "OrderPlaced", {"orderId": "o-1", "customerId": "c-1"})
    (event,) = await app.bodies("Enriched")
    assert event["source"] == "shop.enricher"
    assert event["detail"] == {"orderId": "o-1", "customerId": "c-1", "customer": ADA}


async def test_what_cannot_be_looked_up_is_kept_after_the_retries(application):
    app = await deployed(application)
    await app.put_event("shop", "OrderPlaced", {"orderId": "o-2", "customerId": "nobody"})
    await app.settle(300)
    assert await app.messages("Enriched") == []
    (failed,) = await app.bodies("Failed")
    assert failed["requestPayload"]["detail"]["orderId"] == "o-2"
    assert failed["responsePayload"]["errorType"] == "LookupError"
    assert failed["requestContext"]["approximateInvokeCount"] == 2


async def test_a_pipe_enriches_without_code_around_it(application):
    app = await deployed(application)
    await app.send("Incoming", {"type": "OrderPlaced", "orderId": "o-1", "customerId": "c-1"})
    await app.send("Incoming", {"type": "OrderViewed", "orderId": "o-1", "customerId": "c-1"})
    await app.settle(1)
    (event,) = await app.bodies("Enriched")
    assert (event["source"], event["detail-type"]) == ("shop.pipe", "OrderEnriched")
    assert event["detail"]["customer"] == ADA
    await app.settle(120)
    assert await app.messages("Failed") == []
    assert await app.messages("Incoming") == []


async def test_what_a_pipe_cannot_enrich_goes_to_the_dead_letter_queue(application):
    app = await deployed(application)
    await app.send("Incoming", {"type": "OrderPlaced", "orderId": "o-2", "customerId": "nobody"})
    await app.settle(180)
    assert await app.messages("Enriched") == []
    (failed,) = await app.bodies("Failed")
    assert failed["orderId"] == "o-2"

"""The steps run in order; what fails is undone in reverse."""

import json
from itertools import pairwise

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def saga(application):
    """A shop with three lamps, and a way to order some of them: the execution, and the states it entered."""

    async def made():
        app = await application("eda-orch")
        lamp = {"id": {"S": "lamp"}, "available": {"N": "3"}}
        await app("dynamodb", "PutItem", TableName=app.outputs["Stock"], Item=lamp)

        async def order(order_id, quantity=2, total=60, address="home"):
            data = {
                "orderId": order_id,
                "article": "lamp",
                "quantity": quantity,
                "total": total,
                "address": address,
            }
            started = await app(
                "stepfunctions",
                "StartExecution",
                stateMachineArn=app.outputs["Saga"],
                name=order_id,
                input=json.dumps(data),
            )
            await app.settle(3600)
            arn = started["executionArn"]
            done = await app("stepfunctions", "DescribeExecution", executionArn=arn)
            events = (await app("stepfunctions", "GetExecutionHistory", executionArn=arn, maxResults=1000))[
                "events"
            ]
            entered = [
                event["stateEnteredEventDetails"]["name"]
                for event in events
                if "stateEnteredEventDetails" in event
            ]
            return done, entered, events

        return app, order

    return made


async def state_of(app):
    orders = {item["id"]: item["status"] for item in await app.items("Orders")}
    payments = {item["id"]: item["status"] for item in await app.items("Payments")}
    (lamp,) = await app.items("Stock")
    return orders, payments, lamp["available"]


async def test_an_order_goes_through(saga):
    app, order = await saga()
    done, entered, _ = await order("o-1")
    assert json.loads(done["output"]) == {"orderId": "o-1", "status": "CONFIRMED"}
    assert entered == ["Place", "Reserve", "Pay", "Ship", "Confirm"]
    assert await state_of(app) == ({"o-1": "CONFIRMED"}, {"o-1": "TAKEN"}, 1)


async def test_a_shipment_that_cannot_be_is_undone_in_reverse(saga):
    app, order = await saga()
    done, entered, _ = await order("o-1", address="the moon")
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "OrderCancelled", "NotDeliverable")
    assert entered == ["Place", "Reserve", "Pay", "Ship", "Refund", "Release", "Cancel", "Cancelled"]
    assert await state_of(app) == ({"o-1": "CANCELLED"}, {"o-1": "REFUNDED"}, 3)


async def test_a_card_that_is_declined_and_a_stock_that_is_short(saga):
    app, order = await saga()
    declined, entered, _ = await order("dear", total=1001)
    assert entered == ["Place", "Reserve", "Pay", "Release", "Cancel", "Cancelled"]
    short, entered, _ = await order("many", quantity=4)
    assert entered == ["Place", "Reserve", "Cancel", "Cancelled"]
    assert (declined["cause"], short["cause"]) == ("card declined", "out of stock")
    assert await state_of(app) == ({"dear": "CANCELLED", "many": "CANCELLED"}, {}, 3)


async def test_a_busy_carrier_is_asked_again(saga):
    app, order = await saga()
    done, _, events = await order("o-1", address="a strike")
    failed = [event["timestamp"] for event in events if event["type"] == "TaskFailed"]
    waits = [round(after - before) for before, after in pairwise(failed)]
    assert waits == [60, 120, 240]
    assert done["cause"] == "CarrierBusy"
    assert await state_of(app) == ({"o-1": "CANCELLED"}, {"o-1": "REFUNDED"}, 3)

"""Services react to each other's events; the failure path compensates."""

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def deployed(application):
    app = await application("eda-choreo")
    lamp = {"id": {"S": "lamp"}, "available": {"N": "3"}}
    await app("dynamodb", "PutItem", TableName=app.outputs["Stock"], Item=lamp)
    return app


async def place(app, order_id, quantity, total):
    order = {"orderId": order_id, "article": "lamp", "quantity": quantity, "total": total}
    await app.invoke("OrderService", order)
    await app.settle()


async def by_id(app, output):
    return {item["id"]: item for item in await app.items(output)}


async def run_three(app):
    await place(app, "good", 2, 60)
    await place(app, "too dear", 1, 1001)
    await place(app, "too many", 2, 60)
    await app.settle(300)


async def check_three(app):
    orders = {name: item["status"] for name, item in (await by_id(app, "Orders")).items()}
    assert orders == {"good": "CONFIRMED", "too dear": "CANCELLED", "too many": "CANCELLED"}
    payments = await by_id(app, "Payments")
    assert {name: item["status"] for name, item in payments.items()} == {
        "good": "TAKEN",
        "too dear": "FAILED",
        "too many": "REFUNDED",
    }
    assert payments["too many"]["refunds"] == 1
    assert (await by_id(app, "Stock"))["lamp"]["available"] == 1
    assert await app.messages("Failed") == []


async def test_a_saga_is_confirmed_cancelled_or_compensated(application):
    app = await deployed(application)
    await run_three(app)
    await check_three(app)


async def test_with_every_event_twice_the_ends_are_the_same(application):
    app = await deployed(application)
    app.cloud.faults = Faults([Fault("duplicate", "events", "PutEvents")], seed=0)
    await run_three(app)
    app.cloud.faults = None
    await check_three(app)


async def test_a_step_that_fails_is_taken_up_again(application):
    app = await deployed(application)
    refusals = [
        Fault("error", "dynamodb", name, code="AccessDeniedException", status=400, times=1)
        for name in ("TransactWriteItems", "UpdateItem")
    ]
    app.cloud.faults = Faults(refusals, seed=0)
    await place(app, "good", 2, 60)
    assert (await by_id(app, "Orders"))["good"]["status"] == "PENDING"
    await app.settle(300)  # Lambda tries again after one and two minutes
    assert (await by_id(app, "Orders"))["good"]["status"] == "CONFIRMED"
    assert (await by_id(app, "Stock"))["lamp"]["available"] == 1

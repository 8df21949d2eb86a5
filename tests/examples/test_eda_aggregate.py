"""One event when all steps are in, whatever comes twice or fails in between."""

import itertools
import json

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

RESULTS = {"payment": "paid", "stock": "reserved", "address": "known"}


async def done(app, order_id, step):
    detail = {"orderId": order_id, "step": step, "result": RESULTS[step]}
    await app.put_event(f"shop.{step}", "StepDone", detail)


async def test_one_event_when_all_steps_are_in(application):
    app = await application("eda-aggregate")
    for number, steps in enumerate(itertools.permutations(RESULTS)):
        for step in steps:
            assert await app.messages("Ready") == []
            await done(app, f"o-{number}", step)
            await done(app, f"o-{number}", step)
        assert await app.bodies("Ready") == [{"orderId": f"o-{number}", "results": RESULTS}]
    assert await app.messages("Failed") == []


async def test_the_last_two_steps_at_once_still_tell_once(application):
    app = await application("eda-aggregate")
    entries = [
        {
            "EventBusName": app.outputs["BusName"],
            "Source": f"shop.{step}",
            "DetailType": "StepDone",
            "Detail": f'{{"orderId": "o", "step": "{step}", "result": "{result}"}}',
        }
        for step, result in [*RESULTS.items(), *RESULTS.items()]
    ]
    await app("events", "PutEvents", Entries=entries)
    await app.settle(300)
    assert await app.bodies("Ready") == [{"orderId": "o", "results": RESULTS}]


async def test_a_failure_to_publish_is_made_good_by_the_retry(application):
    app = await application("eda-aggregate")
    await done(app, "o", "payment")
    await done(app, "o", "stock")
    refused = Fault("error", "events", "PutEvents", code="AccessDeniedException", status=400, times=1)
    app.cloud.faults = Faults([refused], seed=0)
    event = {"id": "e-1", "detail": {"orderId": "o", "step": "address", "result": "known"}}
    await app(
        "lambda",
        "Invoke",
        FunctionName=app.outputs["Aggregate"],
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    await app.settle()
    assert await app.messages("Ready") == []
    await app.settle(300)
    assert await app.bodies("Ready") == [{"orderId": "o", "results": RESULTS}]

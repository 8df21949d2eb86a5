"""A queue absorbs the spike, concurrency is bounded, a circuit breaker spares what is down."""

import asyncio
import json

import pytest

from cloudchamber.aws import AwsError
from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def burst(app, count, seconds=0.0):
    for first in range(0, count, 10):
        entries = [
            {"Id": str(n), "MessageBody": json.dumps({"id": f"e-{n}", "seconds": seconds})}
            for n in range(first, min(first + 10, count))
        ]
        await app("sqs", "SendMessageBatch", QueueUrl=app.outputs["Queue"], Entries=entries)


async def written(app):
    return {item["id"] for item in await app.items("Ledger")} - {"probe"}


async def mapping_state(app):
    return (await app("lambda", "GetEventSourceMapping", UUID=app.outputs["Mapping"]))["State"]


async def test_a_spike_is_worked_off_by_so_many_at_once(application):
    app = await application("eda-pressure")
    await burst(app, 12, seconds=0.03)
    await app.settle(30)
    assert await written(app) == {f"e-{n}" for n in range(12)}
    runs = await app.logs("Worker")
    at_once = [
        sum(run["from"] < other["to"] and other["from"] <= run["from"] for other in runs) for run in runs
    ]
    assert max(at_once) == 2
    assert await app.messages("Dead") == []


async def test_beyond_the_reserved_concurrency_invocations_are_throttled(application):
    app = await application("eda-pressure")
    record = {"messageId": "m", "body": json.dumps({"id": "e", "seconds": 0.2})}
    request = {"FunctionName": app.outputs["Worker"], "Payload": json.dumps({"Records": [record]}).encode()}
    calls = [app.start("lambda", "Invoke", **request) for _ in range(3)]
    answers = await app.clock.run(asyncio.gather(*calls, return_exceptions=True))
    throttled = [answer for answer in answers if isinstance(answer, AwsError)]
    assert [(error.code, error.status) for error in throttled] == [("TooManyRequestsException", 429)]
    assert [answer["StatusCode"] for answer in answers if answer not in throttled] == [200, 200]


async def test_the_circuit_opens_while_the_ledger_is_down_and_closes_when_it_answers(application):
    app = await application("eda-pressure")
    ledger = app.outputs["Ledger"]
    down = Fault("error", "dynamodb", "PutItem", resource=ledger, code="InternalServerError", status=500)
    app.cloud.faults = Faults([down], seed=0)
    await burst(app, 20)
    await app.settle(900)
    assert await mapping_state(app) == "Disabled"
    group = f"/aws/lambda/{app.outputs['Worker']}"
    failed = await app("logs", "FilterLogEvents", logGroupName=group, filterPattern="failed")
    assert 3 <= len(failed["events"]) <= 4  # one may have been under way when the third failed
    assert await written(app) == set()

    app.cloud.faults = None
    await app.settle(300)
    assert await mapping_state(app) == "Enabled"
    assert await written(app) == {f"e-{n}" for n in range(20)}
    assert await app.messages("Dead") == []

"""The same request twice has one effect, and the second gets the stored result."""

import asyncio
import json

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAYMENT = {"paymentId": "p-1", "amount": 10}


async def test_a_duplicate_gets_the_stored_result(application):
    app = await application("eda-idemp")
    first = await app.invoke("Charge", PAYMENT)
    assert first["amount"] == 10
    assert await app.invoke("Charge", PAYMENT) == first
    assert await app.bodies("Charges") == [first]


async def test_duplicates_at_the_same_time_have_one_effect(application):
    app = await application("eda-idemp")
    name, payload = app.outputs["Charge"], json.dumps(PAYMENT).encode()
    calls = [app.start("lambda", "Invoke", FunctionName=name, Payload=payload) for _ in range(4)]
    answers = [json.loads(each["Payload"]) for each in await app.clock.run(asyncio.gather(*calls))]
    assert len(await app.bodies("Charges")) == 1
    assert {answer.get("errorType", "charged") for answer in answers} <= {"charged", "InProgress"}
    assert len({answer["receipt"] for answer in answers if "receipt" in answer}) == 1


async def test_the_same_id_with_another_payload_is_refused(application):
    app = await application("eda-idemp")
    await app.invoke("Charge", PAYMENT)
    assert (await app.invoke("Charge", PAYMENT | {"amount": 11}))["errorType"] == "PayloadChanged"
    assert len(await app.bodies("Charges")) == 1


async def test_what_failed_may_be_tried_again(application):
    app = await application("eda-idemp")
    refused = Fault("error", "sqs", "SendMessage", code="AccessDeniedException", status=403, times=1)
    app.cloud.faults = Faults([refused], seed=0)
    assert (await app.invoke("Charge", PAYMENT))["errorType"] == "ClientError"
    assert (await app.invoke("Charge", PAYMENT))["amount"] == 10
    assert len(await app.bodies("Charges")) == 1


async def age(app, name):
    """Let a time that is kept with the request be long ago: functions see the machine's time, which no test may wait for."""
    await app(
        "dynamodb",
        "UpdateItem",
        TableName=app.outputs["Requests"],
        Key={"id": {"S": PAYMENT["paymentId"]}},
        UpdateExpression="SET #time = :long_ago",
        ExpressionAttributeNames={"#time": name},
        ExpressionAttributeValues={":long_ago": {"N": "1"}},
    )


async def test_the_lock_of_one_who_died_ends(application):
    app = await application("eda-idemp")
    refused = Fault("error", "dynamodb", "DeleteItem", code="AccessDeniedException", status=400, times=1)
    app.cloud.faults = Faults([refused, Fault("error", "sqs", "SendMessage", status=403, times=1)], seed=0)
    await app.invoke("Charge", PAYMENT)  # neither charged nor unlocked
    assert (await app.invoke("Charge", PAYMENT))["errorType"] == "InProgress"
    await age(app, "lockedUntilMs")
    assert (await app.invoke("Charge", PAYMENT))["amount"] == 10


async def test_an_id_is_forgotten_after_its_time(application):
    app = await application("eda-idemp", RememberSeconds="60")
    first = await app.invoke("Charge", PAYMENT)
    assert await app.invoke("Charge", PAYMENT) == first
    (request,) = await app.items("Requests")
    assert request["status"] == "COMPLETED"
    await age(app, "expiresAt")
    assert await app.invoke("Charge", PAYMENT) != first

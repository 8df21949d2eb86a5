"""Retries with limits, a dead-letter queue, and a processor that is switched on for the redrive."""

import json

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


def trouble(app, times, code="InternalError", status=500):
    """The queue of orders fails so often."""
    queue = app.outputs["Orders"].rpartition("/")[2]
    fault = Fault("error", "sqs", "SendMessage", resource=queue, code=code, status=status, times=times)
    app.cloud.faults = Faults([fault], seed=0)


def why(letter):
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    return attributes["EXHAUSTED_RETRY_CONDITION"], attributes["RETRY_ATTEMPTS"]


async def test_a_passing_trouble_is_outlived(application):
    app = await application("eda-dlq")
    trouble(app, 3)
    event_id = await app.put_event("shop", "OrderPlaced", {})
    await app.settle(600)
    assert [event["id"] for event in await app.bodies("Orders")] == [event_id]
    assert await app.messages("Undelivered") == []


async def test_a_lasting_one_is_exhausted_by_attempts(application):
    app = await application("eda-dlq", RetryAttempts="2")
    trouble(app, None)
    await app.put_event("shop", "OrderPlaced", {})
    await app.settle(600)
    (letter,) = await app.messages("Undelivered")
    assert why(letter) == ("MaximumRetryAttempts", "2")


async def test_or_by_age(application):
    app = await application("eda-dlq", RetryAttempts="185", MaximumAgeSeconds="60")
    trouble(app, None)
    await app.put_event("shop", "OrderPlaced", {})
    await app.settle(20)
    assert await app.messages("Undelivered") == []
    await app.settle(90)
    (letter,) = await app.messages("Undelivered")
    assert why(letter)[0] == "MaximumEventAgeInSeconds"


async def test_a_missing_permission_is_not_retried_and_the_processor_sends_all_again(application):
    app = await application("eda-dlq")
    trouble(app, None, "AccessDenied", 403)
    sent = [await app.put_event("shop", "OrderPlaced", {"n": n}) for n in range(3)]
    await app.settle(3600)
    assert await app.messages("Orders") == []  # nobody processes the dead-letter queue yet

    app.cloud.faults = None
    mapping = app.outputs["ProcessorMapping"]
    await app("lambda", "UpdateEventSourceMapping", UUID=mapping, Enabled=True)
    await app.settle(60)
    assert [event["id"] for event in await app.bodies("Orders")] == sent
    assert {seen["error"] for seen in await app.logs("Reprocess")} == {"NO_PERMISSIONS"}
    assert await app.messages("Undelivered") == []


async def test_the_alarm_tells_who_is_on_call_and_is_over_when_the_queue_is_empty(application):
    app = await application("eda-dlq")
    created = await app("sqs", "CreateQueue", QueueName="pager")
    queue_arn = "arn:aws:sqs:us-east-1:123456789012:pager"
    await app("sns", "Subscribe", TopicArn=app.outputs["OnCall"], Protocol="sqs", Endpoint=queue_arn)
    app.outputs["Pager"] = created["QueueUrl"]

    async def state():
        found = await app("cloudwatch", "DescribeAlarms", AlarmNames=[app.outputs["Alarm"]])
        return found["MetricAlarms"][0]["StateValue"]

    await app.settle(60)
    assert await state() == "OK"
    trouble(app, None, "AccessDenied", 403)
    await app.put_event("shop", "OrderPlaced", {})
    app.cloud.faults = None
    await app.settle(60)
    assert await state() == "ALARM"
    (page,) = await app.bodies("Pager")
    assert page["Subject"] == f'ALARM: "{app.outputs["Alarm"]}" in US East (N. Virginia)'
    assert "was greater than the threshold (0.0)" in json.loads(page["Message"])["NewStateReason"]

    await app("lambda", "UpdateEventSourceMapping", UUID=app.outputs["ProcessorMapping"], Enabled=True)
    await app.settle(120)
    assert await state() == "OK"
    assert len(await app.bodies("Orders")) == 1

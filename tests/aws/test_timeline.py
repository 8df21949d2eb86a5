"""What would happen next: calls in the outbox with their attempts, joined with what waits for an instant."""

from __future__ import annotations

import asyncio

import msgspec

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.aws.timeline import timeline


async def told(cloud, limit=100):
    now_ms = cloud.clock.now_ms()
    return [(due.at_ms - now_ms, due.what, due.recurring) for due in await timeline(cloud.cloud, limit)]


async def test_a_call_that_failed_waits_for_its_next_attempt(cloud):
    queue = await cloud("sqs", "CreateQueue", QueueName="orders")
    topic = await cloud("sns", "CreateTopic", Name="news")
    endpoint = "arn:aws:sqs:us-east-1:123456789012:orders"
    await cloud("sns", "Subscribe", TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=endpoint)
    cloud.cloud.faults = Faults([Fault("error", "sqs", "SendMessage")], 0)
    await cloud("sns", "Publish", TopicArn=topic["TopicArn"], Message="hello")
    await cloud.settle()
    (due,) = await timeline(cloud.cloud, 100)
    assert (due.service, due.operation, due.account) == ("sqs", "SendMessage", "123456789012")
    assert due.what.startswith("sqs SendMessage ")
    assert due.resource == queue["QueueUrl"] or due.resource.endswith("orders")
    assert due.attempt > 1
    assert (
        due.attempts_max == 100_015
    )  # https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
    assert not due.recurring


async def test_what_recurs_and_what_waits_come_in_the_order_of_their_instants(cloud):
    await cloud("sqs", "CreateQueue", QueueName="orders")
    await cloud("sqs", "SendMessage", QueueUrl="orders", MessageBody="x", DelaySeconds=7)
    for name, rate in (("often", "rate(1 minute)"), ("seldom", "rate(2 hours)")):
        await cloud("events", "PutRule", Name=name, ScheduleExpression=rate)
    poll = asyncio.ensure_future(cloud.start("sqs", "ReceiveMessage", QueueUrl="orders", WaitTimeSeconds=20))
    await cloud.settle()
    assert await told(cloud) == [
        (7_000, "the wait for sqs queue orders ends", False),
        (60_000, "events run schedule often", True),
        (7_200_000, "events run schedule seldom", True),
    ]
    assert await told(cloud, 1) == [(7_000, "the wait for sqs queue orders ends", False)]
    await cloud.clock.advance(7_000)
    assert (await poll)["Messages"]
    assert (await told(cloud))[0] == (53_000, "events run schedule often", True)


async def test_an_entry_can_be_sent_as_json(cloud):
    await cloud("events", "PutRule", Name="often", ScheduleExpression="rate(1 minute)")
    (due,) = await timeline(cloud.cloud, 100)
    assert msgspec.json.decode(msgspec.json.encode(due))["operation"] == "run_schedule"

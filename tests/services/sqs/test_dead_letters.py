"""Dead-letter queues and moving messages back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json

import pytest


def policy(arn: str, count: object = 1) -> str:
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})


@pytest.fixture
async def pair(make):
    dead = await make("dead")
    return await make("source", RedrivePolicy=policy(dead.arn, 2), VisibilityTimeout="1"), dead


async def exhaust(source, times=3):
    for _ in range(times):
        await source.receive()
        await source.cloud.clock.advance(1_000)


async def test_a_message_received_too_often_moves_with_its_id_and_the_instant_it_was_sent_f035(pair):
    source, dead = pair
    sent_ms = source.cloud.clock.now_ms()
    sent = await source.send("poison")
    assert await source.bodies() == ["poison"]
    await source.cloud.clock.advance(1_000)
    assert await source.bodies() == ["poison"]
    await source.cloud.clock.advance(1_000)
    assert await source.bodies() == []
    got = (await dead.receive())[0]
    assert (got["MessageId"], got["Body"]) == (sent["MessageId"], "poison")
    assert got["Attributes"]["SentTimestamp"] == str(sent_ms)
    assert got["Attributes"]["DeadLetterQueueSourceArn"] == source.arn
    assert await source.counts() == (0, 0, 0)


async def test_f035_retention_in_the_dead_letter_queue_counts_from_the_first_send(make):
    dead = await make("dead", MessageRetentionPeriod="60")
    source = await make("source", RedrivePolicy=policy(dead.arn), VisibilityTimeout="1")
    await source.send("x")
    await source.receive()
    await source.cloud.clock.advance(50_000)
    assert await source.bodies() == []
    assert await dead.counts() == (1, 0, 0)
    await source.cloud.clock.advance(10_000)
    assert await dead.bodies() == []


async def test_many_poison_messages_hide_no_good_one_behind_them(pair):
    source, dead = pair
    for n in range(30):
        await source.send(f"poison {n}")
    for _ in range(2):
        for _ in range(3):
            await source.receive()
        await source.cloud.clock.advance(1_000)
    await source.send("good")
    assert await source.bodies(1) == ["good"]
    assert (await dead.counts())[0] == 30


async def test_a_fifo_dead_letter_queue_takes_two_messages_of_one_deduplication_id(make):
    # "the original message's deduplication ID will be replaced with the original message's ID"
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    dead = await make("dead.fifo")
    source = await make("source.fifo", RedrivePolicy=policy(dead.arn), VisibilityTimeout="1")
    sent = []
    for _ in range(2):
        sent.append(await source.send("x", MessageGroupId="g", MessageDeduplicationId="same"))
        await exhaust(source, 2)
        await source.cloud.clock.advance(300_000)
    got = await dead.receive()
    assert [m["MessageId"] for m in got] == [s["MessageId"] for s in sent]
    assert [m["Attributes"]["MessageDeduplicationId"] for m in got] == [s["MessageId"] for s in sent]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "Redrive policy is not a valid JSON map."),
        ("nonsense", "Redrive policy is not a valid JSON map."),
        (policy("arn:aws:sqs:us-east-1:123456789012:none"), "Dead letter target does not exist."),
        (policy("arn:aws:sqs:us-east-1:123456789012:dead", 0),
         "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive."),
        (policy("arn:aws:sqs:us-east-1:123456789012:dead", 1001),
         "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive."),
        (policy("arn:aws:sqs:us-east-1:123456789012:dead.fifo"),
         "Dead-letter queue must be same type of queue as the source."),
        ('{"maxReceiveCount": 3}', "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
        ('{"deadLetterTargetArn": "x"}', "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
    ],
)  # fmt: skip
async def test_a_redrive_policy_that_cannot_be_is_refused_and_changes_nothing(make, error_of, text, reason):
    await make("dead"), await make("dead.fifo")
    source = await make("source")
    error = await error_of(source.do("SetQueueAttributes", Attributes={"RedrivePolicy": text}))
    assert error.message == f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
    assert "RedrivePolicy" not in await source.attributes()


@pytest.mark.parametrize(
    ("allow", "allowed"),
    [
        ({"redrivePermission": "allowAll"}, True),
        ({"redrivePermission": "denyAll"}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:us-east-1:123456789012:source"]}, True),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:us-east-1:123456789012:other"]}, False),
    ],
)  # fmt: skip
async def test_a_dead_letter_queue_says_who_may_use_it(make, error_of, allow, allowed):
    dead, source = await make("dead", RedriveAllowPolicy=json.dumps(allow)), await make("source")
    change = source.do("SetQueueAttributes", Attributes={"RedrivePolicy": policy(dead.arn)})
    if allowed:
        await change
    else:
        assert (await error_of(change)).code == "InvalidParameterValue"
    assert json.loads((await dead.attributes())["RedriveAllowPolicy"]) == allow


async def test_the_sources_of_a_dead_letter_queue_are_listed_by_page(make, cloud):
    dead = await make("dead")
    for n in range(3):
        await make(f"source{n}", RedrivePolicy=policy(dead.arn))
    first = await dead.do("ListDeadLetterSourceQueues", MaxResults=2)
    rest = await dead.do("ListDeadLetterSourceQueues", MaxResults=2, NextToken=first["NextToken"])
    assert [url.rsplit("/", 1)[1] for url in first["queueUrls"] + rest["queueUrls"]] == [
        "source0", "source1", "source2",
    ]  # fmt: skip
    assert "NextToken" not in rest


async def status(cloud, arn):
    return (await cloud("sqs", "ListMessageMoveTasks", SourceArn=arn))["Results"][0]


async def test_f038_moved_messages_are_new_ones_in_their_sources(pair):
    source, dead = pair
    for n in range(3):
        await source.send(f"{n}")
    await exhaust(source)
    assert (await dead.counts())[0] == 3
    ids = {m["MessageId"] for m in await dead.receive(VisibilityTimeout=0)}
    await source.cloud("sqs", "StartMessageMoveTask", SourceArn=dead.arn)
    await source.cloud.clock.run_until_idle()
    got = await source.receive()
    assert [m["Body"] for m in got] == ["0", "1", "2"]
    assert {m["Attributes"]["ApproximateReceiveCount"] for m in got} == {"1"}
    assert {m["Attributes"]["SentTimestamp"] for m in got} != {str(1_767_225_600_000)}
    assert not {m["MessageId"] for m in got} & ids
    task = await status(source.cloud, dead.arn)
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert "TaskHandle" not in task


async def test_f038_messages_move_at_the_rate_asked_for_and_only_one_task_runs(pair, error_of, make):
    source, dead = pair
    target = await make("target")
    for n in range(5):
        await source.send(f"{n}")
    await exhaust(source)
    start = {"SourceArn": dead.arn, "DestinationArn": target.arn, "MaxNumberOfMessagesPerSecond": 2}
    handle = (await source.cloud("sqs", "StartMessageMoveTask", **start))["TaskHandle"]
    await source.cloud.settle()
    assert (await target.counts())[0] == 2
    error = await error_of(source.cloud("sqs", "StartMessageMoveTask", **start))
    assert error.code == "UnsupportedOperation"
    await source.cloud.clock.advance(1_000)
    assert (await target.counts())[0] == 4
    moved = await source.cloud("sqs", "CancelMessageMoveTask", TaskHandle=handle)
    assert moved == {"ApproximateNumberOfMessagesMoved": 4}
    await source.cloud.clock.run_until_idle()
    assert (await target.counts())[0] == 4
    assert (await status(source.cloud, dead.arn))["Status"] == "CANCELLED"


async def test_f038_only_dead_letter_queues_of_queues_are_sources_of_moves(make, cloud, error_of):
    queue = await make("plain")
    error = await error_of(cloud("sqs", "StartMessageMoveTask", SourceArn=queue.arn))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "Source queue must be configured as a Dead Letter Queue.",
    )
    error = await error_of(cloud("sqs", "StartMessageMoveTask", SourceArn=queue.arn + "none"))
    assert error.code == "ResourceNotFoundException"


async def test_messages_do_not_move_to_a_queue_of_the_other_kind(pair, make):
    source, dead = pair
    fifo = await make("target.fifo")
    await source.send("x")
    await exhaust(source)
    await source.cloud("sqs", "StartMessageMoveTask", SourceArn=dead.arn, DestinationArn=fifo.arn)
    await source.cloud.clock.run_until_idle()
    assert (await status(source.cloud, dead.arn))["Status"] == "FAILED"
    assert (await dead.counts())[0] == 1

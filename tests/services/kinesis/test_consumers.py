"""Consumers with enhanced fan-out, and what is pushed to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

SHARD_0 = "shardId-000000000000"


@pytest.fixture
async def consumer(make, cloud):
    """A stream with one consumer: `stream.consumer` is its ARN."""
    stream = await make()
    made = await cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    stream.consumer = made["Consumer"]["ConsumerARN"]
    return stream


async def subscribe(stream, kind: str = "TRIM_HORIZON", **more: Any):
    answer = await stream.cloud(
        "kinesis",
        "SubscribeToShard",
        ConsumerARN=stream.consumer,
        ShardId=SHARD_0,
        StartingPosition={"Type": kind, **more},
    )
    return answer["EventStream"]


async def following(stream, events) -> dict[str, Any] | None:
    async def get():
        return await anext(events, None)

    event = await stream.cloud.clock.run(get())
    return event and event["SubscribeToShardEvent"]


def data(event):
    return [record["Data"] for record in event["Records"]]


async def test_a_consumer_is_active_when_its_registration_is_answered(make, cloud, error_of):
    stream = await make()
    made = await cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    assert made["Consumer"]["ConsumerStatus"] == "CREATING"
    assert made["Consumer"]["ConsumerARN"] == f"{stream.arn}/consumer/c:1767225600"
    by_name = await cloud("kinesis", "DescribeStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    by_arn = await cloud("kinesis", "DescribeStreamConsumer", ConsumerARN=made["Consumer"]["ConsumerARN"])
    assert by_name == by_arn
    assert by_arn["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE"
    again = cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    assert (await error_of(again)).code == "ResourceInUseException"
    await cloud("kinesis", "DeregisterStreamConsumer", ConsumerARN=made["Consumer"]["ConsumerARN"])
    gone = cloud("kinesis", "DescribeStreamConsumer", StreamARN=stream.arn, ConsumerName="c")
    assert (await error_of(gone)).code == "ResourceNotFoundException"


async def test_a_stream_has_twenty_consumers_listed_in_pages(make, cloud, error_of):
    stream = await make()
    for index in range(20):
        await cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName=f"c{index:02}")
    more = cloud("kinesis", "RegisterStreamConsumer", StreamARN=stream.arn, ConsumerName="more")
    assert (await error_of(more)).code == "LimitExceededException"
    page = await cloud("kinesis", "ListStreamConsumers", StreamARN=stream.arn, MaxResults=15)
    rest = await cloud("kinesis", "ListStreamConsumers", StreamARN=stream.arn, NextToken=page["NextToken"])
    assert [c["ConsumerName"] for c in rest["Consumers"]] == [f"c{index}" for index in range(15, 20)]
    assert "NextToken" not in rest


async def test_records_are_pushed_as_they_come(consumer):
    await consumer.put("a")
    events = await subscribe(consumer)
    first = await following(consumer, events)
    assert data(first) == [b"a"]
    assert first["MillisBehindLatest"] == 0
    await consumer.put("b")
    await consumer.put("c")
    second = await following(consumer, events)
    assert data(second) == [b"b", b"c"]
    assert second["ContinuationSequenceNumber"] == second["Records"][-1]["SequenceNumber"]
    await events.aclose()


async def test_a_push_does_not_wait_for_a_heartbeat(consumer, cloud):
    events = await subscribe(consumer, "LATEST")
    assert data(await following(consumer, events)) == []
    started_ms = cloud.clock.now_ms()
    pending = asyncio.ensure_future(anext(events))
    await cloud.settle()
    assert not pending.done()
    await consumer.put("a")
    assert data((await cloud.clock.run(pending))["SubscribeToShardEvent"]) == [b"a"]
    assert cloud.clock.now_ms() == started_ms


async def test_a_quiet_subscription_sends_empty_events_and_ends_after_five_minutes(consumer, cloud):
    started_ms = cloud.clock.now_ms()
    events = await subscribe(consumer)
    count = 0
    while (event := await following(consumer, events)) is not None:
        assert data(event) == []
        count += 1
    assert cloud.clock.now_ms() == started_ms + 300_000
    assert count == 60


async def test_a_subscription_goes_on_behind_the_last_event(consumer, cloud):
    await consumer.put("a")
    events = await subscribe(consumer)
    number = (await following(consumer, events))["ContinuationSequenceNumber"]
    await events.aclose()
    await consumer.put("b")
    await cloud.clock.advance(5000)
    events = await subscribe(consumer, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    assert data(await following(consumer, events)) == [b"b"]
    await events.aclose()


async def test_a_second_subscription_takes_over_after_five_seconds(consumer, cloud, error_of):
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
    first = await subscribe(consumer)
    await following(consumer, first)
    assert (await error_of(subscribe(consumer))).code == "ResourceInUseException"
    await cloud.clock.advance(5000)
    second = await subscribe(consumer)
    assert await following(consumer, first) is None
    await consumer.put("a")
    assert data(await following(consumer, second)) == [b"a"]
    await second.aclose()


async def test_the_end_of_a_closed_shard_names_its_children(consumer):
    events = await subscribe(consumer)
    await consumer.put("a")
    await consumer.do("SplitShard", ShardToSplit=SHARD_0, NewStartingHashKey=str(2**127))
    event = await following(consumer, events)
    assert data(event) == [b"a"]
    assert [child["ShardId"][-1] for child in event["ChildShards"]] == ["1", "2"]
    assert await following(consumer, events) is None


async def test_a_subscription_ends_with_its_consumer(consumer, cloud):
    events = await subscribe(consumer)
    await following(consumer, events)
    await cloud("kinesis", "DeregisterStreamConsumer", ConsumerARN=consumer.consumer)
    assert await following(consumer, events) is None


async def test_a_subscription_to_a_deleted_stream_ends_with_an_error(consumer):
    events = await subscribe(consumer)
    await following(consumer, events)
    await consumer.do("DeleteStream", EnforceConsumerDeletion=True)
    error = await consumer.cloud.clock.run(anext(events))
    assert error.code == "ResourceNotFoundException"
    assert await following(consumer, events) is None


async def test_two_mebibytes_a_second_are_pushed(consumer, cloud):
    for _ in range(5):
        await consumer.put(b"x" * 1_000_000)
        await cloud.clock.advance(1000)
    started_ms = cloud.clock.now_ms()
    events = await subscribe(consumer)
    counts = [len((await following(consumer, events))["Records"]) for _ in range(3)]
    assert counts == [2, 2, 1]
    assert 1900 <= cloud.clock.now_ms() - started_ms <= 2000
    await events.aclose()

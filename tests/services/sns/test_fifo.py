"""FIFO topics: order, deduplication, who may subscribe."""

import json

from cloudchamber.aws.faults import Fault, Faults


async def fifo(room, **attributes):
    return await room.topic("orders.fifo", FifoTopic="true", **attributes)


async def test_messages_of_a_group_arrive_in_order_with_rising_sequence_numbers(cloud, room):
    topic = await fifo(room)
    await room.subscribe(topic, "q.fifo")
    answers = [
        await cloud(
            "sns",
            "Publish",
            TopicArn=topic,
            Message=str(n),
            MessageGroupId="g",
            MessageDeduplicationId=str(n),
        )
        for n in range(5)
    ]
    messages = await room.received("q.fifo")
    assert [json.loads(message["Body"])["Message"] for message in messages] == list("01234")
    assert [message["Attributes"]["MessageGroupId"] for message in messages] == ["g"] * 5
    numbers = [answer["SequenceNumber"] for answer in answers]
    assert numbers == sorted(set(numbers))
    assert [json.loads(message["Body"])["SequenceNumber"] for message in messages] == numbers
    assert {len(number) for number in numbers} == {20}


async def test_order_holds_when_a_delivery_has_to_be_tried_again(cloud, room):
    topic = await fifo(room, ContentBasedDeduplication="true")
    await room.subscribe(topic, "q.fifo", RawMessageDelivery="true")
    cloud.cloud.faults = Faults([Fault("error", "sqs", "SendMessage", status=500, times=7)], seed=1)
    for n in range(3):
        await cloud("sns", "Publish", TopicArn=topic, Message=str(n), MessageGroupId="g")
    await cloud.clock.advance(60_000)
    assert [message["Body"] for message in await room.received("q.fifo")] == ["0", "1", "2"]


async def test_a_message_is_a_duplicate_for_five_minutes(cloud, room):
    topic = await fifo(room, ContentBasedDeduplication="true")
    await room.subscribe(topic, "q.fifo")
    message = {"TopicArn": topic, "Message": "x", "MessageGroupId": "g"}
    first = await cloud("sns", "Publish", **message)
    await cloud.clock.advance(299_999)
    assert await cloud("sns", "Publish", **message) == first
    assert len(await room.received("q.fifo")) == 1
    await cloud.clock.advance(1)
    assert (await cloud("sns", "Publish", **message))["MessageId"] != first["MessageId"]
    await cloud.settle()
    assert len(await room.received("q.fifo")) == 1


async def test_a_standard_queue_may_hear_of_a_fifo_topic(cloud, room):
    topic = await fifo(room, ContentBasedDeduplication="true")
    await room.subscribe(topic, "q")
    await cloud("sns", "Publish", TopicArn=topic, Message="x", MessageGroupId="g")
    await cloud.settle()
    assert await room.bodies("q") == ["x"]


async def test_a_fifo_topic_asks_for_a_group_and_a_way_to_tell_duplicates(cloud, room, error_of):
    topic = await fifo(room)
    error = await error_of(cloud("sns", "Publish", TopicArn=topic, Message="x"))
    assert error.message == "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    error = await error_of(cloud("sns", "Publish", TopicArn=topic, Message="x", MessageGroupId="g"))
    assert error.message == (
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly"
    )


async def test_a_fifo_topic_takes_queues_only(cloud, room, error_of):
    topic = await fifo(room)
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    error = await error_of(cloud("sns", "Subscribe", TopicArn=topic, Protocol="lambda", Endpoint=function))
    assert error.message == "Invalid parameter: Invalid protocol type: lambda"

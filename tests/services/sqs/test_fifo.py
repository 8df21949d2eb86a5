"""FIFO queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html"""

from __future__ import annotations

import hashlib

import pytest

FIVE_MINUTES_MS = 300_000


@pytest.fixture
async def fifo(make):
    return await make("q.fifo", ContentBasedDeduplication="true")


async def test_messages_of_a_group_come_in_order_with_rising_sequence_numbers(fifo):
    sent = [await fifo.send(f"{n}", MessageGroupId="g") for n in range(12)]
    numbers = [answer["SequenceNumber"] for answer in sent]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {20}
    got = await fifo.receive()
    assert [message["Body"] for message in got] == [f"{n}" for n in range(10)]
    assert [message["Attributes"]["SequenceNumber"] for message in got] == numbers[:10]


async def test_f034_a_group_is_blocked_while_one_of_its_messages_is_in_flight_and_others_are_not(fifo):
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        await fifo.send(body, MessageGroupId=group)
    first = await fifo.receive(1)
    assert first[0]["Body"] == "a1"
    assert await fifo.bodies() == ["b1"]
    assert await fifo.bodies() == []
    await fifo.delete(first[0])
    assert await fifo.bodies() == ["a2"]


async def test_f034_delayed_messages_do_not_block(make):
    queue = await make("q.fifo", ContentBasedDeduplication="true", DelaySeconds="10")
    await queue.send("first", MessageGroupId="g")
    await queue.cloud.clock.advance(5_000)
    await queue.send("second", MessageGroupId="g")
    assert await queue.counts() == (0, 0, 2)
    await queue.cloud.clock.advance(5_000)
    assert await queue.bodies() == ["first"]
    await queue.cloud.clock.advance(30_000)
    assert await queue.bodies() == ["first", "second"]


async def test_a_message_that_comes_back_comes_before_those_behind_it(fifo):
    for n in range(3):
        await fifo.send(f"{n}", MessageGroupId="g")
    first = (await fifo.receive(1))[0]
    await fifo.hide(first, 0)
    assert await fifo.bodies() == ["0", "1", "2"]


async def test_a_group_goes_on_only_when_all_of_its_messages_in_flight_are_done(fifo):
    for n in range(3):
        await fifo.send(f"{n}", MessageGroupId="g")
    first, second = await fifo.receive(2)
    await fifo.delete(second)
    assert await fifo.bodies() == []
    await fifo.hide(first, 0)
    assert await fifo.bodies() == ["0", "2"]


async def test_f030_a_duplicate_within_five_minutes_is_accepted_and_not_delivered(fifo):
    # "Amazon SQS continues to keep track of the message deduplication ID even after the message is received and deleted."
    first = await fifo.send("same", MessageGroupId="g")
    await fifo.delete((await fifo.receive())[0])
    await fifo.cloud.clock.advance(FIVE_MINUTES_MS - 1)
    again = await fifo.send("same", MessageGroupId="g")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert await fifo.bodies() == []
    await fifo.cloud.clock.advance(1)
    later = await fifo.send("same", MessageGroupId="g")
    assert later["MessageId"] != first["MessageId"]
    assert await fifo.bodies() == ["same"]


async def test_f030_the_interval_ends_for_each_of_many_messages_and_begins_anew(fifo):
    for n in range(60):
        await fifo.send(f"{n}", MessageGroupId="g")
    await fifo.do("PurgeQueue")
    await fifo.cloud.clock.advance(FIVE_MINUTES_MS)
    await fifo.send("59", MessageGroupId="g")
    for _ in range(5):
        await fifo.send("59", MessageGroupId="g")
        await fifo.send("other", MessageGroupId="g", MessageDeduplicationId=f"d{_}")
    assert (await fifo.bodies()).count("59") == 1


async def test_f031_content_and_an_explicit_id_that_is_its_digest_are_duplicates_of_each_other(fifo):
    digest = hashlib.sha256(b"body").hexdigest()
    await fifo.send("body", MessageGroupId="g")
    await fifo.send("other", MessageGroupId="g", MessageDeduplicationId=digest)
    await fifo.send("third", MessageGroupId="g", MessageDeduplicationId="explicit")
    await fifo.send("third again", MessageGroupId="g", MessageDeduplicationId="explicit")
    got = await fifo.receive()
    assert [message["Body"] for message in got] == ["body", "third"]
    assert got[0]["Attributes"]["MessageDeduplicationId"] == digest


async def test_the_scope_of_deduplication_may_be_the_group(make):
    attributes = {"ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup"}
    queue = await make("q.fifo", **attributes, FifoThroughputLimit="perMessageGroupId")
    for group in ("a", "b", "a"):
        await queue.send("same", MessageGroupId=group)
    assert await queue.bodies() == ["same", "same"]


async def test_f033_a_fifo_queue_has_no_timers_of_single_messages(fifo, error_of):
    error = await error_of(fifo.send("x", MessageGroupId="g", DelaySeconds=5))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "Value 5 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this "
        "queue type.",
    )
    assert await fifo.counts() == (0, 0, 0)


async def test_a_message_needs_a_group_and_a_deduplication_id(make, error_of):
    queue = await make("q.fifo")
    error = await error_of(queue.send("x"))
    assert (error.code, error.message) == (
        "MissingParameter",
        "The request must contain the parameter MessageGroupId.",
    )
    error = await error_of(queue.send("x", MessageGroupId="g"))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    )


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["a" * 129, "with space", "ä"])
async def test_ids_have_up_to_128_letters_digits_and_punctuation(fifo, error_of, name, value):
    error = await error_of(fifo.send("x", **({"MessageGroupId": "g"} | {name: value})))
    assert error.message == (
        f"Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation "
        "characters. 1 to 128 in length."
    )
    await fifo.send("x", **({"MessageGroupId": "g"} | {name: "a!~}/" + "b" * 123}))


async def test_f032_the_same_attempt_gives_the_same_messages_and_handles_and_hides_them_anew(fifo):
    await fifo.send("1", MessageGroupId="g")
    await fifo.send("2", MessageGroupId="g")
    first = await fifo.receive(ReceiveRequestAttemptId="attempt")
    await fifo.cloud.clock.advance(20_000)
    again = await fifo.receive(ReceiveRequestAttemptId="attempt")
    assert [m["ReceiptHandle"] for m in again] == [m["ReceiptHandle"] for m in first]
    assert [m["Attributes"]["ApproximateReceiveCount"] for m in again] == ["1", "1"]
    assert await fifo.bodies(ReceiveRequestAttemptId="another") == []
    await fifo.cloud.clock.advance(29_999)
    assert await fifo.bodies() == []
    await fifo.cloud.clock.advance(1)
    assert await fifo.bodies() == ["1", "2"]


async def test_f032_an_attempt_is_void_once_a_message_was_deleted(fifo):
    for n in range(2):
        await fifo.send(f"{n}", MessageGroupId="g")
    first = await fifo.receive(ReceiveRequestAttemptId="attempt")
    await fifo.delete(first[0])
    assert await fifo.bodies(ReceiveRequestAttemptId="attempt") == []


async def test_f032_an_attempt_is_void_once_a_visibility_timeout_was_changed(fifo):
    await fifo.send("1", MessageGroupId="g")
    first = await fifo.receive(ReceiveRequestAttemptId="attempt")
    await fifo.hide(first[0], 100)
    assert await fifo.bodies(ReceiveRequestAttemptId="attempt") == []


async def test_f032_an_attempt_is_void_once_its_messages_are_visible_again(fifo):
    await fifo.send("1", MessageGroupId="g")
    first = await fifo.receive(ReceiveRequestAttemptId="attempt")
    await fifo.cloud.clock.advance(30_000)
    again = await fifo.receive(ReceiveRequestAttemptId="attempt")
    assert again[0]["ReceiptHandle"] != first[0]["ReceiptHandle"]


@pytest.mark.parametrize("look_first", [False, True])
async def test_a_handle_whose_visibility_timeout_has_ended_deletes_nothing(fifo, error_of, look_first):
    await fifo.send("a", MessageGroupId="a")
    await fifo.send("b", MessageGroupId="b")
    first = (await fifo.receive(1))[0]
    await fifo.cloud.clock.advance(30_000)
    if look_first:
        await fifo.receive(1)
    error = await error_of(fifo.delete(first))
    assert error.message.endswith("Reason: The receipt handle has expired.")


async def test_deleting_twice_is_no_error(fifo):
    await fifo.send("a", MessageGroupId="a")
    got = (await fifo.receive(1))[0]
    await fifo.delete(got)
    await fifo.delete(got)


async def test_a_long_poll_is_woken_when_its_group_is_free_again(fifo):
    for n in range(2):
        await fifo.send(f"{n}", MessageGroupId="g")
    first = (await fifo.receive(1))[0]
    poll = fifo.cloud.start("sqs", "ReceiveMessage", QueueUrl=fifo.url, WaitTimeSeconds=20)
    import asyncio

    task = asyncio.ensure_future(poll)
    await fifo.cloud.settle()
    start_ms = fifo.cloud.clock.now_ms()
    await fifo.delete(first)
    got = await fifo.cloud.clock.run(task)
    assert [m["Body"] for m in got["Messages"]] == ["1"]
    assert fifo.cloud.clock.now_ms() == start_ms


async def test_expired_heads_hide_nothing_behind_them(make):
    queue = await make("q.fifo", ContentBasedDeduplication="true", MessageRetentionPeriod="60")
    for n in range(30):
        await queue.send(f"old {n}", MessageGroupId="g")
    await queue.cloud.clock.advance(60_000)
    for n in range(3):
        await queue.send(f"new {n}", MessageGroupId="g")
    assert await queue.counts() == (3, 0, 0)
    assert await queue.bodies() == ["new 0", "new 1", "new 2"]


async def test_a_changed_delay_of_the_queue_counts_for_messages_already_there(make):
    # "For FIFO queues, the per-queue delay setting is retroactive"
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
    queue = await make("q.fifo", ContentBasedDeduplication="true", DelaySeconds="100")
    await queue.send("x", MessageGroupId="g")
    await queue.do("SetQueueAttributes", Attributes={"DelaySeconds": "0"})
    assert await queue.bodies() == ["x"]

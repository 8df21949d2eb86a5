"""Sizes, counts and durations of messages, batches and receipts."""

from __future__ import annotations

import asyncio
import hashlib
import struct

import pytest

from cloudchamber.aws import Call
from cloudchamber.services.sqs.model import Message
from cloudchamber.services.sqs.records import IN_FLIGHT
from cloudchamber.services.sqs.rules import attributes_md5


async def fill_in_flight(cloud, name: str, count: int) -> None:
    _, ctx = cloud.cloud.begin(Call("sqs", "fill", {}, "test", "123456789012", "us-east-1"))

    def within(ctx):
        message = Message(0, "id", "x", "s", 0, 0)
        for serial in range(10**9, 10**9 + count):
            IN_FLIGHT.put(ctx, message, name, serial)

    await ctx.transact(within)


async def test_f027_a_standard_queue_with_120_000_messages_in_flight_says_so(make, error_of):
    queue = await make("q")
    await fill_in_flight(queue.cloud, "q", 119_999)
    for _ in range(2):
        await queue.send()
    assert len(await queue.receive(10)) == 1
    assert (await error_of(queue.receive(10))).code == "OverLimit"


async def test_f028_a_fifo_queue_with_120_000_messages_in_flight_gives_none_without_an_error(make):
    queue = await make("q.fifo", DelaySeconds="1")
    await fill_in_flight(queue.cloud, "q.fifo", 120_000)
    await queue.send(MessageGroupId="g", MessageDeduplicationId="d")
    await queue.cloud.clock.advance(1_000)
    start_ms = queue.cloud.clock.now_ms()
    assert await queue.receive(10, WaitTimeSeconds=20) == []
    assert queue.cloud.clock.now_ms() - start_ms == 20_000


async def test_f029_a_message_has_at_most_one_mebibyte_with_its_attributes(make, error_of):
    queue = await make("q")
    attributes = {"n": {"DataType": "String", "StringValue": "v"}}
    await queue.send("x" * (1_048_576 - 8), MessageAttributes=attributes)
    error = await error_of(queue.send("x" * (1_048_576 - 7), MessageAttributes=attributes))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    )


async def test_f029_a_batch_has_at_most_one_mebibyte_in_all(make, error_of):
    queue = await make("q")
    entries = [{"Id": str(n), "MessageBody": "ä" * 262_144} for n in range(2)]
    assert len((await queue.do("SendMessageBatch", Entries=entries))["Successful"]) == 2
    entries[0]["MessageBody"] += "x"
    error = await error_of(queue.do("SendMessageBatch", Entries=entries))
    assert (error.code, error.message) == (
        "BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    )


@pytest.mark.parametrize(
    ("entries", "code", "message"),
    [
        ([], "EmptyBatchRequest", "There should be at least one entry in the request."),
        ([str(n) for n in range(11)], "TooManyEntriesInBatchRequest",
         "Maximum number of entries per request are 10. You have sent 11."),
        (["a", "a"], "BatchEntryIdsNotDistinct", "Id a repeated."),
        (["a b"], "InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
         "It can be at most 80 letters long."),
    ],
)  # fmt: skip
async def test_a_batch_that_cannot_be_is_refused_as_a_whole(make, error_of, entries, code, message):
    queue = await make("q")
    request = [{"Id": name, "MessageBody": "x"} for name in entries]
    error = await error_of(queue.do("SendMessageBatch", Entries=request))
    assert (error.code, error.message) == (code, message)
    assert await queue.counts() == (0, 0, 0)


async def test_each_entry_of_a_batch_succeeds_or_fails_for_itself(make):
    queue = await make("q")
    entries = [{"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "\x01"}]
    answer = await queue.do("SendMessageBatch", Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(e["Id"], e["Code"], e["SenderFault"]) for e in answer["Failed"]] == [
        ("bad", "InvalidMessageContents", True)
    ]
    assert await queue.bodies() == ["x"]


async def test_f037_a_message_older_than_its_retention_is_gone_and_not_counted(make):
    queue = await make("q", MessageRetentionPeriod="60")
    for _ in range(50):
        await queue.send("old")
    await queue.cloud.clock.advance(59_999)
    assert (await queue.counts())[0] == 50
    await queue.send("young")
    await queue.cloud.clock.advance(1)
    assert (await queue.counts())[0] == 1
    assert await queue.bodies(1) == ["young"]


async def test_f036_a_group_id_on_a_standard_queue_orders_and_blocks_nothing(make):
    queue = await make("q")
    for n in range(3):
        await queue.send(f"{n}", MessageGroupId="tenant")
    assert len(await queue.receive(1)) == 1
    got = await queue.receive(10)
    assert [m["Attributes"]["MessageGroupId"] for m in got] == ["tenant"] * 2


async def test_visibility_may_be_changed_up_to_twelve_hours_since_the_receipt(make, error_of):
    queue = await make("q")
    await queue.send()
    message = (await queue.receive())[0]
    await queue.hide(message, 43_200)
    await queue.cloud.clock.advance(1_000)
    error = await error_of(queue.hide(message, 43_200))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the "
        "limit [43200 seconds]",
    )
    await queue.hide(message, 43_199)
    error = await error_of(queue.hide(message, 43_201))
    assert error.message.endswith("Reason: Must be between 0 and 43200, if provided.")


@pytest.mark.parametrize("look_first", [False, True])
async def test_an_old_handle_deletes_a_message_that_nobody_received_since(make, look_first):
    queue = await make("q")
    await queue.send("first")
    message = (await queue.receive())[0]
    await queue.cloud.clock.advance(30_000)
    await queue.send("second")
    if look_first:
        got = await queue.receive(1, VisibilityTimeout=0)
        if got[0]["Body"] == "first":
            await queue.delete(message)
            assert sorted(await queue.bodies()) == ["first", "second"]
            return
    await queue.delete(message)
    assert await queue.bodies() == ["second"]


async def test_a_handle_is_good_after_its_message_was_made_visible(make, error_of):
    queue = await make("q")
    await queue.send()
    message = (await queue.receive())[0]
    await queue.hide(message, 0)
    assert (await error_of(queue.hide(message, 5))).code == "MessageNotInflight"
    await queue.delete(message)
    assert await queue.counts() == (0, 0, 0)
    error = await error_of(queue.hide(message, 5))
    assert error.message.endswith(
        "Reason: Message does not exist or is not available for visibility timeout change."
    )


async def test_a_handle_that_is_none_is_refused(make, error_of):
    queue = await make("q")
    error = await error_of(queue.do("DeleteMessage", ReceiptHandle="x"))
    assert (error.code, error.message) == (
        "ReceiptHandleIsInvalid",
        'The input receipt handle "x" is not a valid receipt handle.',
    )


async def test_a_long_poll_misses_no_message_sent_while_it_looks(make, cloud):
    queue = await make("q")
    start_ms = cloud.clock.now_ms()
    for turns in range(8):
        poll = asyncio.ensure_future(
            cloud.start("sqs", "ReceiveMessage", QueueUrl=queue.url, WaitTimeSeconds=20)
        )
        for _ in range(turns):
            turned = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(turned.set_result, None)
            await turned
        send = asyncio.ensure_future(cloud.start("sqs", "SendMessage", QueueUrl=queue.url, MessageBody="x"))
        answer, _ = await cloud.clock.run(asyncio.gather(poll, send))
        assert len(answer["Messages"]) == 1
    assert cloud.clock.now_ms() == start_ms


@pytest.mark.parametrize("delay_s", [0, 900])
async def test_a_delayed_message_comes_at_its_instant(make, delay_s):
    queue = await make("q", DelaySeconds="5")
    await queue.send("own", DelaySeconds=delay_s)
    start_ms = queue.cloud.clock.now_ms()
    while not await queue.bodies(WaitTimeSeconds=20):
        pass
    assert queue.cloud.clock.now_ms() - start_ms == delay_s * 1000


@pytest.mark.parametrize("delay_s", [-1, 901])
async def test_a_delay_is_at_most_15_minutes(make, error_of, delay_s):
    queue = await make("q")
    error = await error_of(queue.send(DelaySeconds=delay_s))
    assert error.message == (
        f"Value {delay_s} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MaxNumberOfMessages", 0),
        ("MaxNumberOfMessages", 11),
        ("WaitTimeSeconds", 21),
        ("VisibilityTimeout", 43_201),
    ],
)
async def test_a_receive_stays_within_its_limits(make, error_of, name, value):
    queue = await make("q")
    error = await error_of(queue.do("ReceiveMessage", **{name: value}))
    assert error.message.startswith(f"Value {value} for parameter {name} is invalid. Reason: Must be ")


@pytest.mark.parametrize("body", ["\x00", "\x0b", "\ufffe", "\uffff", "a\x1fb"])
async def test_a_body_holds_only_xml_characters(make, error_of, body):
    queue = await make("q")
    assert (await error_of(queue.send(body))).code == "InvalidMessageContents"
    await queue.send("\t\n\r \ud7ff\ue000\ufffd\U00010000\U0010ffff")


ATTRIBUTES = {
    "text": {"DataType": "String.custom", "StringValue": "ä"},
    "number": {"DataType": "Number", "StringValue": "1493147359900"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
}


def test_the_digest_of_attributes_is_made_as_awss_page_says():
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    def sized(raw: bytes) -> bytes:
        return struct.pack(">I", len(raw)) + raw

    text = b""
    for name, kind, code, raw in (
        (b"bytes", b"Binary", b"\x02", b"\x00\x01"),
        (b"number", b"Number", b"\x01", b"1493147359900"),
        (b"text", b"String.custom", b"\x01", "ä".encode()),
    ):
        text += sized(name) + sized(kind) + code + sized(raw)
    assert attributes_md5(ATTRIBUTES) == hashlib.md5(text, usedforsecurity=False).hexdigest()


def test_the_digest_of_one_number_is_a_known_one():
    number = {"timestamp": {"DataType": "Number", "StringValue": "1493147359900"}}
    assert attributes_md5(number) == "235c5c510d26fb653d073faed50ae77c"


async def test_attributes_are_given_as_asked_for_with_the_digest_of_what_is_given(make):
    queue = await make("q")
    await queue.send(MessageAttributes=ATTRIBUTES)
    for wanted, expected in (
        (["All"], ATTRIBUTES),
        (["te.*", "number"], {"number": ATTRIBUTES["number"]}),
        (["none"], {}),
    ):
        got = (await queue.receive(MessageAttributeNames=wanted, VisibilityTimeout=0))[0]
        assert got.get("MessageAttributes", {}) == expected
        assert got.get("MD5OfMessageAttributes", "") == attributes_md5(expected)


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (
            {f"a{n}": ATTRIBUTES["text"] for n in range(11)},
            "Number of message attributes [11] exceeds the allowed maximum [10].",
        ),
        ({"AWS.x": ATTRIBUTES["text"]}, "cannot start with AWS. or Amazon."),
        ({"a..b": ATTRIBUTES["text"]}, "cannot start or end with a period, or have successive periods."),
        ({"a": {"DataType": "Text", "StringValue": "x"}}, "has an invalid message attribute type"),
        ({"a": {"DataType": "Number", "StringValue": "x"}}, "to a number."),
        ({"a": {"DataType": "String", "StringValue": ""}}, "must contain non-empty message attribute value"),
        (
            {"a": {"DataType": "String", "StringListValues": ["x"]}},
            "list values in SendMessage operation are not supported.",
        ),
    ],
)
async def test_f037_attributes_that_cannot_be_are_refused(make, error_of, attributes, text):
    queue = await make("q")
    assert text in (await error_of(queue.send(MessageAttributes=attributes))).message
    assert await queue.counts() == (0, 0, 0)


async def test_f036_messages_of_quiet_groups_come_before_those_of_a_noisy_one(make):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    queue = await make("q")
    for n in range(40):
        await queue.send(f"noisy {n}", MessageGroupId="noisy")
    assert await queue.bodies() == [f"noisy {n}" for n in range(10)]
    for name in ("a", "b"):
        await queue.send(name, MessageGroupId=name)
    await queue.send("alone")
    assert await queue.bodies(4) == ["a", "b", "alone", "noisy 10"]


async def test_f036_without_a_noisy_group_the_oldest_come_first_by_turns(make):
    queue = await make("q")
    for body in ("a1", "a2", "b1", "c1"):
        await queue.send(body, MessageGroupId=body[0])
    assert await queue.bodies() == ["a1", "b1", "c1", "a2"]

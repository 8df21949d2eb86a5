"""Publish: from a topic to its queues."""

import json

import pytest

ATTRIBUTES = {
    "colour": {"DataType": "String", "StringValue": "red"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x01\x02"},
}


async def test_f084_a_queue_gets_the_documented_envelope(cloud, room):
    topic = await room.topic()
    subscription = await room.subscribe(topic, "q")
    sent = await cloud(
        "sns", "Publish", TopicArn=topic, Message='say "hi"\n', Subject="News", MessageAttributes=ATTRIBUTES
    )
    (message,) = await room.received("q")
    envelope = json.loads(message["Body"])
    assert list(envelope) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL",
        "UnsubscribeURL", "MessageAttributes",
    ]  # fmt: skip
    assert envelope["Type"] == "Notification"
    assert envelope["MessageId"] == sent["MessageId"]
    assert envelope["TopicArn"] == topic
    assert (envelope["Subject"], envelope["Message"]) == ("News", 'say "hi"\n')
    assert envelope["Timestamp"].endswith("Z")
    assert len(envelope["Timestamp"]) == len("2012-05-02T00:54:06.655Z")
    assert envelope["SignatureVersion"] == "1"
    assert envelope["UnsubscribeURL"].endswith(f"Action=Unsubscribe&SubscriptionArn={subscription}")
    assert envelope["MessageAttributes"] == {
        "colour": {"Type": "String", "Value": "red"},
        "raw": {"Type": "Binary", "Value": "AQI="},
    }
    assert "MessageAttributes" not in message


async def test_an_envelope_has_no_subject_and_no_attributes_when_none_were_given(cloud, room):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    (message,) = await room.received("q")
    assert not {"Subject", "MessageAttributes"} & json.loads(message["Body"]).keys()


async def test_f042_raw_delivery_sends_the_message_alone_with_its_attributes(cloud, room):
    topic = await room.topic()
    await room.subscribe(topic, "q", RawMessageDelivery="true")
    await cloud("sns", "Publish", TopicArn=topic, Message="plain", MessageAttributes=ATTRIBUTES)
    (message,) = await room.received("q")
    assert message["Body"] == "plain"
    assert message["MessageAttributes"] == ATTRIBUTES


async def test_every_subscription_gets_its_own_copy_in_the_transaction_of_the_publish(cloud, room):
    topic = await room.topic()
    for name in ("a", "b", "c"):
        await room.subscribe(topic, name)
    await cloud.start("sns", "Publish", TopicArn=topic, Message="x")
    assert [await room.bodies(name) for name in ("a", "b", "c")] == [["x"]] * 3


async def test_a_json_message_has_a_body_for_each_protocol(cloud, room):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    for body in ({"default": "d", "sqs": "for queues"}, {"default": "d"}):
        await cloud("sns", "Publish", TopicArn=topic, Message=json.dumps(body), MessageStructure="json")
    assert await room.bodies("q") == ["for queues", "d"]


REFUSED = [
    ({"Message": ""}, "Invalid parameter: Empty message"),
    ({"Message": "x" * 262_145}, "Invalid parameter: Message too long"),
    ({"Subject": ""}, "Invalid parameter: Subject"),
    ({"Subject": "x" * 101}, "Invalid parameter: Subject"),
    ({"Subject": "two\nlines"}, "Invalid parameter: Subject"),
    ({"MessageStructure": "xml"}, "Invalid parameter: MessageStructure"),
    (
        {"MessageStructure": "json"},
        "Invalid parameter: Message Structure - JSON message body failed to parse",
    ),
    (
        {"MessageStructure": "json", "Message": '{"sqs": "x"}'},
        "Invalid parameter: Message Structure - No default entry in JSON message body",
    ),
    (
        {"MessageDeduplicationId": "1"},
        "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is "
        "not valid for this topic type",
    ),
    (
        {"MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}},
        "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ),
    (
        {"MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}},
        "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, "
        "Number, and String.",
    ),
    (
        {"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}},
        "Could not cast message attribute 'a' value to number.",
    ),
]


@pytest.mark.parametrize(("members", "text"), REFUSED)
async def test_a_message_that_sns_does_not_take_is_refused_and_not_delivered(
    cloud, room, error_of, members, text
):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    error = await error_of(cloud("sns", "Publish", TopicArn=topic, **({"Message": "x"} | members)))
    assert error.message == text
    assert await room.received("q") == []


async def test_a_publish_names_exactly_one_target_that_exists(cloud, error_of):
    error = await error_of(cloud("sns", "Publish", Message="x"))
    assert (
        error.message
        == "Invalid parameter: TopicArn or TargetArn or PhoneNumber Reason: no value for required parameter"
    )
    error = await error_of(
        cloud("sns", "Publish", Message="x", TopicArn="arn:aws:sns:us-east-1:123456789012:no")
    )
    assert (error.code, error.message) == ("NotFoundException", "Topic does not exist")
    error = await error_of(cloud("sns", "Publish", Message="x", TopicArn="no"))
    assert error.message == "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"


async def test_a_batch_answers_each_entry_for_itself(cloud, room):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    entries = [{"Id": "good", "Message": "x"}, {"Id": "bad", "Message": ""}]
    answer = await cloud("sns", "PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert answer["Failed"] == [
        {
            "Id": "bad",
            "Code": "InvalidParameter",
            "Message": "Invalid parameter: Empty message",
            "SenderFault": True,
        }
    ]
    assert await room.bodies("q") == ["x"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequestException"),
        ([{"Id": str(n), "Message": "x"} for n in range(11)], "TooManyEntriesInBatchRequestException"),
        ([{"Id": "1", "Message": "x"}] * 2, "BatchEntryIdsNotDistinctException"),
        ([{"Id": "a b", "Message": "x"}], "InvalidBatchEntryIdException"),
        ([{"Id": str(n), "Message": "x" * 200_000} for n in range(2)], "BatchRequestTooLongException"),
    ],
)
async def test_a_batch_that_breaks_a_limit_fails_as_a_whole(cloud, room, error_of, entries, code):
    topic = await room.topic()
    error = await error_of(cloud("sns", "PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries))
    assert error.code == code


async def test_messages_to_people_are_captured(cloud, room):
    topic = await room.topic()
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sms", Endpoint="+15550100")
    await cloud("sns", "Publish", TopicArn=topic, Message="to subscribers")
    await cloud("sns", "Publish", PhoneNumber="+15550101", Message="direct")
    captured = (await cloud("sns", "list_captured_messages"))["Messages"]
    assert [(each["Protocol"], each["Endpoint"], each["Message"]) for each in captured] == [
        ("sms", "+15550100", "to subscribers"),
        ("sms", "+15550101", "direct"),
    ]

"""Event notifications: what may be configured, and what is told."""

import json

import pytest

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.fixture
async def received(cloud):
    """The bodies of what is in queue `q`."""
    url = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]

    async def receive():
        await cloud.settle()
        got = await cloud("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        messages = got.get("Messages", [])
        for message in messages:
            await cloud("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return receive


def to_queue(*events, prefix=None, suffix=None, **more):
    rules = [
        {"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value
    ]
    filters = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {"QueueArn": QUEUE, "Events": list(events), **filters, **more}


def queues(*entries):
    return {"NotificationConfiguration": {"QueueConfigurations": list(entries)}}


async def test_a_queue_is_tested_and_then_told_of_what_it_asked_for(s3, received):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    await s3(
        "PutBucketNotificationConfiguration",
        **queues(to_queue("s3:ObjectCreated:*", suffix=".jpg", Id="mine")),
    )
    (test,) = await received()
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", "bucket")
    await s3("PutObject", Key="red flower+é.jpg", Body=b"hello")
    await s3("PutObject", Key="red.png")
    await s3("DeleteObject", Key="red flower+é.jpg")
    (message,) = await received()
    (record,) = message["Records"]
    assert (record["eventVersion"], record["eventSource"], record["eventName"]) == (
        "2.1",
        "aws:s3",
        "ObjectCreated:Put",
    )
    assert record["s3"]["configurationId"] == "mine"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::bucket"
    described = record["s3"]["object"]
    assert described["key"] == "red+flower%2B%C3%A9.jpg"
    assert (described["size"], described["eTag"]) == (5, "5d41402abc4b2a76b9719d911017c592")
    assert "versionId" not in described


async def test_f085_the_sequencer_orders_the_events_of_a_key(s3, received):
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    await s3(
        "PutBucketNotificationConfiguration",
        **queues(to_queue("s3:ObjectCreated:*"), to_queue("s3:ObjectRemoved:*")),
    )
    await received()
    put = await s3("PutObject", Key="k")
    await s3("CopyObject", Key="k", CopySource="bucket/k", MetadataDirective="REPLACE")
    await s3("DeleteObject", Key="k")
    await s3("DeleteObject", Key="k", VersionId=put["VersionId"])
    records = [message["Records"][0] for message in await received()]
    assert sorted(record["eventName"] for record in records) == [
        "ObjectCreated:Copy",
        "ObjectCreated:Put",
        "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
    ]
    records.sort(key=lambda record: record["s3"]["object"]["sequencer"])
    assert [record["eventName"] for record in records] == [
        "ObjectCreated:Put",
        "ObjectCreated:Copy",
        "ObjectRemoved:DeleteMarkerCreated",
        "ObjectRemoved:Delete",
    ]
    assert records[0]["s3"]["object"]["versionId"] == put["VersionId"]
    assert "size" not in records[3]["s3"]["object"]


OVERLAP = "Configurations overlap. Configurations on the same bucket cannot share a common event type."


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([to_queue("s3:ObjectCreated:*"), to_queue("s3:ObjectCreated:Put")], OVERLAP),
        ([to_queue("s3:ObjectCreated:Put"), to_queue("s3:ObjectCreated:Copy")], None),
        ([to_queue("s3:ObjectCreated:*", prefix="a/"), to_queue("s3:ObjectCreated:*", prefix="b/")], None),
        (
            [to_queue("s3:ObjectCreated:*", prefix="a"), to_queue("s3:ObjectCreated:*", prefix="ab")],
            "ambiguously",
        ),
        ([to_queue("s3:ObjectCreated:*", suffix="jpg"), to_queue("s3:ObjectCreated:*", suffix="png")], None),
        (
            [to_queue("s3:ObjectCreated:*", prefix="a"), to_queue("s3:ObjectCreated:*", suffix="b")],
            "ambiguously",
        ),
        (
            [to_queue("s3:ObjectCreated:Put", QueueArn="arn:aws:sns:us-east-1:1:t")],
            "The ARN could not be parsed",
        ),
        ([to_queue("s3:ObjectCreated:Put", Id="a"), to_queue("s3:ObjectRemoved:*", Id="a")], "Same ID"),
        (
            [to_queue("s3:ObjectCreated:Put", QueueArn="arn:aws:sqs:eu-west-1:123456789012:q")],
            "The notification destination service region is not valid for the bucket location constraint",
        ),
        (
            [to_queue("s3:ObjectCreated:Put", QueueArn="arn:aws:sqs:us-east-1:123456789012:none")],
            "Unable to validate the following destination configurations",
        ),
    ],
)
async def test_what_may_be_configured(s3, received, error_of, entries, message):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"""
    call = s3("PutBucketNotificationConfiguration", **queues(*entries))
    if message is None:
        await call
        kept = await s3("GetBucketNotificationConfiguration")
        assert len(kept["QueueConfigurations"]) == len(entries)
    else:
        error = await error_of(call)
        assert (error.code, message in error.message) == ("InvalidArgument", True)
        assert await s3("GetBucketNotificationConfiguration") == {}
        assert await received() == []


async def test_an_empty_configuration_turns_notifications_off(s3, received):
    await s3("PutBucketNotificationConfiguration", **queues(to_queue("s3:ObjectCreated:*")))
    await s3("PutBucketNotificationConfiguration", NotificationConfiguration={})
    await received()
    await s3("PutObject", Key="k")
    assert await received() == []


async def test_a_topic_passes_on_what_it_is_told(s3, cloud, received):
    topic = (await cloud("sns", "CreateTopic", Name="t"))["TopicArn"]
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)
    configuration = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectRemoved:Delete"]}]}
    await s3("PutBucketNotificationConfiguration", NotificationConfiguration=configuration)
    await s3("PutObject", Key="k")
    await s3("DeleteObject", Key="k")
    await s3("DeleteObject", Key="k")
    test, told = await received()
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert told["Subject"] == "Amazon S3 Notification"
    assert json.loads(told["Message"])["Records"][0]["eventName"] == "ObjectRemoved:Delete"


async def test_eventbridge_gets_every_event_with_its_detail(s3, cloud, received):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    pattern = json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": ["bucket"]}}})
    await cloud("events", "PutRule", Name="r", EventPattern=pattern)
    await cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    await s3("PutBucketNotificationConfiguration", NotificationConfiguration={"EventBridgeConfiguration": {}})
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    put = await s3("PutObject", Key="a b", Body=b"hello")
    await s3("DeleteObject", Key="a b")
    await s3("PutObjectTagging", Key="a b", VersionId=put["VersionId"], Tagging={"TagSet": []})
    created, deleted, tagged = sorted(await received(), key=lambda event: event["detail-type"])
    assert [event["detail-type"] for event in (created, deleted, tagged)] == [
        "Object Created",
        "Object Deleted",
        "Object Tags Added",
    ]
    assert (created["source"], created["resources"]) == ("aws.s3", ["arn:aws:s3:::bucket"])
    detail = created["detail"]
    assert detail["object"].pop("sequencer")
    assert detail["object"] == {
        "key": "a b",
        "size": 5,
        "etag": "5d41402abc4b2a76b9719d911017c592",
        "version-id": put["VersionId"],
    }
    assert (detail["version"], detail["reason"], detail["requester"]) == ("0", "PutObject", "123456789012")
    assert (deleted["detail"]["reason"], deleted["detail"]["deletion-type"]) == (
        "DeleteObject",
        "Delete Marker Created",
    )


async def test_a_message_waits_for_a_queue_that_is_gone_no_longer_than_it_must(s3, cloud, received):
    """Deliveries do not fail the change that caused them."""
    await s3("PutBucketNotificationConfiguration", **queues(to_queue("s3:ObjectCreated:*")))
    await cloud("sqs", "DeleteQueue", QueueUrl="q")
    await s3("PutObject", Key="k", Body=b"x")
    await cloud.settle()
    assert (await s3("GetObject", Key="k"))["Body"] == b"x"

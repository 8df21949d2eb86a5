"""What is read of an application at rest, through AWS's own calls."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cloudchamber.aws.session import Session
from cloudchamber.verify.capture import attribute_value, body_value, capture, text_value
from cloudchamber.verify.layout import last_part, names_of, survey
from cloudchamber.verify.state import DeadLetters


@pytest.fixture
def aws(cloud):
    return Session(cloud.cloud, "123456789012", "us-east-1")


def resource(logical: str, kind: str, physical: str) -> dict[str, str]:
    return {"LogicalResourceId": logical, "ResourceType": kind, "PhysicalResourceId": physical}


async def make_table(cloud, name="shop-orders-x1"):
    await cloud(
        "dynamodb",
        "CreateTable",
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


async def make_queue(cloud, name, **attributes):
    return (await cloud("sqs", "CreateQueue", QueueName=name, Attributes=attributes))["QueueUrl"]


async def test_a_table_is_read_whole_under_its_logical_id_with_exact_numbers(cloud, aws):
    await make_table(cloud)
    item = {
        "id": {"S": "o-1"},
        "at": {"N": "1"},
        "total": {"N": "12.30"},
        "digits": {"N": "12345678901234567890123456789012345678"},
        "tags": {"SS": ["b", "a"]},
        "lines": {"L": [{"M": {"sku": {"S": "x"}, "count": {"N": "2"}}}]},
        "paid": {"BOOL": False},
        "note": {"NULL": True},
    }
    await cloud("dynamodb", "PutItem", TableName="shop-orders-x1", Item=item)
    resources = [resource("Orders", "AWS::DynamoDB::Table", "shop-orders-x1")]
    state = await cloud.clock.run(capture(aws, resources))
    assert state.layout.keys == {"Orders": ("id", "at")}
    assert state.tables == {
        "Orders": [
            {
                "id": "o-1",
                "at": 1,
                "total": Decimal("12.30"),
                "digits": 12345678901234567890123456789012345678,
                "tags": ["a", "b"],
                "lines": [{"sku": "x", "count": 2}],
                "paid": False,
                "note": None,
            }
        ]
    }


async def test_a_scan_goes_on_over_its_pages(cloud, aws):
    await make_table(cloud, "big")
    for number in range(5):
        text = "x" * 300_000
        await cloud(
            "dynamodb",
            "PutItem",
            TableName="big",
            Item={"id": {"S": f"{number}"}, "at": {"N": "1"}, "text": {"S": text}},
        )
    state = await cloud.clock.run(capture(aws, []))
    assert sorted(item["id"] for item in state.tables["big"]) == ["0", "1", "2", "3", "4"]


async def test_messages_are_seen_wherever_they_are_and_stay_as_they_are(cloud, aws):
    url = await make_queue(cloud, "Shipments", VisibilityTimeout="30")
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody='{"id": "in flight"}')
    await cloud("sqs", "ReceiveMessage", QueueUrl=url)
    await cloud(
        "sqs",
        "SendMessage",
        QueueUrl=url,
        MessageBody="visible",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "plain"}},
    )
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="[1, 2.5]", DelaySeconds=60)
    names = {"QueueUrl": url, "AttributeNames": ["All"]}
    before = await cloud("sqs", "GetQueueAttributes", **names)
    state = await cloud.clock.run(capture(aws, []))
    assert state.queues == {
        "Shipments": [
            {"body": {"id": "in flight"}},
            {"body": "visible", "attributes": {"kind": "plain"}},
            {"body": [1, Decimal("2.5")]},
        ]
    }
    assert await cloud("sqs", "GetQueueAttributes", **names) == before
    received = await cloud("sqs", "ReceiveMessage", QueueUrl=url, AttributeNames=["All"])
    assert received["Messages"][0]["Attributes"]["ApproximateReceiveCount"] == "1"


async def test_messages_of_a_fifo_queue_keep_their_order_and_group(cloud, aws):
    url = await make_queue(cloud, "steps.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body, group in (("1", "a"), ("2", "b"), ("3", "a")):
        await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=group)
    await cloud("sqs", "ReceiveMessage", QueueUrl=url)
    state = await cloud.clock.run(capture(aws, [resource("Steps", "AWS::SQS::Queue", url)]))
    assert state.layout.fifo == ("Steps",)
    assert [(m["body"], m["group"]) for m in state.queues["Steps"]] == [("1", "a"), ("2", "b"), ("3", "a")]


async def test_objects_are_read_and_large_ones_told_by_digest(cloud, aws):
    await cloud("s3", "CreateBucket", Bucket="reports-1")
    await cloud("s3", "CreateBucket", Bucket="cloudchamber-artifacts-123456789012-us-east-1")
    await cloud("s3", "PutObject", Bucket="reports-1", Key="a/1.json", Body=b'{"sum": 3}')
    await cloud("s3", "PutObject", Bucket="reports-1", Key="b.bin", Body=b"\xff\x00")
    await cloud("s3", "PutObject", Bucket="reports-1", Key="c.txt", Body=b"x" * 70_000)
    state = await cloud.clock.run(capture(aws, [resource("Reports", "AWS::S3::Bucket", "reports-1")]))
    assert list(state.buckets) == ["Reports"]
    objects = state.buckets["Reports"]
    assert objects["a/1.json"] == {"sum": 3}
    assert objects["b.bin"].startswith("<2 bytes, sha256 ")
    assert objects["c.txt"].startswith("<70000 bytes, etag ")


async def test_records_of_a_stream_are_read_in_order_again_and_again(cloud, aws):
    await cloud("kinesis", "CreateStream", StreamName="clicks", ShardCount=1)
    await cloud.clock.advance(60_000)
    for number in range(3):
        await cloud(
            "kinesis",
            "PutRecord",
            StreamName="clicks",
            PartitionKey="k",
            Data=json.dumps({"n": number}).encode(),
        )
    for _ in range(7):  # more often than five times a second
        state = await cloud.clock.run(capture(aws, []))
        assert state.streams == {"clicks": [{"key": "k", "data": {"n": n}} for n in range(3)]}


async def test_outgoing_calls_are_handed_in_and_instants_of_the_run_are_kept(cloud, aws):
    calls = {"http://payments/charge": [{"method": "POST", "body": {"id": 1}}]}
    state = await cloud.clock.run(capture(aws, [], http=calls, began_at_ms=5))
    assert (state.http, state.began_at_ms, state.ended_at_ms) == (calls, 5, cloud.clock.now_ms())


async def test_an_earlier_layout_is_taken_as_it_is(cloud, aws):
    await make_table(cloud)
    layout = await cloud.clock.run(
        survey(aws, [resource("Orders", "AWS::DynamoDB::Table", "shop-orders-x1")])
    )
    state = await cloud.clock.run(capture(aws, [], layout=layout))
    assert state.layout is layout
    assert list(state.tables) == ["Orders"]


async def test_dead_letter_queues_are_known_with_their_sources_and_tries(cloud, aws):
    arn = "arn:aws:sqs:us-east-1:123456789012:"
    await make_queue(cloud, "dead")
    redrive = json.dumps({"deadLetterTargetArn": arn + "dead", "maxReceiveCount": "3"})
    url = await make_queue(cloud, "orders", RedrivePolicy=redrive)
    await cloud("events", "PutRule", Name="placed", EventPattern='{"source": ["shop"]}')
    await cloud(
        "events",
        "PutTargets",
        Rule="placed",
        Targets=[
            {"Id": "1", "Arn": arn + "orders", "DeadLetterConfig": {"Arn": arn + "dead"}},
            {
                "Id": "2",
                "Arn": arn + "orders",
                "DeadLetterConfig": {"Arn": arn + "dead"},
                "RetryPolicy": {"MaximumRetryAttempts": 0},
            },
        ],
    )
    topic = (await cloud("sns", "CreateTopic", Name="news"))["TopicArn"]
    await cloud(
        "sns",
        "Subscribe",
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn + "orders",
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn + "dead"})},
    )
    layout = await cloud.clock.run(survey(aws, [resource("Orders", "AWS::SQS::Queue", url)]))
    queue, first, second, third = layout.dead_letters["dead"]
    assert queue == DeadLetters("queue Orders", 3)
    assert first == DeadLetters("rule placed", 186)
    assert second == DeadLetters("rule placed", 1)
    assert third.source.startswith("subscription ")
    assert third.tries_count == 100_015


@pytest.mark.parametrize(
    ("physical", "name"),
    [
        ("orders", "orders"),
        ("http://localhost:4566/123456789012/orders", "orders"),
        ("arn:aws:states:us-east-1:123456789012:stateMachine:Ship", "Ship"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/Orders", "Orders"),
        ("shop|placed", "placed"),
    ],
)
def test_a_physical_id_is_known_by_its_last_part(physical, name):
    assert last_part(physical) == name


def test_a_logical_id_of_two_stacks_names_neither():
    kind = "AWS::SQS::Queue"
    names = names_of([resource("Q", kind, "a"), resource("Q", kind, "b"), resource("R", kind, "c")])
    assert names == {"queue": {"c": "R"}}


def test_values_of_dynamodb_that_are_not_text():
    assert attribute_value({"NS": ["10", "9"]}) == [9, 10]
    assert attribute_value({"B": b"plain"}) == "plain"
    assert attribute_value({"BS": [b"b", b"a"]}) == ["YQ==", "Yg=="]


def test_bodies_are_parsed_only_when_they_are_objects_or_lists():
    assert text_value('{"a": 0.1}') == {"a": Decimal("0.1")}
    assert text_value("{broken") == "{broken"
    assert text_value("42") == "42"
    assert body_value(b"\xff").startswith("<1 bytes, sha256 ")
    assert text_value("x" * 65_537).startswith("<65537 bytes, sha256 ")

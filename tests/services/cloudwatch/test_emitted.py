"""Metrics that services emit, and alarms on them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

import pytest

from cloudchamber.aws.tracks import Track
from cloudchamber.clock.virtual import START_MS
from cloudchamber.services.cloudwatch.rules.emitted import OF_REQUESTS

START = START_MS // 1000


@pytest.fixture
def sums(cloud):
    async def sums(namespace, name, stat="Sum", seconds=600, **dimensions):
        """By minute since the start."""
        given = [{"Name": name_, "Value": value} for name_, value in dimensions.items()]
        answer = await cloud(
            "cloudwatch",
            "GetMetricStatistics",
            Namespace=namespace,
            MetricName=name,
            Dimensions=given,
            StartTime=START,
            EndTime=START + seconds,
            Period=60,
            Statistics=[stat],
        )
        return {(point["Timestamp"] - START) // 60: point[stat] for point in answer["Datapoints"]}

    return sums


async def fill(cloud, *bodies, queue="q"):
    await cloud("sqs", "CreateQueue", QueueName=queue)
    for body in bodies:
        await cloud("sqs", "SendMessage", QueueUrl=queue, MessageBody=body)


async def test_what_was_sent_before_anybody_asked_is_counted_too(cloud, sums):
    await fill(cloud, "1", "2")
    await cloud.clock.advance(60_000)
    entries = [{"Id": str(n), "MessageBody": "x"} for n in range(3)]
    await cloud("sqs", "SendMessageBatch", QueueUrl="q", Entries=entries)
    assert await sums("AWS/SQS", "NumberOfMessagesSent", QueueName="q") == {0: 2, 1: 3}
    await cloud.clock.advance(60_000)
    await fill(cloud, "3")
    assert await sums("AWS/SQS", "NumberOfMessagesSent", QueueName="q") == {0: 2, 1: 3, 2: 1}


async def test_messages_received_and_deleted(cloud, sums):
    await fill(cloud, "1", "2")
    answer = await cloud("sqs", "ReceiveMessage", QueueUrl="q", MaxNumberOfMessages=10)
    await cloud("sqs", "ReceiveMessage", QueueUrl="q")
    handle = answer["Messages"][0]["ReceiptHandle"]
    await cloud("sqs", "DeleteMessage", QueueUrl="q", ReceiptHandle=handle)
    assert await sums("AWS/SQS", "NumberOfMessagesReceived", QueueName="q") == {0: 2}
    assert await sums("AWS/SQS", "NumberOfEmptyReceives", QueueName="q") == {0: 1}
    assert await sums("AWS/SQS", "NumberOfMessagesDeleted", QueueName="q") == {0: 1}


async def test_gauges_show_the_minute_they_are_asked_in(cloud, sums):
    await fill(cloud, "1", "2")
    await cloud("sqs", "ReceiveMessage", QueueUrl="q")
    await cloud.clock.advance(7_000)
    stem = "ApproximateNumberOfMessages"
    assert await sums("AWS/SQS", stem + "Visible", QueueName="q") == {0: 1}
    assert await sums("AWS/SQS", stem + "Visible", seconds=7, QueueName="q") == {0: 1}  # up to now
    assert await sums("AWS/SQS", stem + "NotVisible", QueueName="q") == {0: 1}
    assert await sums("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName="q") == {0: 7}
    assert await sums("AWS/SQS", stem + "Visible", QueueName="absent") == {}


async def test_topics_count_what_is_published_and_delivered(cloud, watch, sums):
    for _ in range(3):
        await cloud("sns", "Publish", TopicArn=watch.topic_arn, Message="x")
    assert await sums("AWS/SNS", "NumberOfMessagesPublished", TopicName="on-call") == {0: 3}
    assert await sums("AWS/SNS", "NumberOfNotificationsDelivered", TopicName="on-call") == {0: 3}


async def test_rules_tell_what_they_triggered_and_what_failed(cloud, sums):
    await fill(cloud, queue="dlq")
    arn = "arn:aws:sqs:us-east-1:123456789012:"
    await cloud("events", "PutRule", Name="r", EventPattern='{"source": ["shop"]}')
    dead_letter = {"DeadLetterConfig": {"Arn": arn + "dlq"}}
    targets = [{"Id": "1", "Arn": arn + "gone"}, {"Id": "2", "Arn": arn + "gone"} | dead_letter]
    await cloud("events", "PutTargets", Rule="r", Targets=targets)
    for _ in range(2):
        await cloud("events", "PutEvents", Entries=[{"Source": "shop", "DetailType": "x", "Detail": "{}"}])
    await cloud.settle()
    expected = {"TriggeredRules": 2, "Invocations": 4, "FailedInvocations": 4, "InvocationsSentToDlq": 2}
    for name, count in expected.items():
        assert await sums("AWS/Events", name, RuleName="r") == {0: count}, name


async def test_state_machines_tell_how_their_executions_went(cloud, sums):
    definition = """{"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 3, "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "IsPresent": true, "Next": "C"}], "Default": "D"},
        "C": {"Type": "Succeed"}, "D": {"Type": "Fail"}}}"""
    role = "arn:aws:iam::123456789012:role/x"
    made = await cloud("stepfunctions", "CreateStateMachine", name="m", definition=definition, roleArn=role)
    arn = made["stateMachineArn"]
    for text in ("{}", '{"ok": 1}', "{}"):
        await cloud("stepfunctions", "StartExecution", stateMachineArn=arn, input=text)
    await cloud.clock.advance(5_000)
    expected = {"Started": 3, "Succeeded": 1, "Failed": 2}
    for name, count in expected.items():
        assert await sums("AWS/States", f"Executions{name}", StateMachineArn=arn) == {0: count}, name
    assert await sums("AWS/States", "ExecutionTime", "Maximum", StateMachineArn=arn) == {0: 3000}


async def test_tables_tell_latencies_and_errors(cloud, sums, error_of):
    key = {"AttributeName": "id"}
    await cloud(
        "dynamodb",
        "CreateTable",
        TableName="things",
        KeySchema=[key | {"KeyType": "HASH"}],
        AttributeDefinitions=[key | {"AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put = {"TableName": "things", "Item": {"id": {"S": "1"}}}
    await cloud("dynamodb", "PutItem", **put)
    await error_of(cloud("dynamodb", "PutItem", **put, ConditionExpression="attribute_not_exists(id)"))
    found = await sums(
        "AWS/DynamoDB", "SuccessfulRequestLatency", "SampleCount", TableName="things", Operation="PutItem"
    )
    assert found == {0: 1}
    assert await sums("AWS/DynamoDB", "ConditionalCheckFailedRequests", TableName="things") == {0: 1}


async def test_what_is_emitted_is_listed(cloud):
    await fill(cloud, "1")
    found = await cloud("cloudwatch", "ListMetrics", Namespace="AWS/SQS")
    assert sorted(metric["MetricName"] for metric in found["Metrics"]) == [
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesVisible",
        "NumberOfMessagesSent",
    ]


async def test_an_alarm_on_the_depth_of_a_dead_letter_queue(cloud, make, watch):
    await fill(cloud, queue="dlq")
    await make(
        "dlq-is-not-empty",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dlq"}],
        Statistic="Maximum",
        Threshold=0,
        TreatMissingData="notBreaching",
        OKActions=[watch.topic_arn],
    )
    await watch.pass_minutes(2)
    assert await watch.state("dlq-is-not-empty") == "OK"
    await watch.told()
    await cloud.clock.advance(30_000)
    await fill(cloud, "lost", queue="dlq")
    await cloud.clock.advance(29_999)
    assert await watch.told() == []
    await cloud.clock.advance(1)
    ((subject, message),) = await watch.told()
    assert subject == 'ALARM: "dlq-is-not-empty" in US East (N. Virginia)'
    assert message["NewStateReason"] == (
        "Threshold Crossed: 1 datapoint [1.0 (01/01/26 00:02:00)] was greater than the threshold (0.0)."
    )
    assert message["StateChangeTime"] == "2026-01-01T00:03:00.000+0000"
    assert message["Trigger"]["Dimensions"] == [{"value": "dlq", "name": "QueueName"}]
    await cloud("sqs", "PurgeQueue", QueueUrl="dlq")
    await watch.pass_minutes(1)
    assert [subject[:2] for subject, _ in await watch.told()] == ["OK"]


@pytest.mark.parametrize(
    ("operation", "note", "error", "expected"),
    [
        ("GET /orders", "200", "", {"Count": 1, "4xx": 0, "5xx": 0, "Latency": 2}),
        ("GET /orders", "404", "", {"Count": 1, "4xx": 1, "5xx": 0, "Latency": 2}),
        ("GET /orders", "", "InternalFailure", {"Count": 1, "4xx": 0, "5xx": 1, "Latency": 2}),
        ("CreateApi", "", "", {}),
    ],
)
def test_requests_to_http_apis(operation, note, error, expected):
    track = Track(
        "1", "r", "", 0, "apigatewayv2", operation, "abc", "anonymous", "1", "us-east-1", 2000, error, note
    )
    emitted = list(OF_REQUESTS["apigatewayv2"](track))
    assert {series.name: value for series, value in emitted} == expected
    assert {series.dimensions for series, _ in emitted} <= {(("ApiId", "abc"),)}

"""Targets: what each kind gets, how failures are tried again, and where they end."""

from __future__ import annotations

import json

import pytest

from cloudchamber.services.scheduler.rules import universal
from cloudchamber.wire.model import load_model

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ONCE = "at(2026-01-01T00:05:00)"
SCHEDULE_ARN = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/sch"


async def test_a_queue_gets_the_input(room):
    arn = await room.queue()
    await room.schedule(ONCE, arn, Target_Input="hello")
    await room.clock.advance(5 * MINUTE)
    assert await room.bodies() == ["hello"]


async def test_a_fifo_queue_gets_its_group(room):
    arn = await room.queue("q.fifo", ContentBasedDeduplication="true")
    await room.schedule(ONCE, arn, Target_Input="x", Target_SqsParameters={"MessageGroupId": "g"})
    await room.clock.advance(5 * MINUTE)
    assert (await room.messages("q.fifo"))[0]["Attributes"]["MessageGroupId"] == "g"


async def test_a_topic_gets_the_input(room, cloud):
    queue = await room.queue()
    topic = (await cloud("sns", "CreateTopic", Name="t"))["TopicArn"]
    await cloud(
        "sns",
        "Subscribe",
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true"},
    )
    await room.schedule(ONCE, topic, Target_Input="news")
    await room.clock.advance(5 * MINUTE)
    assert await room.bodies() == ["news"]


async def test_a_bus_gets_an_event(room, cloud, error_of):
    queue = await room.queue()
    await cloud("events", "PutRule", Name="r", EventPattern='{"source":["shop"]}')
    await cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": queue}])
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    error = await error_of(room.schedule(ONCE, bus, Target_Input="{}"))
    assert error.message.startswith("EventBridgeParameters must be provided")
    given = {"DetailType": "Tick", "Source": "shop"}
    assert (
        await error_of(room.schedule(ONCE, bus, Target_Input="no", Target_EventBridgeParameters=given))
    ).code == "ValidationException"
    await room.schedule(ONCE, bus, Target_Input='{"n":1}', Target_EventBridgeParameters=given)
    await room.clock.advance(5 * MINUTE)
    event = json.loads((await room.bodies())[0])
    assert (event["detail-type"], event["detail"]) == ("Tick", {"n": 1})


async def test_without_an_input_a_target_gets_a_notification(room):
    await room.schedule(ONCE, await room.queue())
    await room.clock.advance(5 * MINUTE)
    event = json.loads((await room.bodies())[0])
    assert event["source"] == "aws.scheduler"
    assert event["time"] == "2026-01-01T00:05:00Z"
    assert event["resources"] == [SCHEDULE_ARN]


async def test_context_attributes_are_filled_in(room):
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    text = " ".join(f"<aws.scheduler.{name}>" for name in names)
    await room.schedule(ONCE, await room.queue(), Target_Input=text)
    await room.clock.advance(5 * MINUTE)
    arn, at, execution_id, attempt = (await room.bodies())[0].split()
    assert (arn, at, attempt) == (SCHEDULE_ARN, "2026-01-01T00:05:00Z", "1")
    assert len(execution_id) == 16


async def test_a_universal_target_calls_any_operation(room, cloud):
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    await room.queue()
    request = {
        "QueueUrl": "http://localhost:4566/123456789012/q",
        "MessageBody": "<aws.scheduler.scheduled-time>",
    }
    await room.schedule(ONCE, "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", Target_Input=json.dumps(request))
    made = {"QueueName": "made", "Attributes": {"DelaySeconds": "5"}}
    arn = "arn:aws:scheduler:::aws-sdk:sqs:createQueue"
    await room.schedule(ONCE, arn, "other", Target_Input=json.dumps(made))
    await room.clock.advance(5 * MINUTE)
    assert await room.bodies() == ["2026-01-01T00:05:00Z"]
    found = await cloud("sqs", "GetQueueAttributes", QueueUrl="made", AttributeNames=["DelaySeconds"])
    assert found["Attributes"] == {"DelaySeconds": "5"}


@pytest.mark.parametrize(
    ("arn", "text", "part"),
    [
        ("arn:aws:scheduler:::aws-sdk:sqs:getQueueUrl", "{}", "it only reads"),
        ("arn:aws:scheduler:::aws-sdk:nothing:sendMessage", "{}", "does not exist"),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendNothing", "{}", "has no api sendNothing"),
        ("arn:aws:scheduler:::aws-sdk:sqs", "{}", "Provided Arn is not in correct format."),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "no", "is not a JSON object"),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", '{"Queue":"q"}', "'Queue' does not exist"),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", '{"MessageBody":1}', "is not of the type string"),
        ("arn:aws:iam::123456789012:role/x", "{}", "Provided Arn is not in correct format."),
        ("no arn", "{}", "Provided Arn is not in correct format."),
    ],
)
async def test_what_cannot_be_called_is_refused(room, error_of, arn, text, part):
    error = await error_of(room.schedule(ONCE, arn, Target_Input=text))
    assert error.code == "ValidationException"
    assert part in error.message


async def test_a_service_the_chamber_lacks_is_named_when_the_schedule_is_made(room, error_of):
    error = await error_of(room.schedule(ONCE, "arn:aws:scheduler:::aws-sdk:ec2:startInstances"))
    assert error.code == "NotImplemented"
    assert "ec2" in error.message


@pytest.mark.parametrize(
    ("service", "operation", "text", "request_"),
    [
        ("lambda", "Invoke", '{"FunctionName":"f","Payload":"{}"}', {"FunctionName": "f", "Payload": b"{}"}),
        ("stepfunctions", "StartExecution", '{"StateMachineArn":"a"}', {"stateMachineArn": "a"}),
        (
            "dynamodb",
            "PutItem",
            '{"TableName":"t","Item":{"k":{"S":"v"}}}',
            {"TableName": "t", "Item": {"k": {"S": "v"}}},
        ),
        (
            "events",
            "PutEvents",
            '{"Entries":[{"Source":"s","Time":"2026-01-01T00:00:00Z"}]}',
            {"Entries": [{"Source": "s", "Time": 1767225600.0}]},
        ),
    ],
)
def test_an_input_becomes_a_request_of_the_model(service, operation, text, request_):
    assert universal.request_of(load_model(service).operations[operation], text) == request_


async def test_a_throttled_target_is_tried_again(room, cloud):
    # F043, F044
    arn = await room.stream()
    await room.schedule(ONCE, arn, Target_Input="<aws.scheduler.attempt-number>")
    await room.schedule(ONCE, arn, "other", Target_Input="plain")
    await room.clock.advance(5 * MINUTE - 100)
    full = {"Data": b"x" * 1_048_575, "PartitionKey": "k"}
    await cloud("kinesis", "PutRecord", StreamName="s", **full)
    await room.clock.advance(MINUTE)
    assert sorted(r["Data"] for r in (await room.records())[1:]) == [b"2", b"plain"]


async def test_what_cannot_succeed_goes_to_the_dead_letter_queue_at_once(room):
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    dead = await room.queue("dead")
    missing = "arn:aws:sqs:us-east-1:123456789012:missing"
    await room.schedule(ONCE, missing, Target_Input="body", Target_DeadLetterConfig={"Arn": dead})
    await room.clock.advance(5 * MINUTE)
    (message,) = await room.messages("dead")
    assert message["Body"] == "body"
    texts = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert len(texts.pop("EXECUTION_ID")) == 16
    assert texts == {
        "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "ERROR_MESSAGE": "The specified queue does not exist.",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "0",
        "SCHEDULED_TIME": "2026-01-01T00:05:00Z",
        "SCHEDULE_ARN": SCHEDULE_ARN,
        "TARGET_ARN": missing,
    }


@pytest.mark.parametrize("text", ["plain", "<aws.scheduler.attempt-number>"])
async def test_the_retry_policy_ends_in_the_dead_letter_queue(room, cloud, text):
    # F044: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
    dead, arn = await room.queue("dead"), await room.stream()
    await cloud("kinesis", "UpdateMaxRecordSize", StreamARN=arn, MaxRecordSizeInKiB=10_240)
    policy = {"MaximumRetryAttempts": 2}
    await room.schedule(
        ONCE, arn, Target_Input=text, Target_RetryPolicy=policy, Target_DeadLetterConfig={"Arn": dead}
    )
    await room.clock.advance(5 * MINUTE - 100)
    await cloud("kinesis", "PutRecord", StreamName="s", Data=b"x" * 9_000_000, PartitionKey="k")
    await room.clock.advance(MINUTE)
    (message,) = await room.messages("dead")
    texts = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert message["Body"] == text
    assert texts["ERROR_CODE"] == "ProvisionedThroughputExceededException"
    assert texts["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert texts["RETRY_ATTEMPTS"] == "2"


async def test_a_failing_target_does_not_stop_its_schedule(room):
    await room.schedule("rate(1 hour)", "arn:aws:sqs:us-east-1:123456789012:q", Target_Input="x")
    await room.clock.advance(HOUR + MINUTE)
    await room.queue()
    await room.clock.advance(HOUR)
    assert await room.bodies() == ["x"]


async def test_a_queue_of_another_account_is_reached(room, cloud):
    await cloud("sqs", "CreateQueue", account="222222222222", QueueName="there")
    await room.schedule(ONCE, "arn:aws:sqs:us-east-1:222222222222:there", Target_Input="hi")
    await room.clock.advance(5 * MINUTE)
    got = await cloud("sqs", "ReceiveMessage", account="222222222222", QueueUrl="there")
    assert got["Messages"][0]["Body"] == "hi"

"""Deliveries: targets, input, retries, dead letters, other buses."""

import json

import pytest

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.outbox.retry import next_attempt_at_ms
from cloudchamber.services.events import rules

HOUR_MS = 3_600_000
GONE = "arn:aws:sqs:us-east-1:123456789012:gone"


async def put_target(cloud, rule, **target):
    await cloud("events", "PutTargets", Rule=rule, Targets=[{"Id": "t"} | target])


async def test_a_fifo_queue_gets_the_message_group_of_its_target(cloud, room):
    await room.rule("r", {"source": ["shop"]})
    await room.queue("q.fifo", ContentBasedDeduplication="true")
    arn = "arn:aws:sqs:us-east-1:123456789012:q.fifo"
    await put_target(cloud, "r", Arn=arn, SqsParameters={"MessageGroupId": "g"})
    for number in range(3):
        await room.put({"n": number})
    got = await cloud(
        "sqs",
        "ReceiveMessage",
        QueueUrl="q.fifo",
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["All"],
    )
    assert [json.loads(each["Body"])["detail"]["n"] for each in got["Messages"]] == [0, 1, 2]
    assert got["Messages"][0]["Attributes"]["MessageGroupId"] == "g"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"Input": '{"fixed": true}'}, '{"fixed": true}'),
        ({"InputPath": "$.detail"}, '{"id":7,"name":"x"}'),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id"},
                    "InputTemplate": '{"order": <id>, "rule": <aws.events.rule-name>}',
                }
            },
            '{"order": 7, "rule": "r"}',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.detail.name"},
                    "InputTemplate": '"Order of <n>"',
                }
            },
            '"Order of x"',
        ),
    ],
)
async def test_a_target_gets_the_input_it_asks_for(room, members, expected):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q", **members)
    await room.put({"id": 7, "name": "x"})
    (message,) = await room.messages("q")
    assert message["Body"] == expected


async def test_a_topic_passes_an_event_on(cloud, room):
    topic = (await cloud("sns", "CreateTopic", Name="t"))["TopicArn"]
    queue = await room.queue("q")
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    await room.rule("r", {"source": ["shop"]})
    await put_target(cloud, "r", Arn=topic)
    event_id = await room.put()
    (envelope,) = await room.received("q")
    assert json.loads(envelope["Message"])["id"] == event_id


async def test_f045_an_event_for_a_queue_that_is_gone_goes_to_the_dead_letter_queue_at_once(cloud, room):
    rule_arn = await room.rule("r", {"source": ["shop"]})
    dead = await room.queue("dead")
    await put_target(cloud, "r", Arn=GONE, DeadLetterConfig={"Arn": dead}, Input='"not this"')
    event_id = await room.put()
    await cloud.settle()
    (message,) = await room.messages("dead")
    assert json.loads(message["Body"])["id"] == event_id
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes == {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": GONE,
        "ERROR_CODE": "NO_RESOURCE",
        "ERROR_MESSAGE": "The specified queue does not exist.",
    }


async def test_an_event_without_a_dead_letter_queue_is_dropped(cloud, room):
    await room.rule("r", {"source": ["shop"]})
    await put_target(cloud, "r", Arn=GONE)
    await room.put()
    await cloud.settle()
    await room.queue("gone")
    await cloud.clock.advance(25 * HOUR_MS)
    assert await room.received("gone") == []


def attempts_until_given_up(retry, fraction):
    """How many attempts there are, and how long after the first the last one is."""
    now_ms, attempts = 0, 1
    while True:
        at_ms = next_attempt_at_ms(
            retry, attempts=attempts, created_at_ms=0, now_ms=now_ms, fraction=fraction
        )
        if at_ms is None:
            return attempts, now_ms
        now_ms, attempts = at_ms, attempts + 1


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.99])
def test_f043_by_default_a_target_is_retried_185_times_within_24_hours(fraction):
    attempts, last_ms = attempts_until_given_up(rules.retry_of(None), fraction)
    assert attempts == 1 + 185
    assert 20 * HOUR_MS < last_ms <= 24 * HOUR_MS


def test_f044_a_retry_policy_sets_attempts_and_age():
    assert attempts_until_given_up(rules.retry_of({"MaximumRetryAttempts": 0}), 0)[0] == 1
    assert attempts_until_given_up(rules.retry_of({"MaximumRetryAttempts": 3}), 0)[0] == 4
    attempts, last_ms = attempts_until_given_up(rules.retry_of({"MaximumEventAgeInSeconds": 60}), 0)
    assert attempts < 10
    assert last_ms <= 60_000


async def test_f045_a_target_that_fails_for_24_hours_ends_in_the_dead_letter_queue(cloud, room):
    await room.rule("r", {"source": ["shop"]})
    dead = await room.queue("dead")
    await room.target("r", "q", DeadLetterConfig={"Arn": dead})
    throttle = Fault(
        "error", "sqs", "SendMessage", code="ThrottlingException", message="Rate exceeded", status=400
    )
    cloud.cloud.faults = Faults([throttle], seed=1)
    await room.put()
    await cloud.clock.advance(20 * HOUR_MS)
    assert await room.messages("dead") == []
    await cloud.clock.advance(5 * HOUR_MS)
    (message,) = await room.messages("dead")
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "THROTTLING"
    assert attributes["ERROR_MESSAGE"] == "Rate exceeded"
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert attributes["RETRY_ATTEMPTS"] == "185"
    assert await room.messages("q") == []


async def test_a_target_that_recovers_gets_its_event_once(cloud, room):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    cloud.cloud.faults = Faults([Fault("error", "sqs", "SendMessage", status=500, times=10)], seed=1)
    event_id = await room.put()
    await cloud.clock.advance(24 * HOUR_MS)
    assert [event["id"] for event in await room.received("q")] == [event_id]


async def test_f044_a_retry_policy_out_of_range_is_refused(cloud, room, error_of):
    await room.rule("r", {"source": ["shop"]})
    for policy in ({"MaximumRetryAttempts": 186}, {"MaximumEventAgeInSeconds": 59}):
        error = await error_of(put_target(cloud, "r", Arn=GONE, RetryPolicy=policy))
        assert error.code == "ValidationException"


async def test_f050_an_event_goes_from_bus_to_bus_once_only(cloud, room):
    buses = {}
    for name in ("b", "c"):
        buses[name] = (await cloud("events", "CreateEventBus", Name=name))["EventBusArn"]
    await room.rule("r", {"source": ["shop"]})
    await put_target(cloud, "r", Arn=buses["b"])
    await room.rule("r", {"source": ["shop"]}, EventBusName="b")
    await room.target("r", "on-b", bus="b")
    await cloud("events", "PutTargets", Rule="r", EventBusName="b", Targets=[{"Id": "c", "Arn": buses["c"]}])
    await room.rule("r", {"source": ["shop"]}, EventBusName="c")
    await room.target("r", "on-c", bus="c")
    event_id = await room.put()
    await cloud.settle()
    assert [event["id"] for event in await room.received("on-b")] == [event_id]
    assert await room.received("on-c") == []
    await room.put(EventBusName="b")
    assert len(await room.received("on-c")) == 1


async def test_f052_another_accounts_bus_is_asked_at_each_delivery(cloud, room):
    other = {"account": "210987654321"}
    bus = (await cloud("events", "CreateEventBus", Name="theirs", **other))["EventBusArn"]
    await cloud("sqs", "CreateQueue", QueueName="q", **other)
    await cloud(
        "events", "PutRule", Name="r", EventBusName="theirs", EventPattern='{"source":["shop"]}', **other
    )
    queue = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:210987654321:q"}
    await cloud("events", "PutTargets", Rule="r", EventBusName="theirs", Targets=[queue], **other)
    await room.rule("r", {"source": ["shop"]})
    dead = await room.queue("dead")
    await put_target(cloud, "r", Arn=bus, DeadLetterConfig={"Arn": dead})

    await room.put({"n": 1})
    await cloud.settle()
    (message,) = await room.messages("dead")
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"

    permission = {"Action": "events:PutEvents", "Principal": "123456789012", "StatementId": "s"}
    await cloud("events", "PutPermission", EventBusName="theirs", **permission, **other)
    await room.put({"n": 2})
    await cloud("events", "RemovePermission", EventBusName="theirs", StatementId="s", **other)
    await room.put({"n": 3})
    got = await cloud("sqs", "ReceiveMessage", QueueUrl="q", MaxNumberOfMessages=10, **other)
    events = [json.loads(each["Body"]) for each in got["Messages"]]
    assert [(event["detail"]["n"], event["account"]) for event in events] == [(2, "123456789012")]


async def test_f052_events_put_onto_another_accounts_bus_need_its_policy(cloud):
    bus = (await cloud("events", "CreateEventBus", Name="theirs", account="210987654321"))["EventBusArn"]
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}", "EventBusName": bus}
    answer = await cloud("events", "PutEvents", Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "AccessDeniedException"
    permission = {"Action": "events:PutEvents", "Principal": "*", "StatementId": "s"}
    await cloud("events", "PutPermission", EventBusName="theirs", **permission, account="210987654321")
    assert (await cloud("events", "PutEvents", Entries=[entry]))["FailedEntryCount"] == 0


async def test_a_log_group_gets_each_event_as_a_log_event(cloud, room):
    await cloud("logs", "CreateLogGroup", logGroupName="/aws/events/shop")
    await room.rule("r", {"source": ["shop"]})
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/shop:*"
    await put_target(cloud, "r", Arn=arn)
    ids = [await room.put({"n": n}) for n in range(2)]
    await cloud.settle()
    logged = await cloud("logs", "FilterLogEvents", logGroupName="/aws/events/shop")
    assert [json.loads(each["message"])["id"] for each in logged["events"]] == ids


async def test_a_target_of_a_service_that_is_not_there_is_refused_by_name(cloud, room, error_of):
    await room.rule("r", {"source": ["shop"]})
    arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/d"
    error = await error_of(put_target(cloud, "r", Arn=arn, RoleArn="arn:aws:iam::123456789012:role/r"))
    assert error.message == f"Targets of firehose are not available in Cloud Chamber yet ({arn})."


@pytest.mark.parametrize(
    ("path", "key"), [("$.detail.customer", "ann"), ("$.detail.nobody", None), (None, None)]
)
async def test_a_stream_gets_the_partition_key_that_its_path_finds_else_the_events_id(cloud, room, path, key):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    await cloud.clock.advance(60_000)
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
    members = {"KinesisParameters": {"PartitionKeyPath": path}} if path else {}
    await room.rule("r", {"source": ["shop"]})
    await put_target(cloud, "r", Arn=stream, RoleArn="arn:aws:iam::123456789012:role/r", **members)
    event_id = await room.put({"customer": "ann"})
    shard = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = (await cloud("kinesis", "GetShardIterator", StreamName="s", **shard))["ShardIterator"]
    (record,) = (await cloud("kinesis", "GetRecords", ShardIterator=iterator))["Records"]
    assert record["PartitionKey"] == (key or event_id)

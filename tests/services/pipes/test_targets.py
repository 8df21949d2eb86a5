"""Enrichment, templates and targets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html."""

import json

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

FN = "lambda:function:fn"
ENRICH = "arn:aws:lambda:us-east-1:123456789012:function:enrich"


@pytest_asyncio.fixture(loop_scope="session")
async def source(queue):
    return await queue("in")


@pytest.fixture
def enriching(functions):
    """Makes the two functions, and scripts them: what the enrichment answers, and what the target does."""

    async def make(enrich, target=lambda event: None):
        await functions.create("enrich")
        await functions.create("fn")

        def script(told):
            own = enrich if told["arn"].endswith(":enrich") else target
            return own(told["event"])

        functions.script = script

    return make


def told(functions, name="fn"):
    return [each["event"] for each in functions.told if each["arn"].endswith(f":{name}")]


async def test_an_enrichment_gets_the_batch_and_the_target_its_answer(
    cloud, functions, enriching, source, pipe, send
):
    await enriching(lambda events: [{"order": event["body"]} for event in events])
    await send(source, "1", "2")

    await pipe("sqs:in", FN, Enrichment=ENRICH)
    await cloud.settle()

    assert [[event["body"] for event in batch] for batch in told(functions, "enrich")] == [["1", "2"]]
    assert told(functions) == [[{"order": "1"}, {"order": "2"}]]


async def test_an_answer_that_is_no_array_is_one_event(cloud, functions, enriching, source, pipe, send):
    await enriching(lambda events: {"count": len(events)})
    await send(source, "1", "2")

    await pipe("sqs:in", FN, Enrichment=ENRICH)
    await cloud.settle()

    assert told(functions) == [[{"count": 2}]]


@pytest.mark.parametrize(("answer", "batches"), [("", []), ({}, []), ([], []), ([{}], [[{}]])])
async def test_an_empty_answer_keeps_the_target_from_being_invoked(  # noqa: PLR0917
    cloud, functions, enriching, source, pipe, send, counts, answer, batches
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html#pipes-enrichment-filtering"""
    await enriching(lambda events: answer)
    await pipe("sqs:in", FN, Enrichment=ENRICH)

    await send(source, "1")
    await cloud.settle()

    assert (told(functions), await counts(source)) == (batches, (0, 0))


async def test_a_failed_enrichment_fails_the_batch(cloud, functions, enriching, source, pipe, send, counts):
    def fail(events):
        raise functions.Fails("no data")

    await enriching(fail)
    await pipe("sqs:in", FN, Enrichment=ENRICH)
    await send(source, "1")
    await cloud.settle()

    assert (told(functions), await counts(source)) == ([], (0, 1))
    assert (await cloud.start("pipes", "DescribePipe", Name="orders"))["StateReason"] == "no data"


async def test_more_events_than_the_target_takes_do_not_reach_it(
    cloud, enriching, source, queue, pipe, send, counts
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    target = await queue("out")
    await enriching(lambda events: [{}] * 11)
    await pipe("sqs:in", "sqs:out", Enrichment=ENRICH)
    await send(source, "1")
    await cloud.settle()

    assert (await counts(target), await counts(source)) == ((0, 0), (0, 1))


async def test_a_failure_after_an_enrichment_is_of_the_message_whose_id_it_kept(
    cloud, functions, enriching, source, pipe, send
):
    first = []

    def target(events):
        first.append(events)
        if len(first) == 1:
            return {"batchItemFailures": [{"itemIdentifier": events[1]["messageId"]}]}
        return None

    await enriching(
        lambda events: [{"messageId": event["messageId"], "n": event["body"]} for event in events], target
    )
    await send(source, "1", "2", "3")
    await pipe("sqs:in", FN, Enrichment=ENRICH)
    await cloud.clock.run_until_idle()

    assert [[event["n"] for event in batch] for batch in told(functions)] == [["1", "2", "3"], ["2"]]
    assert len(told(functions, "enrich")) == 2


async def test_templates_shape_what_the_enrichment_and_the_target_get(
    cloud, functions, enriching, source, pipe, send
):
    await enriching(lambda events: events)
    await pipe(
        "sqs:in",
        FN,
        Enrichment=ENRICH,
        EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>, "by": "<aws.pipes.pipe-name>"}'},
        TargetParameters={"InputTemplate": '{"got": <$.id>, "all": <aws.pipes.event.json>}'},
    )

    await send(source, '{"id": {"a": [1, 2]}}')
    await cloud.settle()

    seen = {"id": {"a": [1, 2]}, "by": "orders"}
    assert told(functions, "enrich") == [[seen]]
    assert told(functions) == [[{"got": {"a": [1, 2]}, "all": seen}]]


async def test_a_queue_gets_groups_and_deduplication_by_paths(cloud, source, queue, pipe, send, queue_of):
    target = await queue("out.fifo", FifoQueue="true")
    parameters = {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.body.order"}
    await pipe(
        "sqs:in",
        "sqs:out.fifo",
        TargetParameters={"SqsQueueParameters": parameters, "InputTemplate": "<$.body.order>"},
    )

    await send(
        source, '{"customer":"a","order":1}', '{"customer":"a","order":1}', '{"customer":"b","order":2}'
    )
    await cloud.settle()
    answer = await cloud.start(
        "sqs",
        "ReceiveMessage",
        QueueUrl=target,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["MessageGroupId"],
    )

    found = [(each["Body"], each["Attributes"]["MessageGroupId"]) for each in answer["Messages"]]
    assert found == [("1", "a"), ("2", "b")]


async def test_a_path_that_finds_nothing_fails_the_batch(cloud, source, queue, pipe, send, counts):
    await queue("out.fifo", FifoQueue="true")
    parameters = {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.messageId"}
    await pipe("sqs:in", "sqs:out.fifo", TargetParameters={"SqsQueueParameters": parameters})

    await send(source, "{}")
    await cloud.settle()

    assert await counts(source) == (0, 1)
    found = await cloud.start("pipes", "DescribePipe", Name="orders")
    assert found["StateReason"] == "The path $.body.customer finds nothing in the event."


async def test_only_the_entries_that_a_queue_refuses_come_back(
    cloud, source, queue, pipe, send, bodies, counts
):
    target = await queue("out")
    await send(source, '{"text": "good"}', '{"text": "\\u0000"}')

    await pipe("sqs:in", "sqs:out", TargetParameters={"InputTemplate": "<$.body.text>"})
    await cloud.settle()

    assert await bodies(target) == ["good"]
    assert await counts(source) == (0, 1)


async def test_a_topic_gets_each_event_as_a_message(cloud, source, queue, pipe, send, bodies):
    target = await queue("out")
    topic = (await cloud("sns", "CreateTopic", Name="t"))["TopicArn"]
    await cloud(
        "sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:out",
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    await pipe("sqs:in", topic, TargetParameters={"InputTemplate": "Hello, <$.body.name>"})

    await send(source, '{"name":"you"}')
    await cloud.settle()

    assert await bodies(target) == ["Hello, you"]


async def put_bus(cloud):
    await cloud("events", "CreateEventBus", Name="bus")
    await cloud(
        "events", "PutRule", Name="all", EventBusName="bus", EventPattern='{"account": ["123456789012"]}'
    )
    out = "arn:aws:sqs:us-east-1:123456789012:out"
    await cloud("events", "PutTargets", Rule="all", EventBusName="bus", Targets=[{"Id": "1", "Arn": out}])


async def test_a_bus_gets_events_with_their_details(cloud, source, queue, pipe, send, bodies):
    target = await queue("out")
    await put_bus(cloud)
    parameters = {
        "DetailType": "$.body.kind",
        "Source": "shop",
        "Resources": ["$.eventSourceARN"],
        "Time": "$.body.at",
    }
    await pipe(
        "sqs:in", "events:event-bus/bus",
        TargetParameters={"EventBridgeEventBusParameters": parameters, "InputTemplate": "<$.body>"},
    )  # fmt: skip

    await send(source, '{"kind":"paid","at":"2025-12-31T10:00:00Z"}')
    await cloud.settle()

    event = json.loads((await bodies(target))[0])
    assert (event["detail-type"], event["source"], event["time"]) == ("paid", "shop", "2025-12-31T10:00:00Z")
    assert event["resources"] == ["arn:aws:sqs:us-east-1:123456789012:in"]
    assert event["detail"] == {"kind": "paid", "at": "2025-12-31T10:00:00Z"}


async def test_what_a_bus_refuses_comes_back_alone(cloud, source, queue, pipe, send, bodies, counts):
    target = await queue("out")
    await put_bus(cloud)
    await send(source, '{"a":1}', "plain")
    await pipe("sqs:in", "events:event-bus/bus", TargetParameters={"InputTemplate": "<$.body>"})
    await cloud.settle()

    (text,) = await bodies(target)
    event = json.loads(text)
    assert (event["detail"], event["detail-type"], event["source"]) == (
        {"a": 1},
        "Event from aws:sqs",
        "Pipe orders",
    )
    assert await counts(source) == (0, 1)
    found = await cloud.start("pipes", "DescribePipe", Name="orders")
    assert found["StateReason"] == "MalformedDetail: Detail is malformed."


async def test_a_data_stream_gets_records_by_key(cloud, source, pipe, send):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    await pipe(
        "sqs:in", "kinesis:stream/s",
        TargetParameters={"KinesisStreamParameters": {"PartitionKey": "$.body.key"}, "InputTemplate": "<$.body.text>"},
    )  # fmt: skip

    await send(source, '{"key":"k","text":"hello"}')
    await cloud.settle()

    at = await cloud(
        "kinesis",
        "GetShardIterator",
        StreamName="s",
        ShardId="shardId-000000000000",
        ShardIteratorType="TRIM_HORIZON",
    )
    answer = await cloud("kinesis", "GetRecords", ShardIterator=at["ShardIterator"])
    assert [(each["PartitionKey"], each["Data"]) for each in answer["Records"]] == [("k", b"hello")]


async def lines_of(cloud, group, stream):
    answer = await cloud("logs", "GetLogEvents", logGroupName=group, logStreamName=stream, startFromHead=True)
    return [(each["timestamp"], each["message"]) for each in answer["events"]]


async def test_a_log_group_gets_lines_at_their_instants(cloud, source, pipe, send):
    await cloud("logs", "CreateLogGroup", logGroupName="/orders")
    parameters = {"LogStreamName": "$.body.stream", "Timestamp": "$.body.at"}
    now_ms = cloud.clock.now_ms()
    await send(
        source,
        json.dumps({"stream": "a", "at": now_ms - 1, "text": "second"}),
        json.dumps({"stream": "a", "at": now_ms - 2, "text": "first"}),
        json.dumps({"stream": "b", "at": now_ms, "text": "other"}),
    )

    await pipe(
        "sqs:in", "logs:log-group:/orders",
        TargetParameters={"CloudWatchLogsParameters": parameters, "InputTemplate": "<$.body.text>"},
    )  # fmt: skip
    await cloud.settle()

    assert await lines_of(cloud, "/orders", "a") == [(now_ms - 2, "first"), (now_ms - 1, "second")]
    assert await lines_of(cloud, "/orders", "b") == [(now_ms, "other")]


def logging_at(level, **members):
    destination = {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/pipe"}
    return {"LogConfiguration": {"Level": level, "CloudwatchLogsLogDestination": destination, **members}}


STEPS = [
    ("ERROR", []),
    ("INFO", ["EXECUTION_STARTED", "TARGET_STAGE_ENTERED", "TARGET_STAGE_EXITED", "EXECUTION_SUCCEEDED"]),
    ("TRACE", ["EXECUTION_STARTED", "TARGET_STAGE_ENTERED", "TARGET_INVOCATION_STARTED",
               "TARGET_INVOCATION_SUCCEEDED", "TARGET_STAGE_EXITED", "EXECUTION_SUCCEEDED"]),
]  # fmt: skip


@pytest.mark.parametrize(("level", "steps"), STEPS)
async def test_a_pipe_logs_the_steps_of_its_level(cloud, source, queue, pipe, send, level, steps):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html"""
    await queue("out")
    await cloud("logs", "CreateLogGroup", logGroupName="/pipe")
    await pipe("sqs:in", "sqs:out", **logging_at(level))

    await send(source, "a")
    await cloud.settle()

    streams = (await cloud("logs", "DescribeLogStreams", logGroupName="/pipe"))["logStreams"]
    records = [json.loads(text) for _, text in (await lines_of(cloud, "/pipe", "orders") if streams else [])]
    assert [record["messageType"] for record in records] == steps
    assert all("payload" not in record for record in records)
    assert len({record["executionId"] for record in records}) == min(1, len(steps))


async def test_a_failure_is_logged_with_its_reason_and_on_request_its_events(cloud, source, pipe, send):
    await cloud("logs", "CreateLogGroup", logGroupName="/pipe")
    await pipe("sqs:in", "sqs:missing", **logging_at("ERROR", IncludeExecutionData=["ALL"]))

    await send(source, "a")
    await cloud.settle()

    records = [json.loads(text) for _, text in await lines_of(cloud, "/pipe", "orders")]
    assert [record["messageType"] for record in records] == ["TARGET_INVOCATION_FAILED", "EXECUTION_FAILED"]
    assert json.loads(records[1]["payload"])[0]["body"] == "a"
    assert (records[1]["error"]["httpStatusCode"], records[1]["logLevel"]) == (400, "ERROR")
    assert "does not exist" in records[1]["error"]["message"]
    assert records[1]["resourceArn"] == "arn:aws:pipes:us-east-1:123456789012:pipe/orders"


async def test_a_bus_may_be_reached_through_its_global_endpoint(cloud, source, queue, pipe, send, bodies):
    target = await queue("out")
    await put_bus(cloud)
    await cloud("events", "CreateEventBus", region="us-west-2", Name="bus")
    buses = [f"arn:aws:events:{each}:123456789012:event-bus/bus" for each in ("us-east-1", "us-west-2")]
    health_check = "arn:aws:route53:::healthcheck/1"
    await cloud(
        "events", "CreateEndpoint", Name="e", EventBuses=[{"EventBusArn": arn} for arn in buses],
        ReplicationConfig={"State": "DISABLED"},
        RoutingConfig={"FailoverConfig": {
            "Primary": {"HealthCheck": health_check}, "Secondary": {"Route": "us-west-2"},
        }},
    )  # fmt: skip
    known = await cloud("events", "DescribeEndpoint", Name="e")
    parameters = {"EventBridgeEventBusParameters": {"EndpointId": known["EndpointId"]}}
    await pipe("sqs:in", "events:event-bus/bus", TargetParameters=parameters)
    await send(source, "hello")
    await cloud.settle()

    (text,) = await bodies(target)
    assert json.loads(text)["resources"] == [known["Arn"]]

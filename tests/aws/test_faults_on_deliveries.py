"""Faults on events that are given to functions: by Invoke, asynchronously, and by mappings. Real processes, virtual time."""

from __future__ import annotations

import json

import pytest
from tests.services.lambda_ import conftest as of_lambda

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

cloud, functions, zygote = of_lambda.cloud, of_lambda.functions, of_lambda.zygote

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"


def delivery(kind, **members):
    return Fault(kind, "lambda", "delivery", "fn", **members)


def plan(cloud, *faults: Fault) -> Faults:
    cloud.cloud.faults = made = Faults(list(faults), 0)
    return made


# -- Invoke


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [("error", "ServiceException", 500), ("throttle", "TooManyRequestsException", 429)],
)
async def test_an_invoke_fails_and_the_function_does_not_run(cloud, functions, error_of, kind, code, status):
    await functions.create()
    faults = plan(cloud, delivery(kind, nth=1))
    error = await error_of(functions.invoke(event=1))
    assert (error.code, error.status) == (code, status)
    assert functions.events == []
    await functions.invoke(event=2)
    assert (functions.events, faults.struck) == ([2], [1])


@pytest.mark.parametrize(
    ("kind", "effect", "ran"),
    [("kill", "before", False), ("kill", "after", True), ("drop_answer", "before", True)],
)
async def test_a_killed_function_answers_as_a_process_that_exited(cloud, functions, kind, effect, ran):
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    await functions.create()
    plan(cloud, delivery(kind, effect=effect, nth=2))
    first = await functions.invoke(event="warm")
    assert "FunctionError" not in first
    answer = await functions.invoke(event="x")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    told = json.loads(answer["Payload"])
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert functions.events == ["warm", "x"] if ran else ["warm"]
    after = await functions.invoke(event="after")
    assert "FunctionError" not in after
    if ran:  # its environment died: another one has another log stream
        streams = [told["stream"] for told in functions.told]
        assert streams[0] == streams[1] != streams[2]


async def test_an_invoke_may_be_late_or_made_twice(cloud, functions):
    await functions.create()
    plan(cloud, delivery("delay", delay_ms=7_000, nth=1), delivery("duplicate", nth=1))
    began_ms = cloud.clock.now_ms()
    await functions.invoke(event="late")
    assert cloud.clock.now_ms() - began_ms == 7_000
    await functions.invoke(event="twice")
    await cloud.settle()
    assert functions.events == ["late", "twice", "twice"]


@pytest.mark.parametrize(("effect", "seen"), [("before", []), ("after", [1])])
async def test_a_function_that_hangs_times_out(cloud, functions, effect, seen):
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    await functions.create(Timeout=7)
    plan(cloud, delivery("hang", effect=effect))
    began_ms = cloud.clock.now_ms()
    answer = await functions.invoke(event=1)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert cloud.clock.now_ms() - began_ms == 7_000
    assert b"Error: Task timed out after 7.00 seconds" in answer["Payload"]
    assert functions.events == seen


async def test_other_functions_are_spared(cloud, functions):
    await functions.create()
    await functions.create("other")
    faults = plan(cloud, Fault("error", "lambda", "delivery", "fn*"), delivery("kill"))
    await functions.invoke("other", 1)
    assert (functions.events, faults.struck) == ([1], [0, 0])


async def test_a_qualified_name_is_the_function(cloud, functions, error_of):
    await functions.create()
    plan(cloud, delivery("error"))
    for name in ("fn:$LATEST", "arn:aws:lambda:us-east-1:123456789012:function:fn", "123456789012:fn"):
        await error_of(functions.invoke(name, 1))


# -- asynchronous events


async def send_event(functions, event):
    await functions.invoke(event=event, InvocationType="Event")


async def test_accepting_an_event_is_no_delivery(cloud, functions):
    await functions.create()
    faults = plan(cloud, delivery("error"))
    dry = await functions.invoke(event=1, InvocationType="DryRun")
    assert (dry["StatusCode"], faults.struck) == (204, [0])
    answer = await functions.invoke(event=1, InvocationType="Event")
    assert answer["StatusCode"] == 202


@pytest.mark.parametrize("kind", ["error", "throttle"])
async def test_an_event_that_could_not_be_delivered_is_tried_again_within_minutes(cloud, functions, kind):
    """Throttles and system errors are retried for up to 6 hours, from 1 second to 5 minutes apart:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    await functions.create()
    faults = plan(cloud, delivery(kind, times=4))
    began_ms = cloud.clock.now_ms()
    await send_event(functions, "x")
    await cloud.clock.run_until_idle()
    assert (functions.events, faults.struck) == (["x"], [4])
    assert 4_000 <= cloud.clock.now_ms() - began_ms <= 30 * 60_000


@pytest.mark.parametrize("kind", ["kill", "hang"])
@pytest.mark.parametrize(("effect", "seen"), [("before", 1), ("after", 3)])
async def test_an_event_whose_function_dies_is_tried_twice_more(cloud, functions, kind, effect, seen):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: after one and two minutes"""
    await functions.create()
    faults = plan(cloud, delivery(kind, effect=effect, times=2))
    began_ms = cloud.clock.now_ms()
    await send_event(functions, "x")
    await cloud.clock.run_until_idle()
    assert (functions.events, faults.struck) == (["x"] * seen, [2])
    assert cloud.clock.now_ms() - began_ms >= 180_000


async def test_an_event_comes_twice(cloud, functions):
    await functions.create()
    plan(cloud, delivery("duplicate", nth=1))
    await send_event(functions, "x")
    await cloud.clock.run_until_idle()
    assert functions.events == ["x", "x"]


async def test_two_events_change_places(cloud, functions):
    await functions.create()
    plan(cloud, delivery("swap", nth=1))
    await send_event(functions, "first")
    await send_event(functions, "second")
    await cloud.clock.run_until_idle()
    assert functions.events == ["second", "first"]


# -- mappings


async def orders(cloud, **members):
    attributes = {"VisibilityTimeout": "60"}
    url = (await cloud("sqs", "CreateQueue", QueueName="orders", Attributes=attributes))["QueueUrl"]
    await cloud("lambda", "CreateEventSourceMapping", EventSourceArn=QUEUE, FunctionName="fn", **members)
    await cloud.settle()
    return url


def bodies(event) -> list[str]:
    return [record["body"] for record in event["Records"]]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (delivery("error", times=1), 1),
        (delivery("throttle", times=1), 1),
        (delivery("kill", times=1), 1),
        (delivery("kill", times=1, effect="after"), 2),
        (delivery("drop_answer", times=1), 2),
        (delivery("hang", times=1), 1),
        (delivery("hang", times=1, effect="after"), 2),
    ],
    ids=lambda value: f"{value.kind}-{value.effect}" if isinstance(value, Fault) else str(value),
)
async def test_a_message_whose_batch_failed_comes_again(cloud, functions, fault, seen):
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    await functions.create()
    url = await orders(cloud)
    faults = plan(cloud, fault)
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    await cloud.clock.advance(10 * 60_000)
    assert [bodies(event) for event in functions.events] == [["x"]] * seen
    assert faults.struck == [1]
    counts = await cloud("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])
    assert counts["Attributes"]["ApproximateNumberOfMessages"] == "0"
    assert counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


async def test_a_batch_comes_twice(cloud, functions):
    await functions.create()
    url = await orders(cloud)
    plan(cloud, delivery("duplicate", nth=1))
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    await cloud.clock.advance(60_000)
    assert [bodies(event) for event in functions.events] == [["x"], ["x"]]


async def test_two_batches_change_places(cloud, functions):
    await functions.create()
    url = await orders(cloud, BatchSize=1)
    plan(cloud, delivery("swap", nth=1))
    for body in ("first", "second"):
        await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody=body)
    await cloud.clock.advance(60_000)
    assert [bodies(event) for event in functions.events] == [["second"], ["first"]]


async def test_a_message_that_a_mapping_cannot_delete_comes_again(cloud, functions):
    await functions.create()
    url = await orders(cloud)
    plan(cloud, Fault("error", "sqs", "DeleteMessageBatch", caller="lambda.amazonaws.com", times=1))
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    await cloud.clock.advance(10 * 60_000)
    assert len(functions.events) in (1, 2)  # the mapping may try to delete it again
    counts = await cloud("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])
    assert counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


async def test_poison_reaches_the_function_before_the_message(cloud, functions):
    await functions.create()
    url = await orders(cloud, BatchSize=1)
    plan(cloud, Fault("poison", "sqs", "SendMessage", nth=1))
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    await cloud.clock.advance(60_000)
    assert [bodies(event) for event in functions.events] == [['{"poison":'], ["x"]]


@pytest.mark.parametrize("effect", ["before", "after"])
async def test_a_stream_goes_no_further_until_its_batch_has_succeeded(cloud, functions, effect):
    """https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    await functions.create()
    await cloud("kinesis", "CreateStream", StreamName="clicks", ShardCount=1)
    await cloud.clock.advance(60_000)
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
    members = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 1}
    await cloud("lambda", "CreateEventSourceMapping", EventSourceArn=arn, FunctionName="fn", **members)
    await cloud.clock.advance(60_000)
    plan(cloud, delivery("kill", effect=effect, times=2))
    for data in (b"first", b"second"):
        await cloud("kinesis", "PutRecord", StreamName="clicks", Data=data, PartitionKey="k")
    await cloud.clock.advance(10 * 60_000)
    numbers = [event["Records"][0]["kinesis"]["sequenceNumber"] for event in functions.events]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 2
    assert len(numbers) == (2 if effect == "before" else 4)

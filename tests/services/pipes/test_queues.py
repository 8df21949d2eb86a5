"""Pipes from queues: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

FN = "lambda:function:fn"


def template(text, **parameters):
    return {"TargetParameters": {"InputTemplate": text, **parameters}}


async def test_a_message_arrives_as_the_event_of_its_source(cloud, queue, pipe, send, bodies, counts):
    source, target = await queue("in"), await queue("out")
    await pipe("sqs:in", "sqs:out")

    await send(source, "hello", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    await cloud.settle()

    (text,) = await bodies(target)
    event = json.loads(text)
    assert (event["body"], event["eventSource"], event["awsRegion"]) == ("hello", "aws:sqs", "us-east-1")
    assert event["eventSourceARN"] == "arn:aws:sqs:us-east-1:123456789012:in"
    assert event["messageAttributes"]["a"]["stringValue"] == "b"
    assert event["attributes"]["ApproximateReceiveCount"] == "1"
    assert await counts(source) == (0, 0)


async def test_f019_messages_that_no_filter_matches_are_deleted(cloud, queue, pipe, send, bodies, counts):
    source, target = await queue("in"), await queue("out")
    filters = {
        "Filters": [
            {"Pattern": '{"body": {"n": [{"numeric": [">", 5]}]}}'},
            {"Pattern": '{"body": ["plain"]}'},
        ]
    }
    await pipe("sqs:in", "sqs:out", SourceParameters={"FilterCriteria": filters}, **template("<$.body>"))

    await send(source, '{"n": 1}', '{"n": 7}', "plain", "other")
    await cloud.settle()

    assert sorted(await bodies(target)) == ["plain", '{"n":7}']
    assert await counts(source) == (0, 0)


async def test_a_window_gathers_a_batch_and_a_full_one_does_not_wait(cloud, functions, queue, pipe, send):
    source = await queue("in")
    await functions.create()
    parameters = {"SqsQueueParameters": {"BatchSize": 4, "MaximumBatchingWindowInSeconds": 20}}
    await pipe("sqs:in", FN, SourceParameters=parameters)

    await send(source, "a")
    await cloud.clock.advance(19_999)
    assert functions.told == []
    await cloud.clock.advance(1)
    await send(source, *"bcdef")
    await cloud.settle()

    assert [[each["body"] for each in batch] for batch in functions.events] == [["a"], ["b", "c", "d", "e"]]


async def test_f017_what_fails_comes_back_after_its_visibility_timeout(
    cloud, functions, queue, pipe, send, counts
):
    source = await queue("in", VisibilityTimeout="40")
    await functions.create()
    start_ms, instants = cloud.clock.now_ms(), []

    def fail_twice(told):
        instants.append((cloud.clock.now_ms() - start_ms) // 1000)
        if len(instants) < 3:
            raise functions.Fails("boom")

    functions.script = fail_twice
    await pipe("sqs:in", FN)
    await send(source, "a")
    await cloud.settle()
    found = await cloud.start("pipes", "DescribePipe", Name="orders")
    await cloud.clock.run_until_idle()

    assert instants == [0, 40, 80]
    assert found["StateReason"] == "boom"
    assert "StateReason" not in await cloud("pipes", "DescribePipe", Name="orders")
    assert await counts(source) == (0, 0)


async def test_a_message_that_always_fails_goes_to_the_dead_letter_queue_of_its_own_queue(
    cloud, functions, queue, pipe, send, bodies
):
    dead = await queue("dead")
    redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": "2"}
    source = await queue("in", VisibilityTimeout="10", RedrivePolicy=json.dumps(redrive))
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    await pipe("sqs:in", FN)
    await send(source, "poison")
    await cloud.clock.run_until_idle()

    assert (len(functions.told), await bodies(dead)) == (2, ["poison"])


REPORTS = [
    (lambda ids: {"batchItemFailures": [{"itemIdentifier": ids["b"]}]}, {"b"}),
    (lambda ids: {"batchItemFailures": []}, set()),
    (lambda ids: "anything", set()),
    (lambda ids: {"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"a", "b", "c"}),
    (lambda ids: {"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b", "c"}),
]


@pytest.mark.parametrize(("report", "again"), REPORTS)
async def test_a_function_says_which_messages_failed(cloud, functions, queue, pipe, send, report, again):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html#pipes-partial-batch-failure"""
    source = await queue("in")
    await functions.create()
    await send(source, *"abc")
    functions.script = lambda told: (
        report({each["body"]: each["messageId"] for each in told["event"]})
        if len(functions.told) == 1
        else None
    )

    await pipe("sqs:in", FN)
    await cloud.clock.run_until_idle()

    assert {each["body"] for batch in functions.events[1:] for each in batch} == again


async def test_a_function_that_is_not_waited_for_gets_the_batch_as_an_event(
    cloud, functions, queue, pipe, send, counts
):
    source = await queue("in")
    await functions.create()
    parameters = {"LambdaFunctionParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    await pipe("sqs:in", FN, TargetParameters=parameters)

    def fail(told):
        raise functions.Fails("nobody hears")

    functions.script = fail
    await send(source, "a")
    await cloud.settle()

    assert [each["body"] for each in functions.events[0]] == ["a"]
    assert await counts(source) == (0, 0)


async def test_a_throttled_function_is_tried_again_without_using_up_a_receive(
    cloud, functions, queue, pipe, send
):
    source = await queue("in", VisibilityTimeout="60")
    await functions.create()
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    await pipe("sqs:in", FN)

    await send(source, "a")
    await cloud.clock.advance(5_000)
    await cloud.start("lambda", "DeleteFunctionConcurrency", FunctionName="fn")
    await cloud.clock.advance(2_000)

    assert functions.events[0][0]["attributes"]["ApproximateReceiveCount"] == "1"


async def test_a_stopped_pipe_leaves_messages_and_a_started_one_takes_them(
    cloud, queue, pipe, send, bodies, counts
):
    source, target = await queue("in"), await queue("out")
    await pipe("sqs:in", "sqs:out", **template("<$.body>"))
    await cloud.settle()

    stopped = await cloud.start("pipes", "StopPipe", Name="orders")
    await cloud.settle()
    await send(source, "a")
    await cloud.settle()
    assert (stopped["CurrentState"], await counts(source)) == ("STOPPING", (1, 0))
    await cloud.start("pipes", "StartPipe", Name="orders")
    await cloud.settle()

    assert await bodies(target) == ["a"]


async def test_an_update_while_a_batch_is_under_way_waits_for_it(
    cloud, functions, queue, pipe, send, bodies, counts
):
    source, target = await queue("in"), await queue("out")
    await functions.create()
    gate = functions.gate()
    await pipe("sqs:in", FN)
    await send(source, "a")
    await functions.until(1)

    await cloud.start(
        "pipes", "UpdatePipe", Name="orders", RoleArn="arn:aws:iam::123456789012:role/r",
        Target="arn:aws:sqs:us-east-1:123456789012:out", **template("<$.body>"),
    )  # fmt: skip
    await send(source, "b")
    assert await bodies(target) == []
    gate.set()
    await cloud.settle()

    assert await bodies(target) == ["b"]
    assert (len(functions.told), await counts(source)) == (1, (0, 0))


async def test_a_deleted_pipe_takes_nothing_any_more(cloud, queue, pipe, send, counts):
    source = await queue("in")
    await pipe("sqs:in", "sqs:out")
    await cloud.settle()

    answer = await cloud.start("pipes", "DeletePipe", Name="orders")
    await cloud.settle()
    await send(source, "a")
    await cloud.settle()

    assert (answer["DesiredState"], answer["CurrentState"]) == ("DELETED", "DELETING")
    assert await counts(source) == (1, 0)


async def test_a_pipe_goes_on_when_its_queue_comes_back(cloud, queue, pipe, send, bodies):
    source, target = await queue("in"), await queue("out")
    await pipe("sqs:in", "sqs:out", **template("<$.body>"))
    await cloud.settle()

    await cloud.start("sqs", "DeleteQueue", QueueUrl=source)
    await cloud.clock.run_until_idle()
    lost = await cloud.start("pipes", "DescribePipe", Name="orders")
    await cloud.clock.advance(60_000)
    await queue("in")
    await send(source, "a")
    await cloud.clock.advance(61_000)

    assert "does not exist" in lost["StateReason"]
    assert await bodies(target) == ["a"]

"""Asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html."""

import json

import msgspec
import pytest

from cloudchamber.aws import Call, Trace

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEAD_ARN = "arn:aws:sqs:us-east-1:123456789012:dead"


@pytest.fixture
def clocked(cloud, functions):
    """Keeps the instants of invocations, in seconds since the test began."""
    start_ms = cloud.clock.now_ms()

    def instants():
        return [told["at_ms"] // 1000 for told in functions.told]

    def script(fails):
        def answer(told):
            told["at_ms"] = cloud.clock.now_ms() - start_ms
            if fails:
                from_script(fails)
            return {"ok": True}

        functions.script = answer

    def from_script(fails):
        raise functions.Fails(fails)

    instants.script = script
    return instants


async def queue(cloud, name="dead"):
    return (await cloud("sqs", "CreateQueue", QueueName=name))["QueueUrl"]


async def test_f001_a_function_error_is_retried_after_one_and_then_two_minutes(cloud, functions, clocked):
    await functions.create()
    clocked.script("boom")

    answer = await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert (answer["StatusCode"], "Payload" in answer) == (202, False)
    assert clocked() == [0, 60, 180]
    assert len({told["request_id"] for told in functions.told}) == 1


async def test_f001_a_success_ends_the_retries(cloud, functions, clocked):
    await functions.create()
    clocked.script("")

    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert clocked() == [0]


async def test_f002_throttles_go_back_to_the_queue_for_six_hours_apart_from_function_errors(
    cloud, functions, queue_of
):
    url = await queue(cloud)
    await functions.create(DeadLetterConfig={"TargetArn": DEAD_ARN})
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    start_ms = cloud.clock.now_ms()

    instants = []
    cloud.cloud.tracks.listen(
        lambda t: instants.append((t.at_ms - start_ms) // 1000) if t.operation == "invoke_event" else None
    )
    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert instants[:11] == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811]
    assert instants[-1] == 6 * 3600
    assert functions.told == []
    (dead,) = await queue_of(url)
    assert dead["MessageAttributes"]["ErrorCode"]["StringValue"] == "429"


async def test_f002_a_throttled_event_keeps_its_two_retries(cloud, functions, clocked):
    await functions.create()
    clocked.script("boom")
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)
    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.advance(100_000)
    await cloud("lambda", "DeleteFunctionConcurrency", FunctionName="fn")

    await cloud.clock.run_until_idle()

    assert clocked() == [127, 187, 307]


@pytest.mark.parametrize(("attempts", "instants"), [(0, [0]), (1, [0, 60]), (2, [0, 60, 180])])
async def test_f004_the_retries_can_be_limited(cloud, functions, clocked, attempts, instants):
    await functions.create()
    clocked.script("boom")
    await cloud("lambda", "PutFunctionEventInvokeConfig", FunctionName="fn", MaximumRetryAttempts=attempts)

    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert clocked() == instants


async def test_f004_an_event_that_is_too_old_is_sent_to_the_destination(cloud, functions, clocked, queue_of):
    url = await queue(cloud)
    await functions.create()
    clocked.script("boom")
    await cloud(
        "lambda",
        "PutFunctionEventInvokeConfig",
        FunctionName="fn",
        MaximumEventAgeInSeconds=90,
        DestinationConfig={"OnFailure": {"Destination": DEAD_ARN}},
    )
    start_ms = cloud.clock.now_ms()

    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert clocked() == [0, 60]
    assert cloud.clock.now_ms() - start_ms == 90_000
    (message,) = await queue_of(url)
    context = json.loads(message["Body"])["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("EventAgeExceeded", 2)


@pytest.mark.parametrize(
    ("member", "value"),
    [("MaximumRetryAttempts", 3), ("MaximumEventAgeInSeconds", 59), ("MaximumEventAgeInSeconds", 21601)],
)
async def test_f004_the_bounds_of_the_configuration(cloud, functions, error_of, member, value):
    await functions.create()

    error = await error_of(
        cloud("lambda", "PutFunctionEventInvokeConfig", FunctionName="fn", **{member: value})
    )

    assert error.code in ("ValidationException", "InvalidParameterValueException")


async def test_the_record_of_a_failure_is_as_documented(cloud, functions, clocked, queue_of):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    url = await queue(cloud)
    await functions.create()
    clocked.script("boom")
    await cloud(
        "lambda",
        "PutFunctionEventInvokeConfig",
        FunctionName="fn",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": DEAD_ARN}},
    )

    await functions.invoke(event={"ORDER_IDS": [1, 2]}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    (message,) = await queue_of(url)
    record = json.loads(message["Body"])
    payload = record.pop("responsePayload")
    assert record == {
        "version": "1.0",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "requestContext": {
            "requestId": functions.told[0]["request_id"],
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"ORDER_IDS": [1, 2]},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
    }
    assert (payload["errorMessage"], payload["errorType"]) == ("boom", "RuntimeError")


async def test_a_success_is_told_to_its_destination(cloud, functions, queue_of):
    url = await queue(cloud)
    await functions.create()
    functions.script = lambda told: {"done": True}
    await cloud(
        "lambda",
        "PutFunctionEventInvokeConfig",
        FunctionName="fn",
        DestinationConfig={"OnSuccess": {"Destination": DEAD_ARN}},
    )

    await functions.invoke(event={}, InvocationType="Event")
    await cloud.settle()

    (message,) = await queue_of(url)
    record = json.loads(message["Body"])
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", {"done": True})


async def test_a_function_can_be_the_destination_of_another(cloud, functions):
    await functions.create()
    await functions.create("next")
    await cloud(
        "lambda",
        "PutFunctionEventInvokeConfig",
        FunctionName="fn",
        DestinationConfig={
            "OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:123456789012:function:next"}
        },
    )

    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.settle()

    assert functions.events[0] == {"n": 1}
    assert functions.events[1]["responsePayload"] == {"n": 1}


async def test_the_dead_letter_queue_gets_the_event_with_its_error(cloud, functions, clocked, queue_of):
    url = await queue(cloud)
    await functions.create(DeadLetterConfig={"TargetArn": DEAD_ARN})
    clocked.script("boom")

    await functions.invoke(event={"n": 1}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    (message,) = await queue_of(url)
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert message["Body"] == '{"n": 1}'
    assert attributes == {
        "RequestID": functions.told[0]["request_id"],
        "ErrorCode": "200",
        "ErrorMessage": "boom",
    }


async def test_f006_the_client_context_reaches_synchronous_invocations_only(cloud, functions):
    await functions.create()
    context = "eyJjdXN0b20iOiB7ImEiOiAiYiJ9fQ=="  # {"custom": {"a": "b"}}

    await functions.invoke(event={}, ClientContext=context)
    await functions.invoke(event={}, ClientContext=context, InvocationType="Event")
    await cloud.settle()

    assert [told["client_context"] for told in functions.told] == [{"a": "b"}, None]


async def test_f005_an_asynchronous_event_may_be_one_megabyte(cloud, functions, error_of):
    await functions.create()

    await functions.invoke(event="x" * (1024 * 1024 - 2), InvocationType="Event")
    error = await error_of(functions.invoke(event="x" * (1024 * 1024 - 1), InvocationType="Event"))

    assert (error.code, error.status) == ("RequestEntityTooLargeException", 413)


async def call_again(cloud, told):
    """What a function does that invokes itself: its SDK sends the trace header on."""
    request = {"FunctionName": "fn", "InvocationType": "Event", "Payload": b"{}"}
    call = Call("lambda", "Invoke", request, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1")
    await cloud.cloud.call(msgspec.structs.replace(call, trace=Trace.parse(told["trace"])))


async def test_f009_a_chain_that_comes_to_a_function_sixteen_times_is_stopped(cloud, functions, queue_of):
    url = await queue(cloud)
    await functions.create(DeadLetterConfig={"TargetArn": DEAD_ARN})
    functions.script = lambda told: call_again(cloud, told)

    await functions.invoke(event={}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert len(functions.told) == 16
    assert len(await queue_of(url)) == 1


async def test_f009_a_loop_may_be_allowed(cloud, functions):
    await functions.create()
    await cloud("lambda", "PutFunctionRecursionConfig", FunctionName="fn", RecursiveLoop="Allow")

    async def again(told):
        if len(functions.told) < 20:
            await call_again(cloud, told)

    functions.script = again
    await functions.invoke(event={}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert len(functions.told) == 20


async def test_f009_many_events_of_one_root_are_no_loop(cloud, functions):
    await functions.create()

    async def fan_out(told):
        if len(functions.told) == 1:
            for _ in range(20):
                await call_again(cloud, told)

    functions.script = fan_out
    await functions.invoke(event={}, InvocationType="Event")
    await cloud.clock.run_until_idle()

    assert len(functions.told) == 21


async def test_an_event_of_a_function_that_is_gone_is_dropped(cloud, functions, clocked):
    await functions.create()
    clocked.script("boom")
    await functions.invoke(event={}, InvocationType="Event")
    await cloud.settle()
    await cloud("lambda", "DeleteFunction", FunctionName="fn")

    await cloud.clock.run_until_idle()

    assert clocked() == [0]

"""What CloudWatch shows of functions: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html."""

import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sums(functions, name, stat="Sum", **dimensions):
    cloud = functions.cloud
    now_s = cloud.clock.now_ms() // 1000
    answer = await cloud(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now_s - 80_000,
        EndTime=now_s + 60,
        Period=86_400,
        Statistics=[stat],
    )
    return sum(point[stat] for point in answer["Datapoints"])


async def test_invocations_errors_and_durations(functions):
    await functions.create()

    def script(told):
        if told["event"] == "bad":
            raise functions.Fails("no")

    functions.script = script
    await functions.invoke(event="good")
    await functions.invoke(event="bad")
    await functions.invoke(event="bad", InvocationType="Event")
    await functions.cloud.clock.advance(600_000)  # and is tried twice again
    assert await sums(functions, "Invocations", FunctionName="fn") == 5
    assert await sums(functions, "Errors", FunctionName="fn") == 4
    assert await sums(functions, "Invocations") == 5
    assert await sums(functions, "Duration", "SampleCount", FunctionName="fn") == 5
    assert await sums(functions, "Throttles", FunctionName="fn") == 0
    assert await sums(functions, "AsyncEventsReceived", FunctionName="fn") == 1
    assert await sums(functions, "AsyncEventsDropped", FunctionName="fn") == 1


async def test_throttles_and_concurrency(functions):
    await functions.create()
    await functions.cloud("cloudwatch", "ListMetrics", Namespace="AWS/Lambda")
    await functions.cloud(
        "lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=2
    )
    gate = functions.gate()
    running = [
        asyncio.ensure_future(functions.cloud.start("lambda", "Invoke", FunctionName="fn")) for _ in range(3)
    ]
    await functions.until(2)
    gate.set()
    answers = await asyncio.gather(*running, return_exceptions=True)
    assert [type(answer).__name__ for answer in answers].count("TooManyRequestsException") == 1
    await functions.cloud.settle()
    assert await sums(functions, "Throttles", FunctionName="fn") == 1
    assert await sums(functions, "Invocations", FunctionName="fn") == 2
    assert await sums(functions, "ConcurrentExecutions", "Maximum", FunctionName="fn") == 2


async def test_the_age_of_what_a_stream_brings(functions):
    cloud = functions.cloud
    await functions.create()
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    await cloud("kinesis", "PutRecord", StreamName="s", Data=b"x", PartitionKey="k")
    await cloud.clock.advance(5_000)
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
    request = {"EventSourceArn": arn, "FunctionName": "fn", "StartingPosition": "TRIM_HORIZON"}
    await cloud.start("lambda", "CreateEventSourceMapping", **request)
    await cloud.clock.advance(5_000)
    assert len(functions.told) == 1
    assert await sums(functions, "IteratorAge", "Maximum", FunctionName="fn") >= 5_000


EMBEDS = """
import json
def handler(event, context):
    print(json.dumps({
        "_aws": {"Timestamp": event["at_ms"], "CloudWatchMetrics": [
            {"Namespace": "Shop", "Dimensions": [["service"]], "Metrics": [{"Name": "Orders", "Unit": "Count"}]}]},
        "service": "checkout", "Orders": [1, 2]}))
"""


async def test_a_line_in_the_embedded_metric_format_becomes_a_metric(functions):
    cloud = functions.cloud
    await functions.create("embeds", EMBEDS)
    at_ms = cloud.clock.now_ms()
    await functions.invoke("embeds", {"at_ms": at_ms})
    await cloud.settle()
    answer = await cloud(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="Shop",
        MetricName="Orders",
        Dimensions=[{"Name": "service", "Value": "checkout"}],
        StartTime=at_ms / 1000 - 60,
        EndTime=at_ms / 1000 + 60,
        Period=60,
        Statistics=["Sum"],
    )
    assert [(point["Sum"], point["Unit"]) for point in answer["Datapoints"]] == [(3, "Count")]

"""Metrics that CloudWatch Logs makes of events.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html
"""

import json

import pytest

from cloudchamber.clock.virtual import START_MS


@pytest.fixture
def log(cloud):
    async def log(*messages, stream="s"):
        events = [
            {"timestamp": START_MS, "message": m if isinstance(m, str) else json.dumps(m)} for m in messages
        ]
        request = {"Group": "g", "Stream": stream, "Events": events}
        await cloud("logs", "put_function_logs", **request)

    return log


@pytest.fixture
def found(cloud):
    async def found(namespace, name, stat="Sum", **dimensions):
        answer = await cloud(
            "cloudwatch",
            "GetMetricStatistics",
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=START_MS / 1000 - 60,
            EndTime=START_MS / 1000 + 60,
            Period=60,
            Statistics=[stat],
        )
        return [(point[stat], point["Unit"]) for point in answer["Datapoints"]]

    return found


def embedded(metrics, dimensions=(("functionVersion",),), **members):
    directive = {"Namespace": "lambda-function-metrics", "Dimensions": dimensions, "Metrics": metrics}
    return {"_aws": {"Timestamp": START_MS, "CloudWatchMetrics": [directive]}} | members


async def test_the_documented_example_of_the_embedded_format(log, found):
    metrics = [{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 60}]
    await log(embedded(metrics, functionVersion="$LATEST", time=100, requestId="989ffbf8"))
    name = "lambda-function-metrics"
    assert await found(name, "time", functionVersion="$LATEST") == [(100, "Milliseconds")]


async def test_arrays_and_several_sets_of_dimensions(log, found):
    await log(embedded([{"Name": "n"}], [["a"], ["a", "b"], []], a="1", b="2", n=[1, 2, 3]))
    for dimensions in ({"a": "1"}, {"a": "1", "b": "2"}, {}):
        assert await found("lambda-function-metrics", "n", **dimensions) == [(6, "None")]


@pytest.mark.parametrize(
    "message",
    [
        '{"CloudWatchMetrics"',
        '"CloudWatchMetrics"',
        {"_aws": {"CloudWatchMetrics": []}},
        embedded([{"Name": "n"}], [[]], n="text"),
        embedded([{"Name": "n"}], [["absent"]], n=1),
        embedded([{"Name": "n"}], [[]], n=list(range(101))),
    ],
)
async def test_what_is_not_in_the_format_is_a_log_event_and_no_more(cloud, log, message):
    await log(message)
    assert (await cloud("cloudwatch", "ListMetrics", Namespace="lambda-function-metrics"))["Metrics"] == []
    assert len((await cloud("logs", "FilterLogEvents", logGroupName="g"))["events"]) == 1


async def put_filter(cloud, pattern, **transformation):
    transformation = {"metricName": "m", "metricNamespace": "Mine", "metricValue": "1"} | transformation
    await cloud(
        "logs",
        "PutMetricFilter",
        logGroupName="g",
        filterName="f",
        filterPattern=pattern,
        metricTransformations=[transformation],
    )


async def test_a_metric_filter_counts_what_it_matches(cloud, log, found):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    await put_filter(cloud, "ERROR", unit="Count")
    await log("ERROR one", "fine", "ERROR two")
    assert await found("Mine", "m") == [(2, "Count")]
    await cloud("logs", "DeleteMetricFilter", logGroupName="g", filterName="f")
    await log("ERROR three")
    assert await found("Mine", "m") == [(2, "Count")]


async def test_or_puts_a_value_of_the_event_with_dimensions(cloud, log, found):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    await put_filter(cloud, "{ $.latency > 0 }", metricValue="$.latency", dimensions={"Path": "$.path"})
    await log({"latency": 5, "path": "/a"}, {"latency": 7, "path": "/a"}, {"latency": 9})
    assert await found("Mine", "m", Path="/a") == [(12, "None")]


async def test_a_default_value_says_that_nothing_matched(cloud, log, found):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    await put_filter(cloud, "ERROR", defaultValue=0)
    await log("fine")
    assert await found("Mine", "m", "SampleCount") == [(1, "None")]
    assert await found("Mine", "m") == [(0, "None")]

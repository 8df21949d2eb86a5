"""GetMetricData: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html."""

import pytest

from cloudchamber.clock.virtual import START_MS

START = START_MS // 1000


def metric(query_id, name, stat="Sum", period=60, **more):
    return {
        "Id": query_id,
        "MetricStat": {"Metric": {"Namespace": "App", "MetricName": name}, "Period": period, "Stat": stat},
        **more,
    }


@pytest.fixture
async def ask(cloud):
    data = [("a", 0, 1.0), ("a", 60, 2.0), ("a", 180, 4.0), ("b", 0, 10.0), ("b", 60, 0.0)]
    for name, second, value in data:
        datum = {"MetricName": name, "Value": value, "Timestamp": START + second}
        await cloud("cloudwatch", "PutMetricData", Namespace="App", MetricData=[datum])

    async def get(*queries, **request):
        request = {"StartTime": START, "EndTime": START + 240, "ScanBy": "TimestampAscending"} | request
        return await cloud("cloudwatch", "GetMetricData", MetricDataQueries=list(queries), **request)

    return get


def points(result):
    return {at - START: value for at, value in zip(result["Timestamps"], result["Values"], strict=True)}


async def test_metrics_and_expressions_by_id(ask):
    answer = await ask(
        metric("m1", "a"),
        metric("m2", "b", ReturnData=False),
        {"Id": "e1", "Expression": "m1 + FILL(m2, 100)", "Label": "both"},
    )
    first, second = answer["MetricDataResults"]
    assert (first["Id"], first["Label"], first["StatusCode"]) == ("m1", "a", "Complete")
    assert points(first) == {0: 1, 60: 2, 180: 4}
    assert (second["Id"], second["Label"], points(second)) == ("e1", "both", {0: 11, 60: 2, 180: 104})


async def test_newest_first_unless_asked_otherwise(ask):
    answer = await ask(metric("m1", "a"), ScanBy="TimestampDescending")
    assert answer["MetricDataResults"][0]["Values"] == [4, 2, 1]


async def test_expressions_use_each_other_and_a_number_is_a_line(ask):
    answer = await ask(
        {"Id": "e2", "Expression": "e1 * 2"},
        {"Id": "e1", "Expression": "MAX(m1)", "ReturnData": False},
        metric("m1", "a", ReturnData=False),
    )
    assert points(answer["MetricDataResults"][0]) == {0: 8, 60: 8, 120: 8, 180: 8}


async def test_an_array_gives_a_result_for_each_series(ask):
    answer = await ask(
        metric("m1", "a", ReturnData=False), metric("m2", "b", ReturnData=False), {"Id": "e1", "Expression": "METRICS() * 2"}
    )  # fmt: skip
    assert [(r["Id"], r["Label"]) for r in answer["MetricDataResults"]] == [("e1", "a"), ("e1", "b")]


async def test_pages_of_datapoints(ask):
    queries, seen, token = (metric("m1", "a"), metric("m2", "b")), [], {}
    while True:
        answer = await ask(*queries, MaxDatapoints=2, **token)
        seen.append([(r["Id"], r["Values"], r["StatusCode"]) for r in answer["MetricDataResults"]])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == [
        [("m1", [1, 2], "PartialData")],
        [("m1", [4], "Complete"), ("m2", [10], "PartialData")],
        [("m2", [0], "Complete")],
    ]


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([metric("M", "a")], "The value M for parameter MetricDataQueries.member.1.Id is not matching the expected pattern "
         "^[a-z][a-zA-Z0-9_]*$."),
        ([metric("m", "a"), metric("m", "b")], "The values for parameter id in MetricDataQueries are not unique."),
        ([{"Id": "e", "Expression": "nope + 1"}], "Error in expression 'e': Undefined variable 'nope'"),
        ([{"Id": "e", "Expression": "e + 1"}], "Error in expression 'e': Circular reference"),
        ([{"Id": "e", "Expression": "1 +"}], "Error in expression 'e': Unexpected end of expression"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_queries(ask, error_of, queries, message):
    error = await error_of(ask(*queries))
    assert (error.code, error.message) == ("ValidationError", message)

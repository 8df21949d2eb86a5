"""PutMetricData and what can be read of it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import pytest

from cloudchamber.clock.virtual import START_MS

START = START_MS // 1000


async def put(cloud, *data, namespace="App"):
    await cloud("cloudwatch", "PutMetricData", Namespace=namespace, MetricData=list(data))


async def statistics(cloud, name="m", start=START - 600, end=START + 600, period=60, **request):
    request = {"Statistics": ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]} | request
    if "ExtendedStatistics" in request:
        del request["Statistics"]
    answer = await cloud(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="App",
        MetricName=name,
        StartTime=start,
        EndTime=end,
        Period=period,
        **request,
    )
    return sorted(answer["Datapoints"], key=lambda point: (point["Timestamp"], point["Unit"]))


async def test_values_of_a_minute_are_gathered(cloud):
    for second, value in ((0, 1.0), (59, 3.0), (60, 10.0)):
        await put(cloud, {"MetricName": "m", "Value": value, "Timestamp": START + second, "Unit": "Count"})
    assert await statistics(cloud) == [
        {"Timestamp": START, "SampleCount": 2, "Sum": 4, "Average": 2, "Minimum": 1, "Maximum": 3, "Unit": "Count"},
        {"Timestamp": START + 60, "SampleCount": 1, "Sum": 10, "Average": 10, "Minimum": 10, "Maximum": 10, "Unit": "Count"},
    ]  # fmt: skip
    (both,) = await statistics(cloud, period=600, start=START)
    assert (both["Timestamp"], both["Sum"]) == (START, 14)


async def test_all_three_forms_add_up(cloud):
    await put(
        cloud,
        {"MetricName": "m", "Value": 1.0},
        {"MetricName": "m", "Values": [2.0, 4.0], "Counts": [3.0, 1.0]},
        {"MetricName": "m", "StatisticValues": {"SampleCount": 2, "Sum": 30, "Minimum": 10, "Maximum": 20}},
        {"MetricName": "m", "Values": [7.0], "Counts": [0.0]},
    )
    (point,) = await statistics(cloud)
    assert (point["SampleCount"], point["Sum"], point["Minimum"], point["Maximum"]) == (7, 41, 1, 20)
    assert point["Unit"] == "None"


async def test_dimensions_make_another_metric_whatever_their_order(cloud):
    one, other = {"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}
    await put(cloud, {"MetricName": "m", "Value": 1.0, "Dimensions": [one, other]})
    await put(cloud, {"MetricName": "m", "Value": 2.0, "Dimensions": [other, one]})
    await put(cloud, {"MetricName": "m", "Value": 5.0, "Dimensions": [one]})
    assert await statistics(cloud) == []
    (point,) = await statistics(cloud, Dimensions=[other, one])
    assert point["Sum"] == 3
    listed = await cloud("cloudwatch", "ListMetrics", Namespace="App", Dimensions=[{"Name": "B"}])
    assert listed == {"Metrics": [{"Namespace": "App", "MetricName": "m", "Dimensions": [one, other]}]}


async def test_units_are_kept_apart(cloud):
    await put(cloud, {"MetricName": "m", "Value": 1.0, "Unit": "Seconds"}, {"MetricName": "m", "Value": 2.0})
    assert [(p["Unit"], p["Sum"]) for p in await statistics(cloud)] == [("None", 2), ("Seconds", 1)]
    assert [p["Sum"] for p in await statistics(cloud, Unit="Seconds")] == [1]
    assert await statistics(cloud, Unit="Bytes") == []


async def test_high_resolution_can_be_read_by_seconds_for_three_hours(cloud):
    for second in (0, 4, 5):
        datum = {"MetricName": "m", "Value": 1.0, "Timestamp": START + second, "StorageResolution": 1}
        await put(cloud, datum)
    await put(cloud, {"MetricName": "coarse", "Value": 1.0})
    assert [(p["Timestamp"] - START, p["Sum"]) for p in await statistics(cloud, period=5)] == [(0, 2), (5, 1)]
    assert [p["Sum"] for p in await statistics(cloud)] == [3]
    assert await statistics(cloud, "coarse", period=1) == []


async def test_percentiles_and_trimmed_statistics(cloud):
    await put(cloud, {"MetricName": "m", "Values": [float(n) for n in range(1, 101)]})
    names = ["p50", "p99.9", "tm90", "TC(10%:90%)", "PR(:30)", "TS(80%:)", "IQM", "wm99"]
    (point,) = await statistics(cloud, ExtendedStatistics=names)
    assert point["ExtendedStatistics"] == pytest.approx(
        {
            "p50": 50,
            "p99.9": 100,
            "tm90": 45.5,
            "TC(10%:90%)": 80,
            "PR(:30)": 30,
            "TS(80%:)": sum(range(81, 101)),
            "IQM": 50.5,
            "wm99": (sum(range(1, 100)) + 99) / 100,
        }
    )


async def test_statistic_sets_and_negative_values_have_no_percentiles(cloud):
    known = {"SampleCount": 2, "Sum": 10, "Minimum": 5, "Maximum": 5}
    unknown = known | {"Maximum": 6}
    await put(cloud, {"MetricName": "known", "StatisticValues": known})
    await put(cloud, {"MetricName": "unknown", "StatisticValues": unknown})
    await put(cloud, {"MetricName": "negative", "Value": -1.0})
    assert [
        p["ExtendedStatistics"] for p in await statistics(cloud, "known", ExtendedStatistics=["p50"])
    ] == [{"p50": 5}]
    for name in ("unknown", "negative"):
        assert await statistics(cloud, name, ExtendedStatistics=["p50"]) == []


async def test_a_bucket_stays_small_whatever_comes(cloud):
    for start in range(0, 3000, 150):
        await put(cloud, {"MetricName": "m", "Values": [100.0 + n for n in range(start, start + 150)]})
    (point,) = await statistics(cloud, ExtendedStatistics=["p50"])
    assert point["ExtendedStatistics"]["p50"] == pytest.approx(1600, rel=0.05)


async def test_old_data_is_summed_up_and_at_last_forgotten(cloud):
    await put(cloud, {"MetricName": "m", "Value": 1.0, "Timestamp": START})
    await put(cloud, {"MetricName": "m", "Value": 2.0, "Timestamp": START + 240})
    day_ms = 86_400_000
    await cloud.clock.advance(16 * day_ms)
    await put(cloud, {"MetricName": "m", "Value": 9.0})
    found = await statistics(cloud, start=START, period=300)
    assert [(p["Timestamp"], p["Sum"]) for p in found] == [(START, 3)]
    found = await statistics(cloud, start=START, period=60)
    assert [(p["Timestamp"], p["Sum"]) for p in found] == [(START, 3)]
    await cloud.clock.advance(456 * day_ms)
    await put(cloud, {"MetricName": "m", "Value": 9.0})
    assert await statistics(cloud, start=START, period=3600) == []


FORM = "mutually exclusive and you have specified both."
BAD = [
    (
        {"MetricName": "m"},
        "MissingRequiredParameterException",
        "At least one of the parameters must be specified.",
    ),
    (
        {"MetricName": "m", "Value": 1.0, "Values": [1.0]},
        "InvalidParameterCombinationException",
        f"The parameters MetricData.member.1.Value and MetricData.member.1.Values are {FORM}",
    ),
    (
        {"MetricName": "m", "Value": float("nan")},
        "InvalidParameterValueException",
        "The value NaN for parameter MetricData.member.1.Value is invalid.",
    ),
    (
        {"MetricName": "m", "Values": [1.0], "Counts": [1.0, 2.0]},
        "InvalidParameterValueException",
        "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.",
    ),
    (
        {"MetricName": "m", "Value": 1.0, "StorageResolution": 30},
        "InvalidParameterValueException",
        "The parameter MetricData.member.1.StorageResolution must be a value of 1 or 60.",
    ),
    (
        {"MetricName": "m", "Value": 1.0, "Timestamp": START - 15 * 86_400},
        "InvalidParameterValueException",
        "The parameter MetricData.member.1.Timestamp must specify a time no more than two weeks in the past.",
    ),
    (
        {"MetricName": "m", "Value": 1.0, "Timestamp": START + 7_300},
        "InvalidParameterValueException",
        "The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future.",
    ),
    (
        {"Value": 1.0},
        "MissingRequiredParameterException",
        "The parameter MetricData.member.1.MetricName is required.",
    ),
]


@pytest.mark.parametrize(("datum", "code", "message"), BAD, ids=[text for _, _, text in BAD])
async def test_one_bad_datum_refuses_all(cloud, error_of, datum, code, message):
    error = await error_of(put(cloud, datum, {"MetricName": "good", "Value": 1.0}))
    assert (error.code, error.message) == (code, message)
    assert (await cloud("cloudwatch", "ListMetrics", Namespace="App"))["Metrics"] == []


async def test_namespaces_of_aws_are_its_own(cloud, error_of):
    error = await error_of(put(cloud, {"MetricName": "m", "Value": 1.0}, namespace="AWS/Mine"))
    assert error.message == "The value AWS/ for parameter Namespace is invalid."


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"period": 7}, "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."),
        ({"start": START, "end": START}, "The parameter StartTime must be less than the parameter EndTime."),
        (
            {"start": START - 172_800, "end": START},
            "You have requested up to 2,880 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints "
            "requested by increasing Period, or decreasing the time range.",
        ),
        (
            {"ExtendedStatistics": ["p101"]},
            "The value p101 for parameter ExtendedStatistics.member.1 is not supported.",
        ),
    ],
)
async def test_what_cannot_be_asked_for(cloud, error_of, request_, message):
    assert (await error_of(statistics(cloud, **request_))).message == message


async def test_recently_active_metrics_and_pages(cloud):
    for index in range(0, 600, 100):
        await put(cloud, *({"MetricName": f"m{n:03}", "Value": 1.0} for n in range(index, index + 100)))
    first = await cloud("cloudwatch", "ListMetrics")
    second = await cloud("cloudwatch", "ListMetrics", NextToken=first["NextToken"])
    assert (len(first["Metrics"]), len(second["Metrics"]), "NextToken" in second) == (500, 100, False)
    await cloud.clock.advance(4 * 3_600_000)
    await put(cloud, {"MetricName": "m007", "Value": 1.0})
    recent = await cloud("cloudwatch", "ListMetrics", RecentlyActive="PT3H")
    assert [metric["MetricName"] for metric in recent["Metrics"]] == ["m007"]

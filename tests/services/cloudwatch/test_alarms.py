"""Alarms over time: evaluation, notices, history.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

import json

import pytest

from cloudchamber.clock.virtual import START_MS

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
REASON = "Threshold Crossed: 1 datapoint [7.0 (01/01/26 00:00:00)] was greater than the threshold (5.0)."


async def test_an_alarm_begins_without_data_and_says_so(make, watch):
    await make("a", AlarmDescription="too much")
    alarm = await watch.alarm("a")
    assert (alarm["StateValue"], alarm["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert (alarm["AlarmArn"], alarm["ActionsEnabled"], alarm["OKActions"]) == (ARN + "a", True, [])
    (event,) = await watch.events("CloudWatch Alarm Configuration Change")
    assert event["detail"] == {
        "alarmName": "a",
        "operation": "create",
        "state": {"value": "INSUFFICIENT_DATA", "timestamp": "2026-01-01T00:00:00.000+0000"},
        "configuration": {
            "description": "too much",
            "metrics": [
                {
                    "id": event["detail"]["configuration"]["metrics"][0]["id"],
                    "metricStat": {
                        "metric": {"namespace": "App", "name": "m", "dimensions": {}},
                        "period": 60,
                        "stat": "Sum",
                    },
                    "returnData": True,
                }
            ],
            "evaluationPeriods": 1,
            "threshold": 5,
            "comparisonOperator": "GreaterThanThreshold",
            "alarmName": "a",
            "actionsEnabled": True,
            "timestamp": "2026-01-01T00:00:00.000+0000",
            "okActions": [],
            "alarmActions": [watch.topic_arn],
            "insufficientDataActions": [],
        },
    }


async def test_a_breach_is_told_to_the_topic(make, watch, put):
    await make("a", AlarmDescription="too much")
    await put(7)
    await watch.pass_minutes(1)
    ((subject, message),) = await watch.told()
    assert subject == 'ALARM: "a" in US East (N. Virginia)'
    assert message == {
        "AlarmName": "a",
        "AlarmDescription": "too much",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": REASON,
        "StateChangeTime": "2026-01-01T00:01:00.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": ARN + "a",
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [],
        "AlarmActions": [watch.topic_arn],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "m",
            "Namespace": "App",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
            "TreatMissingData": "",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


async def test_and_to_the_default_bus(make, watch, put):
    await make("a", Dimensions=None)
    await put(7)
    await watch.pass_minutes(1)
    (event,) = await watch.events()
    detail = event["detail"]
    assert (event["source"], event["resources"], event["time"]) == (
        "aws.cloudwatch",
        [ARN + "a"],
        "2026-01-01T00:01:00Z",
    )
    assert list(detail) == ["alarmName", "state", "previousState", "configuration"]
    assert detail["previousState"] == {
        "value": "INSUFFICIENT_DATA",
        "reason": "Unchecked: Initial alarm creation",
        "timestamp": "2026-01-01T00:00:00.000+0000",
    }
    data = json.loads(detail["state"].pop("reasonData"))
    assert detail["state"] == {
        "value": "ALARM",
        "reason": REASON,
        "timestamp": "2026-01-01T00:01:00.000+0000",
    }
    assert data == {
        "version": "1.0",
        "queryDate": "2026-01-01T00:01:00.000+0000",
        "startDate": "2026-01-01T00:00:00.000+0000",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [7.0],
        "threshold": 5.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-01-01T00:00:00.000+0000", "sampleCount": 1.0, "value": 7.0}
        ],
    }


async def test_an_action_runs_once_for_each_change(make, watch, put):
    await make("a", OKActions=[watch.topic_arn], TreatMissingData="notBreaching")
    for value in (7, 8, 1):
        await put(value)
        await watch.pass_minutes(1)
    assert [subject.partition(":")[0] for subject, _ in await watch.told()] == ["ALARM", "OK"]
    assert (await watch.alarm("a"))["StateReason"] == (
        "Threshold Crossed: 1 datapoint [1.0 (01/01/26 00:02:00)] was not greater than the threshold (5.0)."
    )


async def test_m_out_of_n(make, watch, put):
    await make("a", EvaluationPeriods=3, DatapointsToAlarm=2)
    states = []
    for value in (7, 1, 1, 7, 1, 7):
        await put(value)
        await watch.pass_minutes(1)
        states.append(await watch.state("a"))
    assert states == ["INSUFFICIENT_DATA", "OK", "OK", "OK", "OK", "ALARM"]
    assert (await watch.alarm("a"))["StateReason"] == (
        "Threshold Crossed: 2 out of the last 3 datapoints [7.0 (01/01/26 00:05:00), 7.0 (01/01/26 00:03:00)] were greater "
        "than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )


@pytest.mark.parametrize(
    ("missing", "after"),
    [(None, "INSUFFICIENT_DATA"), ("ignore", "ALARM"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
async def test_data_that_stops_coming(make, watch, put, missing, after):
    """The last datapoint decides until it has left the evaluation range."""
    await make("a", TreatMissingData=missing)
    await put(7)
    await watch.pass_minutes(3)
    assert await watch.state("a") == "ALARM"
    await watch.pass_minutes(1)
    assert await watch.state("a") == after


async def test_longer_periods_slide_by_minutes(make, watch, put):
    await make("a", Period=300)
    await watch.pass_minutes(7)
    await put(4)
    await watch.pass_minutes(4)
    await put(4)
    await watch.pass_minutes(1)
    assert await watch.state("a") == "ALARM"
    assert "[8.0 (01/01/26 00:07:00)]" in (await watch.alarm("a"))["StateReason"]


async def test_or_stand_on_the_wall_clock(make, watch, put):
    await make("a", Period=300, EvaluationWindow={"WallClockWindow": {"Timezone": "UTC"}})
    await watch.pass_minutes(9)
    await put(4)
    await watch.pass_minutes(1)
    await put(4)
    await watch.pass_minutes(6)
    assert await watch.state("a") == "OK"


async def test_short_periods_are_evaluated_as_often(cloud, make, watch):
    await make("a", Period=10)
    datum = {"MetricName": "m", "Value": 7.0, "StorageResolution": 1}
    await cloud("cloudwatch", "PutMetricData", Namespace="App", MetricData=[datum])
    await cloud.clock.advance(10_000)
    assert await watch.state("a") == "ALARM"


async def test_alarms_on_expressions(cloud, make, watch, put):
    stat = {"Metric": {"Namespace": "App", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    metrics = [
        {"Id": "e1", "Expression": "FILL(m1, 0) * 10", "Label": "ten"},
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
    ]
    nothing = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    await make("a", Metrics=metrics, **nothing)
    await watch.pass_minutes(1)
    assert await watch.state("a") == "OK"
    await put(1)
    await watch.pass_minutes(1)
    ((_, message),) = await watch.told()
    assert message["Trigger"]["Metrics"][0] == {
        "Expression": "FILL(m1, 0) * 10", "Id": "e1", "Label": "ten", "ReturnData": True,
    }  # fmt: skip
    assert "[10.0 (01/01/26 00:01:00)]" in message["NewStateReason"]


async def test_low_samples_of_a_percentile_may_be_ignored(cloud, make, watch, put):
    common = {"Statistic": None, "ExtendedStatistic": "p90"}
    await make("evaluated", **common)
    await make("ignored", EvaluateLowSampleCountPercentile="ignore", **common)
    await put(7)
    await watch.pass_minutes(1)
    assert await watch.state("evaluated") == "ALARM"
    assert await watch.state("ignored") == "INSUFFICIENT_DATA"


async def test_disabled_actions_are_not_taken_and_the_state_changes(cloud, make, watch, put):
    await make("a")
    await cloud("cloudwatch", "DisableAlarmActions", AlarmNames=["a", "nobody"])
    await put(7)
    await watch.pass_minutes(1)
    assert (await watch.state("a"), await watch.told()) == ("ALARM", [])
    await cloud("cloudwatch", "EnableAlarmActions", AlarmNames=["a"])
    assert (await watch.alarm("a"))["ActionsEnabled"] is True


async def test_a_set_state_holds_until_the_next_evaluation(cloud, make, watch, error_of):
    await make("a", TreatMissingData="notBreaching")
    await watch.pass_minutes(1)
    request = {"AlarmName": "a", "StateValue": "ALARM", "StateReason": "a test"}
    await cloud("cloudwatch", "SetAlarmState", **request)
    ((_, message),) = await watch.told()
    assert (message["NewStateReason"], message["OldStateValue"]) == ("a test", "OK")
    await watch.pass_minutes(1)
    assert await watch.state("a") == "OK"
    error = await error_of(cloud("cloudwatch", "SetAlarmState", **request, StateReasonData="{"))
    assert error.code == "InvalidFormatFault"
    error = await error_of(cloud("cloudwatch", "SetAlarmState", **request | {"AlarmName": "b"}))
    assert error.code == "ResourceNotFound"


async def test_history_tells_what_happened_newest_first(cloud, make, watch, put):
    await make("a", AlarmActions=[watch.topic_arn, "arn:aws:automate:us-east-1:ec2:stop"])
    await put(7)
    await watch.pass_minutes(1)
    await cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a"])
    found = await cloud("cloudwatch", "DescribeAlarmHistory", AlarmName="a")
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in found["AlarmHistoryItems"]] == [
        ("ConfigurationUpdate", 'Alarm "a" deleted'),
        ("Action", "Failed to execute action arn:aws:automate:us-east-1:ec2:stop"),
        ("Action", f"Successfully executed action {watch.topic_arn}"),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("ConfigurationUpdate", 'Alarm "a" created'),
    ]
    update = json.loads(found["AlarmHistoryItems"][3]["HistoryData"])
    assert update["newState"]["stateReasonData"]["recentDatapoints"] == [7.0]
    first = await cloud("cloudwatch", "DescribeAlarmHistory", MaxRecords=4, ScanBy="TimestampAscending")
    second = await cloud(
        "cloudwatch",
        "DescribeAlarmHistory",
        MaxRecords=4,
        ScanBy="TimestampAscending",
        NextToken=first["NextToken"],
    )
    assert [item["HistorySummary"] for item in second["AlarmHistoryItems"]] == ['Alarm "a" deleted']


async def test_a_deleted_alarm_is_evaluated_no_more(cloud, make, watch, put):
    await make("a")
    await cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a"])
    await put(7)
    await watch.pass_minutes(2)
    assert await watch.told() == []
    assert [at for at, recurring in cloud.clock.deadlines() if recurring] == []


async def test_a_new_configuration_keeps_the_state_until_it_is_evaluated(make, watch, put):
    await make("a")
    await put(7)
    await watch.pass_minutes(1)
    await make("a", Threshold=100)
    assert await watch.state("a") == "ALARM"
    await watch.pass_minutes(1)
    assert await watch.state("a") == "OK"


async def test_a_function_is_invoked_with_the_alarm(cloud, make, watch, put):
    """An alarm whose function does not exist fails its action; what it would be given is in the rules."""
    function = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    await make("a", AlarmActions=[function])
    await put(7)
    await watch.pass_minutes(1)
    found = await cloud("cloudwatch", "DescribeAlarmHistory", AlarmName="a", HistoryItemType="Action")
    (item,) = found["AlarmHistoryItems"]
    assert json.loads(item["HistoryData"])["error"] == f"Function not found: {function}"


async def test_alarms_are_found_by_metric_state_prefix_and_action(cloud, make, watch):
    await make("one", Dimensions=[{"Name": "A", "Value": "1"}])
    await make("other")
    found = await cloud("cloudwatch", "DescribeAlarmsForMetric", Namespace="App", MetricName="m")
    assert [alarm["AlarmName"] for alarm in found["MetricAlarms"]] == ["other"]

    async def names(**request):
        answer = await cloud("cloudwatch", "DescribeAlarms", **request)
        return [alarm["AlarmName"] for alarm in answer["MetricAlarms"]]

    assert await names(AlarmNamePrefix="o") == ["one", "other"]
    assert await names(StateValue="OK") == []
    assert await names(ActionPrefix="arn:aws:sns") == ["one", "other"]
    first = await cloud("cloudwatch", "DescribeAlarms", MaxRecords=1)
    assert await names(MaxRecords=1, NextToken=first["NextToken"]) == ["other"]


async def test_tags_are_those_of_the_first_request_and_of_tag_resource(cloud, make):
    await make("a", Tags=[{"Key": "k", "Value": "v"}])
    await make("a", Tags=[{"Key": "k", "Value": "ignored"}])
    arn = ARN + "a"
    await cloud("cloudwatch", "TagResource", ResourceARN=arn, Tags=[{"Key": "n", "Value": "w"}])
    await cloud("cloudwatch", "UntagResource", ResourceARN=arn, TagKeys=["absent"])
    found = await cloud("cloudwatch", "ListTagsForResource", ResourceARN=arn)
    assert found["Tags"] == [{"Key": "k", "Value": "v"}, {"Key": "n", "Value": "w"}]


async def test_alarms_live_on_in_the_next_process(tmp_path):
    from tests.conftest import InMemory

    from cloudchamber.app.services import SERVICES
    from cloudchamber.aws import Cloud, Settings
    from cloudchamber.clock import VirtualClock
    from cloudchamber.kv import SqliteStore

    async def begin(now_ms):
        clock = VirtualClock(seed=0, now_ms=now_ms)
        cloud = Cloud(SqliteStore(tmp_path / "chamber.db"), clock, SERVICES, Settings())
        await cloud.start()
        return InMemory(cloud, clock)

    cloud = await begin(START_MS)
    settings = {
        "Namespace": "App",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    settings |= {"Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"}
    await cloud("cloudwatch", "PutMetricAlarm", AlarmName="a", **settings)
    await cloud(
        "cloudwatch", "PutMetricData", Namespace="App", MetricData=[{"MetricName": "m", "Value": 7.0}]
    )
    await cloud.cloud.stop()
    cloud = await begin(START_MS + 30_000)
    await cloud.clock.advance(30_000)
    (alarm,) = (await cloud("cloudwatch", "DescribeAlarms"))["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    await cloud.cloud.stop()


BAD = [
    ({"AlarmActions": ["foo"]}, "ValidationError", "Invalid arn syntax: foo"),
    (
        {"Period": 3540, "EvaluationPeriods": 25},
        "ValidationError",
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
    ),
    (
        {
            "Metrics": [{"Id": "e", "Expression": "m1 + 1"}],
            **dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period")),
        },
        "ValidationError",
        "An alarm has between 1 and 10 metrics in its metrics list.",
    ),
    ({"Period": 45}, "ValidationError", "The parameter Period must be 10, 20, 30 or a multiple of 60."),
    ({"MetricName": None}, "MissingRequiredParameterException", "The parameter MetricName is required."),
    (
        {"EvaluationPeriods": None},
        "MissingRequiredParameterException",
        "The parameter EvaluationPeriods is required.",
    ),
    (
        {"ExtendedStatistic": "p99"},
        "InvalidParameterCombinationException",
        "Exactly one of the parameters Statistic and ExtendedStatistic must be specified.",
    ),
    (
        {"DatapointsToAlarm": 2},
        "ValidationError",
        "The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
    ),
]


@pytest.mark.parametrize(("settings", "code", "message"), BAD, ids=[message for *_, message in BAD])
async def test_alarms_that_cannot_be(cloud, make, error_of, settings, code, message):
    error = await error_of(make("a", **settings))
    assert (error.code, error.message) == (code, message)
    assert (await cloud("cloudwatch", "DescribeAlarms"))["MetricAlarms"] == []


async def test_nothing_is_deleted_when_one_name_is_unknown(cloud, make, watch, error_of):
    await make("a")
    error = await error_of(cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a", "b"]))
    assert error.code == "ResourceNotFound"
    assert await watch.state("a") == "INSUFFICIENT_DATA"

"""Functions that alarms invoke.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_alarm_on_a_functions_errors_invokes_another_with_the_documented_event(functions):
    cloud = functions.cloud
    await functions.create("failing", "def handler(event, context):\n    raise ValueError('no')\n")
    made = await functions.create("helper")
    await cloud(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName="lambda_demo_alarm",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "failing"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[made["FunctionArn"]],
    )
    start_ms = cloud.clock.now_ms()
    assert start_ms % 60_000 == 0
    await functions.invoke("failing")
    await cloud.clock.advance(60_000)
    (event,) = functions.events
    arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:lambda_demo_alarm"
    assert {name: event[name] for name in ("source", "alarmArn", "accountId", "time", "region")} == {
        "source": "aws.cloudwatch",
        "alarmArn": arn,
        "accountId": "123456789012",
        "time": "2026-01-01T00:01:00.000+0000",
        "region": "us-east-1",
    }
    data = event["alarmData"]
    assert (data["alarmName"], data["state"]["value"]) == ("lambda_demo_alarm", "ALARM")
    assert data["state"]["reason"] == (
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 (01/01/26 00:00:00)] was greater than the threshold (0.0) "
        "(minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(data["state"]["reasonData"])["evaluatedDatapoints"] == [
        {"timestamp": "2026-01-01T00:00:00.000+0000", "sampleCount": 1.0, "value": 1.0}
    ]
    (metric,) = data["configuration"]["metrics"]
    assert metric["metricStat"]["metric"] == {
        "namespace": "AWS/Lambda",
        "name": "Errors",
        "dimensions": {"FunctionName": "failing"},
    }

"""CloudWatch from boto3: its protocol is CBOR, its large requests are compressed."""

from datetime import UTC, datetime, timedelta

import pytest


def test_metrics_go_in_and_come_out(client):
    cloudwatch = client("cloudwatch")
    data = [
        {
            "MetricName": f"metric-{n:03}",
            "Value": n,
            "Dimensions": [{"Name": "name", "Value": "a long value"}],
        }
        for n in range(600)
    ]
    cloudwatch.put_metric_data(Namespace="App", MetricData=data)
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="App")
    assert sum(len(page["Metrics"]) for page in pages) == 600
    now = datetime.now(UTC)  # noqa: TID251 - the time of a real client
    metric = {"Namespace": "App", "MetricName": "metric-007", "Dimensions": data[7]["Dimensions"]}
    query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    (found,) = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1)
    )["MetricDataResults"]
    assert (found["Values"], found["StatusCode"]) == ([7.0], "Complete")


def test_errors_have_their_class_and_their_old_code(client):
    cloudwatch = client("cloudwatch")
    with pytest.raises(cloudwatch.exceptions.InvalidParameterValueException) as raised:
        cloudwatch.put_metric_data(Namespace="AWS/Mine", MetricData=[{"MetricName": "m", "Value": 1}])
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValue"

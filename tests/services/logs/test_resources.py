"""CloudFormation's types of CloudWatch Logs."""

from cloudchamber.aws import Logical, Trace
from cloudchamber.aws.call import Call
from cloudchamber.aws.context import Context
from cloudchamber.services.logs.resources import RESOURCES

LOGICAL = Logical("stack", "arn:stack", "Group", "ABCDEFGHIJKL")


def context(cloud):
    call = Call("logs", "x", {}, "cloudformation.amazonaws.com", "123456789012", "us-east-1")
    return Context(cloud.cloud, call, Trace("1-0-0", "0"), "r")


async def test_a_group_is_made_changed_and_deleted(cloud):
    ctx, group = context(cloud), RESOURCES["AWS::Logs::LogGroup"]
    properties = {"RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "1"}]}
    made = await group.create(ctx, properties, LOGICAL)
    assert made.physical_id == "stack-Group-ABCDEFGHIJKL"
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:stack-Group-ABCDEFGHIJKL"
    assert made.attributes == {"Arn": f"{arn}:*"}
    assert (await cloud("logs", "DescribeLogGroups"))["logGroups"][0]["retentionInDays"] == 7
    await group.update(ctx, made.physical_id, {}, properties)
    assert "retentionInDays" not in (await cloud("logs", "DescribeLogGroups"))["logGroups"][0]
    assert await cloud("logs", "ListTagsForResource", resourceArn=arn) == {"tags": {}}
    for _ in range(2):
        await group.delete(ctx, made.physical_id, {})
    assert (await cloud("logs", "DescribeLogGroups"))["logGroups"] == []


async def test_filters_are_put_in_the_words_of_the_api(cloud):
    ctx = context(cloud)
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    transformation = {
        "MetricName": "M",
        "MetricNamespace": "N",
        "MetricValue": 1,
        "Dimensions": [{"Key": "k", "Value": "$.v"}],
    }
    properties = {
        "LogGroupName": "g",
        "FilterPattern": "{ $.v = * }",
        "MetricTransformations": [transformation],
    }
    await RESOURCES["AWS::Logs::MetricFilter"].create(ctx, properties, LOGICAL)
    (found,) = (await cloud("logs", "DescribeMetricFilters"))["metricFilters"]
    assert found["metricTransformations"] == [
        {"metricName": "M", "metricNamespace": "N", "metricValue": "1", "dimensions": {"k": "$.v"}}
    ]

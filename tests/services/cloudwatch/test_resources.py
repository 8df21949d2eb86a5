"""AWS::CloudWatch::*, as CloudFormation makes, updates and deletes them: in templates, where numbers may be texts."""

import json

TEMPLATE = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Deep": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}],
                "Statistic": "Maximum",
                "Period": "60",
                "EvaluationPeriods": "1",
                "Threshold": "0",
                "ComparisonOperator": "GreaterThanThreshold",
                "Tags": [{"Key": "k", "Value": "v"}],
            },
        },
        "Rate": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "rate",
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "Metrics": [
                    {"Id": "e1", "Expression": "m1 * 2", "ReturnData": "true"},
                    {
                        "Id": "m1",
                        "ReturnData": "false",
                        "MetricStat": {
                            "Metric": {"Namespace": "App", "MetricName": "m"},
                            "Period": "60",
                            "Stat": "Sum",
                        },
                    },
                ],
            },
        },
        "Any": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {"AlarmRule": {"Fn::Sub": 'ALARM("${Deep}") OR ALARM("${Rate}")'}},
        },
        "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{}"}},
    },
    "Outputs": {
        name: {"Value": {"Ref": name}} for name in ("Queue", "Deep", "Rate", "Any", "Board")
    } | {"Arn": {"Value": {"Fn::GetAtt": ["Deep", "Arn"]}}},
}  # fmt: skip


async def test_a_stack_with_alarms(cloud):
    request = {"StackName": "shop", "TemplateBody": json.dumps(TEMPLATE)}
    await cloud("cloudformation", "CreateStack", **request)
    await cloud.clock.advance(1_000)
    (stack,) = (await cloud("cloudformation", "DescribeStacks", StackName="shop"))["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs["Arn"].endswith(f":alarm:{outputs['Deep']}")
    assert (outputs["Rate"], outputs["Deep"][:10]) == ("rate", "shop-Deep-")

    await cloud("sqs", "SendMessage", QueueUrl=outputs["Queue"], MessageBody="x")
    await cloud.clock.advance(60_000)
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = await cloud("cloudwatch", "DescribeAlarms", AlarmTypes=kinds)
    states = {a["AlarmName"]: a["StateValue"] for a in found["MetricAlarms"] + found["CompositeAlarms"]}
    assert (states[outputs["Deep"]], states[outputs["Any"]]) == ("ALARM", "ALARM")

    changed = json.loads(json.dumps(TEMPLATE))
    changed["Resources"]["Deep"]["Properties"] |= {"Threshold": "7", "Tags": []}
    await cloud("cloudformation", "UpdateStack", StackName="shop", TemplateBody=json.dumps(changed))
    await cloud.clock.advance(1_000)
    found = await cloud("cloudwatch", "DescribeAlarms", AlarmNames=[outputs["Deep"]])
    assert found["MetricAlarms"][0]["Threshold"] == 7
    tags = await cloud("cloudwatch", "ListTagsForResource", ResourceARN=outputs["Arn"])
    assert "k" not in [tag["Key"] for tag in tags["Tags"]]

    await cloud("cloudformation", "DeleteStack", StackName="shop")
    await cloud.clock.advance(1_000)
    found = await cloud("cloudwatch", "DescribeAlarms", AlarmTypes=kinds)
    assert (found["MetricAlarms"], found["CompositeAlarms"]) == ([], [])
    assert (await cloud("cloudwatch", "ListDashboards"))["DashboardEntries"] == []

"""Buses, rules and targets as records."""

import json

import pytest

EVENT = {
    "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2", "account": "123456789012", "time": "2015-11-11T21:29:54Z", "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
    "detail": {"instance-id": "i-abcd1111", "state": "pending"},
}  # fmt: skip


async def test_the_default_bus_exists_and_stays(cloud, error_of):
    bus = await cloud("events", "DescribeEventBus")
    assert bus == {"Name": "default", "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/default"}
    error = await error_of(cloud("events", "DeleteEventBus", Name="default"))
    assert error.message == "Cannot delete event bus default."
    error = await error_of(cloud("events", "CreateEventBus", Name="default"))
    assert (error.code, error.message) == (
        "ResourceAlreadyExistsException",
        "Event bus default already exists.",
    )


async def test_what_does_not_exist_is_named(cloud, error_of):
    error = await error_of(cloud("events", "DescribeRule", Name="r"))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Rule r does not exist on EventBus default.",
    )
    error = await error_of(cloud("events", "PutRule", Name="r", EventBusName="b", EventPattern="{}"))
    assert error.message == "Event bus b does not exist."
    await cloud("events", "DeleteRule", Name="r")
    await cloud("events", "DeleteEventBus", Name="b")


async def test_a_rule_with_targets_cannot_be_deleted(cloud, room, error_of):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    error = await error_of(cloud("events", "DeleteRule", Name="r"))
    assert error.message == "Rule can't be deleted since it has targets."
    answer = await cloud("events", "RemoveTargets", Rule="r", Ids=["q", "none"])
    assert [entry["TargetId"] for entry in answer["FailedEntries"]] == ["none"]
    await cloud("events", "DeleteRule", Name="r")
    assert (await cloud("events", "ListRules"))["Rules"] == []


async def test_rules_are_described_listed_and_found_by_target(cloud, room):
    arn = await room.rule("r1", {"source": ["shop"]}, Description="d")
    target = await room.target("r1", "q")
    await room.rule("r2", {"source": ["x"]})
    await room.rule("other", {"source": ["x"]})
    described = await cloud("events", "DescribeRule", Name="r1")
    assert described == {
        "Name": "r1", "Arn": arn, "EventPattern": '{"source": ["shop"]}', "State": "ENABLED", "Description": "d",
        "EventBusName": "default", "CreatedBy": "123456789012",
    }  # fmt: skip
    first = await cloud("events", "ListRules", NamePrefix="r", Limit=1)
    rest = await cloud("events", "ListRules", NamePrefix="r", NextToken=first["NextToken"])
    assert [rule["Name"] for rule in first["Rules"] + rest["Rules"]] == ["r1", "r2"]
    assert await cloud("events", "ListRuleNamesByTarget", TargetArn=target) == {"RuleNames": ["r1"]}
    listed = await cloud("events", "ListTargetsByRule", Rule="r1")
    assert listed == {"Targets": [{"Id": "q", "Arn": target}]}


async def test_a_rule_has_at_most_five_targets(cloud, room, error_of):
    await room.rule("r", {"source": ["shop"]})
    for number in range(5):
        await room.target("r", f"q{number}")
    error = await error_of(room.target("r", "q5"))
    assert (error.code, error.message) == (
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )


QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (
            {"Arn": "nonsense"},
            "Parameter nonsense is not valid. Reason: Provided Arn is not in correct format.",
        ),
        ({"Arn": f"{QUEUE}.fifo"}, "Parameter(s) SqsParameters must be specified for target: t."),
        (
            {"Arn": QUEUE, "Input": "{}", "InputPath": "$"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
        ),
        ({"Arn": QUEUE, "Input": "{"}, "JSON syntax error in input for target t."),
        (
            {"Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"},
            "RoleArn is required for target arn:aws:states:us-east-1:123456789012:stateMachine:m.",
        ),
        (
            {"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/c"},
            "Targets of ecs are not available in Cloud Chamber yet (arn:aws:ecs:us-east-1:123456789012:cluster/c).",
        ),
    ],
)
async def test_a_target_that_cannot_be_is_refused(cloud, room, error_of, target, text):
    await room.rule("r", {"source": ["shop"]})
    error = await error_of(cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "t"} | target]))
    assert error.message == text
    assert (await cloud("events", "ListTargetsByRule", Rule="r"))["Targets"] == []


async def test_a_pattern_can_be_tried(cloud, error_of):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"""
    pattern = '{"source": ["aws.ec2"], "detail": {"state": ["pending"]}}'
    answer = await cloud("events", "TestEventPattern", EventPattern=pattern, Event=json.dumps(EVENT))
    assert answer == {"Result": True}
    other = json.dumps(EVENT | {"source": "aws.s3"})
    assert await cloud("events", "TestEventPattern", EventPattern=pattern, Event=other) == {"Result": False}
    error = await error_of(cloud("events", "TestEventPattern", EventPattern="{", Event=other))
    assert error.code == "InvalidEventPatternException"
    error = await error_of(cloud("events", "TestEventPattern", EventPattern=pattern, Event="{}"))
    assert error.code == "ValidationException"


async def test_a_pattern_that_is_not_one_is_refused(cloud, error_of):
    error = await error_of(cloud("events", "PutRule", Name="r", EventPattern='{"source": "shop"}'))
    assert error.code == "InvalidEventPatternException"
    assert error.message.startswith("Event pattern is not valid. Reason: ")
    error = await error_of(cloud("events", "PutRule", Name="r"))
    assert error.message == "Parameter(s) EventPattern or ScheduleExpression must be specified."


async def test_rules_and_buses_have_tags(cloud, room):
    rule = await room.rule("r", {"source": ["shop"]}, Tags=[{"Key": "a", "Value": "1"}])
    bus = (await cloud("events", "CreateEventBus", Name="b"))["EventBusArn"]
    for arn in (rule, bus):
        await cloud("events", "TagResource", ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
        await cloud("events", "UntagResource", ResourceARN=arn, TagKeys=["a"])
        answer = await cloud("events", "ListTagsForResource", ResourceARN=arn)
        assert answer == {"Tags": [{"Key": "b", "Value": "2"}]}

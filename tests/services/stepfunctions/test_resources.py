"""AWS::StepFunctions::* and AWS::Serverless::StateMachine, as CloudFormation makes, updates and deletes them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

import json

import pytest
from tests.services.stepfunctions.conftest import ROLE, chain

HELLO = chain(HelloWorld={"Type": "Pass", "Result": "${Greeting}"})
MACHINE = {
    "Type": "AWS::StepFunctions::StateMachine",
    "Properties": {
        "DefinitionString": json.dumps(HELLO),
        "DefinitionSubstitutions": {"Greeting": 'say "hi"'},
        "RoleArn": ROLE,
        "Tags": [{"Key": "a", "Value": "1"}],
    },
}


@pytest.fixture
def deploy(cloud):
    """Creates or updates a stack; its status and outputs."""

    async def made(operation, resources, transform=None, **outputs):
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        if transform:
            template["Transform"] = transform
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        await cloud(
            "cloudformation",
            operation,
            StackName="shop",
            TemplateBody=json.dumps(template),
            Capabilities=capabilities,
        )
        await cloud.clock.advance(60_000)
        (stack,) = (await cloud("cloudformation", "DescribeStacks", StackName="shop"))["Stacks"]
        found = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs") or ()}
        return stack["StackStatus"], found

    return made


async def test_a_state_machine_comes_changes_and_goes_with_its_stack(cloud, deploy, run):
    outputs = {"Arn": {"Ref": "Machine"}, "Name": {"Fn::GetAtt": ["Machine", "Name"]}}
    status, found = await deploy("CreateStack", {"Machine": MACHINE}, **outputs)
    assert status == "CREATE_COMPLETE"
    assert found["Name"].startswith("shop-Machine-") or found["Name"].startswith("Machine-")
    assert json.loads((await run(found["Arn"]))["output"]) == 'say "hi"'
    changed = {**MACHINE["Properties"], "DefinitionSubstitutions": {"Greeting": "bye"}, "Tags": []}
    status, again = await deploy("UpdateStack", {"Machine": MACHINE | {"Properties": changed}}, **outputs)
    assert (status, again["Arn"]) == ("UPDATE_COMPLETE", found["Arn"])
    assert json.loads((await run(found["Arn"]))["output"]) == "bye"
    assert (await cloud("stepfunctions", "ListTagsForResource", resourceArn=found["Arn"]))["tags"] == []
    await cloud("cloudformation", "DeleteStack", StackName="shop")
    await cloud.clock.advance(60_000)
    assert (await cloud("stepfunctions", "ListStateMachines"))["stateMachines"] == []


async def test_a_definition_may_be_an_object_or_lie_in_a_bucket(cloud, deploy, run):
    await cloud("s3", "CreateBucket", Bucket="code")
    await cloud("s3", "PutObject", Bucket="code", Key="d.json", Body=json.dumps(HELLO).encode())
    properties = {"RoleArn": ROLE, "DefinitionSubstitutions": {"Greeting": "x"}}
    machines = {
        "A": {"Type": MACHINE["Type"], "Properties": properties | {"Definition": HELLO}},
        "B": {"Type": MACHINE["Type"], "Properties": properties | {"DefinitionS3Location": {"Bucket": "code", "Key": "d.json"}}},
    }  # fmt: skip
    status, found = await deploy("CreateStack", machines, A={"Ref": "A"}, B={"Ref": "B"})
    assert status == "CREATE_COMPLETE"
    assert [json.loads((await run(found[name]))["output"]) for name in "AB"] == ["x", "x"]


async def test_a_definition_that_is_not_valid_fails_the_stack(cloud, deploy):
    bad = {"RoleArn": ROLE, "DefinitionString": '{"StartAt": "A", "States": {}}'}
    status, _ = await deploy("CreateStack", {"Machine": {"Type": MACHINE["Type"], "Properties": bad}})
    assert status == "ROLLBACK_COMPLETE"
    events = (await cloud("cloudformation", "DescribeStackEvents", StackName="shop"))["StackEvents"]
    reasons = [each.get("ResourceStatusReason", "") for each in events]
    assert any("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED" in reason for reason in reasons)


async def test_versions_aliases_and_activities(cloud, deploy, run):
    resources = {
        "Machine": MACHINE,
        "One": {
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "Properties": {"StateMachineArn": {"Ref": "Machine"}},
        },
        "Live": {
            "Type": "AWS::StepFunctions::StateMachineAlias",
            "Properties": {
                "Name": "live",
                "RoutingConfiguration": [{"StateMachineVersionArn": {"Ref": "One"}, "Weight": 100}],
            },
        },
        "Pack": {"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": "pack"}},
    }
    status, found = await deploy("CreateStack", resources, Live={"Ref": "Live"}, Pack={"Ref": "Pack"})
    assert status == "CREATE_COMPLETE"
    assert found["Pack"] == "arn:aws:states:us-east-1:123456789012:activity:pack"
    done = await run(found["Live"])
    assert (done["status"], done["stateMachineAliasArn"]) == ("SUCCEEDED", found["Live"])
    await cloud("cloudformation", "DeleteStack", StackName="shop")
    await cloud.clock.advance(60_000)
    assert (await cloud("stepfunctions", "ListActivities"))["activities"] == []


async def test_sam_makes_a_state_machine_with_its_rule_and_schedule(cloud, deploy):
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html"""
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Definition": HELLO,
            "DefinitionSubstitutions": {"Greeting": "hi"},
            "Events": {
                "Placed": {
                    "Type": "EventBridgeRule",
                    "Properties": {"Pattern": {"source": ["shop"]}, "InputPath": "$.detail"},
                },
                "Hourly": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 hour)"}},
                "Daily": {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 day)", "Input": '{"n": 1}'}},
            },
        },
    }  # fmt: skip
    sam = "AWS::Serverless-2016-10-31"
    status, found = await deploy("CreateStack", {"Machine": machine}, sam, Arn={"Ref": "Machine"})
    assert status == "CREATE_COMPLETE"
    entry = {"Source": "shop", "DetailType": "t", "Detail": '{"id": 5}'}
    await cloud("events", "PutEvents", Entries=[entry])
    await cloud.clock.advance(24 * 3_600_000)
    listed = (await cloud("stepfunctions", "ListExecutions", stateMachineArn=found["Arn"]))["executions"]
    described = [
        await cloud("stepfunctions", "DescribeExecution", executionArn=each["executionArn"])
        for each in listed
    ]
    inputs = [json.loads(each["input"]) for each in described]
    assert {"id": 5} in inputs
    assert {"n": 1} in inputs
    assert sum(each.get("detail-type") == "Scheduled Event" for each in inputs) >= 23

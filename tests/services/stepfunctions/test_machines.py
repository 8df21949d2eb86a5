"""State machines, versions, aliases, tags and validation."""

import json

import pytest
from tests.services.stepfunctions.conftest import ROLE, chain

HELLO = chain(HelloWorld={"Type": "Pass", "Result": "Hello World!"})
BYE = chain(Bye={"Type": "Pass", "Result": "Bye!"})
ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:Order"


async def test_it_is_described_as_it_was_made(cloud, machine):
    arn = await machine(HELLO, tags=[{"key": "a", "value": "1"}])
    found = await cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=arn)
    assert (found["stateMachineArn"], found["status"], found["type"], found["roleArn"]) == (
        ARN,
        "ACTIVE",
        "STANDARD",
        ROLE,
    )
    assert json.loads(found["definition"]) == HELLO
    assert found["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert found["tracingConfiguration"] == {"enabled": False}
    bare = await cloud(
        "stepfunctions", "DescribeStateMachine", stateMachineArn=arn, includedData="METADATA_ONLY"
    )
    assert bare["definition"] == ""


async def test_f060_making_it_again_is_idempotent(cloud, machine, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html"""
    first = await cloud(
        "stepfunctions", "CreateStateMachine", name="M", definition=json.dumps(HELLO), roleArn=ROLE
    )
    await cloud.clock.advance(5000)
    again = await cloud(
        "stepfunctions", "CreateStateMachine", name="M", definition=json.dumps(HELLO),
        roleArn=ROLE + "2", tags=[{"key": "a", "value": "1"}],
    )  # fmt: skip
    assert again == first
    assert (await cloud("stepfunctions", "ListTagsForResource", resourceArn=first["stateMachineArn"]))[
        "tags"
    ] == []
    error = await error_of(machine(BYE, "M"))
    assert (error.code, error.message) == (
        "StateMachineAlreadyExists",
        f"State Machine Already Exists: '{first['stateMachineArn']}'",
    )


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"name": "a b"}, "InvalidName"),
        ({"name": "a/b"}, "InvalidName"),
        ({"roleArn": "role"}, "InvalidArn"),
        ({"definition": "{}"}, "InvalidDefinition"),
        ({"definition": "no"}, "InvalidDefinition"),
        ({"loggingConfiguration": {"level": "ALL"}}, "InvalidLoggingConfiguration"),
        ({"versionDescription": "v"}, "ValidationException"),
        ({"type": "QUICK"}, "ValidationException"),
    ],
)
async def test_what_cannot_be_made(cloud, error_of, request_, code):
    request = {"name": "M", "definition": json.dumps(HELLO), "roleArn": ROLE} | request_
    assert (await error_of(cloud("stepfunctions", "CreateStateMachine", **request))).code == code
    assert (await cloud("stepfunctions", "ListStateMachines"))["stateMachines"] == []


async def test_what_is_wrong_with_a_definition_is_all_said(cloud, machine, error_of):
    """https://github.com/localstack/localstack/issues/11978 quotes AWS's answer."""
    states = {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": True}}
    error = await error_of(machine({"StartAt": "pass1", "States": states}))
    assert error.message == (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, "
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2\''
    )


async def test_an_update_is_for_executions_that_start_later(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html"""
    arn = await machine(chain(Nap={"Type": "Wait", "Seconds": 10}, Old={"Type": "Pass", "Result": "old"}))
    running = await run(arn)
    before = await cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=arn)
    answer = await cloud(
        "stepfunctions", "UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(BYE)
    )
    assert answer["revisionId"] != before["revisionId"]
    assert json.loads((await run(arn, seconds=10))["output"]) == "Bye!"
    old = await cloud("stepfunctions", "DescribeExecution", executionArn=running["executionArn"])
    assert json.loads(old["output"]) == "old"


async def test_an_update_must_change_something(cloud, machine, error_of):
    arn = await machine(HELLO)
    error = await error_of(cloud("stepfunctions", "UpdateStateMachine", stateMachineArn=arn))
    assert error.code == "MissingRequiredParameter"


async def test_deleting_ends_what_runs_at_its_next_transition(cloud, machine, run, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html"""
    arn = await machine(chain(Nap={"Type": "Wait", "Seconds": 10}, Again={"Type": "Wait", "Seconds": 1000}))
    await run(arn)
    await cloud("stepfunctions", "DeleteStateMachine", stateMachineArn=arn)
    found = await cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=arn)
    assert found["status"] == "DELETING"
    start = cloud("stepfunctions", "StartExecution", stateMachineArn=arn)
    assert (await error_of(start)).code == "StateMachineDeleting"
    await cloud.clock.advance(10_000)
    gone = await error_of(cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=arn))
    assert (gone.code, gone.message) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{ARN}'",
    )
    assert await cloud("stepfunctions", "DeleteStateMachine", stateMachineArn=arn) == {}


async def test_versions_keep_what_was_published(cloud, machine, run, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html"""
    arn = await machine(HELLO)
    one = await cloud("stepfunctions", "PublishStateMachineVersion", stateMachineArn=arn)
    assert one["stateMachineVersionArn"] == f"{ARN}:1"
    assert (await cloud("stepfunctions", "PublishStateMachineVersion", stateMachineArn=arn)) == one
    two = await cloud(
        "stepfunctions", "UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(BYE), publish=True,
        versionDescription="the second",
    )  # fmt: skip
    assert two["stateMachineVersionArn"] == f"{ARN}:2"
    done = await run(f"{ARN}:1")
    assert (json.loads(done["output"]), done["stateMachineVersionArn"]) == ("Hello World!", f"{ARN}:1")
    listed = await cloud("stepfunctions", "ListStateMachineVersions", stateMachineArn=arn)
    assert [each["stateMachineVersionArn"] for each in listed["stateMachineVersions"]] == [
        f"{ARN}:2",
        f"{ARN}:1",
    ]
    found = await cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=f"{ARN}:2")
    assert found["description"] == "the second"
    wrong = cloud("stepfunctions", "PublishStateMachineVersion", stateMachineArn=arn, revisionId="other")
    assert (await error_of(wrong)).code == "ConflictException"


async def test_an_alias_divides_its_executions_by_weight(cloud, machine, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html"""
    arn = await machine(HELLO, publish=True)
    await cloud(
        "stepfunctions", "UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(BYE), publish=True
    )
    routing = [{"stateMachineVersionArn": f"{ARN}:{n}", "weight": weight} for n, weight in ((1, 80), (2, 20))]
    uneven = [routing[0]]
    error = await error_of(
        cloud("stepfunctions", "CreateStateMachineAlias", name="live", routingConfiguration=uneven)
    )
    assert error.message == "Sum of routing configuration weights must equal 100"
    alias = await cloud("stepfunctions", "CreateStateMachineAlias", name="live", routingConfiguration=routing)
    assert alias["stateMachineAliasArn"] == f"{ARN}:live"
    for _ in range(100):
        await cloud("stepfunctions", "StartExecution", stateMachineArn=f"{ARN}:live")
    first = await cloud("stepfunctions", "ListExecutions", stateMachineArn=f"{ARN}:1", maxResults=1000)
    assert 65 < len(first["executions"]) < 95
    used = await error_of(
        cloud("stepfunctions", "DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1")
    )
    assert used.code == "ConflictException"


async def test_tags_come_and_go(cloud, machine):
    arn = await machine(HELLO)
    await cloud(
        "stepfunctions",
        "TagResource",
        resourceArn=arn,
        tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}],
    )
    await cloud("stepfunctions", "UntagResource", resourceArn=arn, tagKeys=["a"])
    found = await cloud("stepfunctions", "ListTagsForResource", resourceArn=arn)
    assert found["tags"] == [{"key": "b", "value": "2"}]


async def test_a_definition_is_validated_without_making_anything(cloud):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html"""
    good = await cloud("stepfunctions", "ValidateStateMachineDefinition", definition=json.dumps(HELLO))
    assert good == {"result": "OK", "diagnostics": [], "truncated": False}
    bad = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    found = await cloud(
        "stepfunctions", "ValidateStateMachineDefinition", definition=json.dumps(bad), maxResults=1
    )
    assert found == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "MISSING_TRANSITION_TARGET",
                "message": "Missing 'Next' target: B",
                "location": "/States/A/Next",
            }
        ],
        "truncated": True,
    }


async def test_the_variables_of_its_states_are_told(cloud, machine):
    states = chain(
        Keep={"Type": "Pass", "Assign": {"x.$": "$.a"}}, Use={"Type": "Pass", "Parameters": {"y.$": "$x"}}
    )
    found = await cloud("stepfunctions", "DescribeStateMachine", stateMachineArn=await machine(states))
    assert found["variableReferences"] == {"Use": ["x"]}

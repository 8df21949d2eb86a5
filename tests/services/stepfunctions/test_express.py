"""Express workflows: synchronous, asynchronous, and what is written of them.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

import json

import pytest
from tests.services.stepfunctions.conftest import chain

HELLO = chain(HelloWorld={"Type": "Pass", "Result": "Hello World!"})


@pytest.fixture
def express(machine):
    """Makes an Express state machine; its ARN."""

    async def make(definition, **request):
        return await machine(definition, type="EXPRESS", **request)

    return make


async def test_a_synchronous_execution_answers_with_its_output(cloud, express):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html"""
    arn = await express(chain(Nap={"Type": "Wait", "Seconds": 3}, Say={"Type": "Pass", "Result": 5}))
    done = await cloud("stepfunctions", "StartSyncExecution", stateMachineArn=arn, name="n", input='{"a": 1}')
    assert (done["status"], done["output"], done["input"]) == ("SUCCEEDED", "5", '{"a": 1}')
    assert done["stopDate"] - done["startDate"] == 3
    assert done["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 3000}
    assert done["executionArn"].startswith("arn:aws:states:us-east-1:123456789012:express:Order:n:")


async def test_a_failure_is_an_answer_too(cloud, express):
    arn = await express(chain(Bad={"Type": "Fail", "Error": "E", "Cause": "C"}))
    done = await cloud("stepfunctions", "StartSyncExecution", stateMachineArn=arn)
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "E", "C")
    assert "output" not in done


async def test_f055_names_may_repeat_and_each_starts_anew(cloud, express, queue, messages):
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": queue, "MessageBody": {"name.$": "$$.Execution.Name"}}}  # fmt: skip
    arn = await express(chain(Send=send))
    for _ in range(2):
        await cloud("stepfunctions", "StartExecution", stateMachineArn=arn, name="same")
    assert await messages() == [{"name": "same"}] * 2


async def test_it_ends_after_five_minutes(cloud, express):
    arn = await express(chain(Nap={"Type": "Wait", "Seconds": 400}))
    done = await cloud("stepfunctions", "StartSyncExecution", stateMachineArn=arn)
    assert (done["status"], done["error"], done["stopDate"] - done["startDate"]) == (
        "TIMED_OUT",
        "States.Timeout",
        300,
    )


async def test_what_only_standard_workflows_have(cloud, machine, express, error_of):
    standard = await machine(HELLO, "Standard")
    error = await error_of(cloud("stepfunctions", "StartSyncExecution", stateMachineArn=standard))
    assert error.code == "StateMachineTypeNotSupported"
    arn = await express(HELLO)
    assert (await error_of(cloud("stepfunctions", "ListExecutions", stateMachineArn=arn))).code == (
        "StateMachineTypeNotSupported"
    )
    started = await cloud("stepfunctions", "StartExecution", stateMachineArn=arn)
    for operation in ("DescribeExecution", "GetExecutionHistory", "StopExecution"):
        error = await error_of(cloud("stepfunctions", operation, executionArn=started["executionArn"]))
        assert error.message == "Invalid Arn: 'Resource type not valid in this context: express'"


async def test_the_default_bus_hears_nothing_of_it(cloud, express, queue, messages):
    """https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    await cloud("events", "PutRule", Name="all", EventPattern='{"source": ["aws.states"]}')
    target = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:jobs"}
    await cloud("events", "PutTargets", Rule="all", Targets=[target])
    await cloud("stepfunctions", "StartExecution", stateMachineArn=await express(HELLO))
    assert await messages() == []


async def test_its_history_is_in_its_log(cloud, express):
    """https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
    await cloud("logs", "CreateLogGroup", logGroupName="/sfn")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/sfn:*"
    logging = {
        "level": "ALL",
        "includeExecutionData": False,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
    }
    arn = await express(HELLO, loggingConfiguration=logging)
    started = await cloud("stepfunctions", "StartExecution", stateMachineArn=arn)
    await cloud.settle()
    found = await cloud("logs", "FilterLogEvents", logGroupName="/sfn")
    lines = [json.loads(event["message"]) for event in found["events"]]
    assert [line["type"] for line in lines] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    assert lines[1]["execution_arn"] == started["executionArn"]
    assert lines[1]["details"] == {"name": "HelloWorld"}
    assert (lines[1]["id"], lines[1]["previous_event_id"]) == ("2", "0")


@pytest.mark.parametrize(
    ("level", "types"),
    [("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
async def test_levels_of_the_log(cloud, express, level, types):
    await cloud("logs", "CreateLogGroup", logGroupName="/sfn")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/sfn:*"
    logging = {"level": level, "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]}
    arn = await express(chain(A={"Type": "Pass"}, Bad={"Type": "Fail"}), loggingConfiguration=logging)
    await cloud("stepfunctions", "StartExecution", stateMachineArn=arn)
    await cloud.settle()
    found = await cloud("logs", "FilterLogEvents", logGroupName="/sfn")
    assert [json.loads(event["message"])["type"] for event in found["events"]] == types

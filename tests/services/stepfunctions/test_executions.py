"""Executions: how they start, wait, end, are stopped and redriven, and what is told of them."""

import json

import pytest
from tests.services.stepfunctions.conftest import ROLE, chain

HELLO = {"Type": "Pass", "Result": "Hello World!"}
WAIT = {"Type": "Wait", "Seconds": 60}


async def test_hello_world(machine, run, history):
    """https://docs.aws.amazon.com/step-functions/latest/dg/getting-started.html"""
    done = await run(await machine(chain(HelloWorld=HELLO)), {"a": 1}, name="first")
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"]) == "Hello World!"
    assert done["executionArn"] == "arn:aws:states:us-east-1:123456789012:execution:Order:first"
    events = await history(done["executionArn"])
    assert [(each["id"], each["previousEventId"], each["type"]) for each in events] == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "PassStateEntered"),
        (3, 2, "PassStateExited"),
        (4, 3, "ExecutionSucceeded"),
    ]
    assert events[0]["executionStartedEventDetails"] == {
        "input": '{"a": 1}', "inputDetails": {"truncated": False}, "roleArn": ROLE,
    } | {"input": '{"a":1}'}  # fmt: skip
    assert events[2]["stateExitedEventDetails"]["name"] == "HelloWorld"


async def test_a_wait_lasts_as_long_as_it_says_even_through_a_day(cloud, machine, run):
    arn = await machine(chain(Nap={"Type": "Wait", "Seconds": 86_400}, Done={"Type": "Succeed"}))
    running = await run(arn, seconds=86_399)
    assert running["status"] == "RUNNING"
    await cloud.clock.advance(1000)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=running["executionArn"])
    assert (done["status"], done["stopDate"] - done["startDate"]) == ("SUCCEEDED", 86_400)


async def test_f056_a_name_starts_once(cloud, machine, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    arn = await machine(chain(Nap=WAIT))

    def start(data):
        return cloud("stepfunctions", "StartExecution", stateMachineArn=arn, name="n", input=data)

    first = await start("{}")
    await cloud.clock.advance(5_000)
    assert await start("{}") == first
    error = await error_of(start('{"other": 1}'))
    assert (error.code, error.message) == (
        "ExecutionAlreadyExists",
        "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:Order:n'",
    )
    await cloud.clock.advance(60_000)
    assert (await error_of(start("{}"))).code == "ExecutionAlreadyExists"
    await cloud.clock.advance(90 * 24 * 3_600_000)
    assert (await start("{}"))["startDate"] > first["startDate"]


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"input": "{"}, "InvalidExecutionInput", None),
        ({"name": "a b"}, "InvalidName", "Invalid Name: 'a b'"),
        ({"stateMachineArn": "x"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        (
            {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:No"},
            "StateMachineDoesNotExist",
            "State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:No'",
        ),
    ],
)
async def test_what_cannot_start(cloud, machine, error_of, request_, code, message):
    arn = await machine(chain(HelloWorld=HELLO))
    error = await error_of(cloud("stepfunctions", "StartExecution", **({"stateMachineArn": arn} | request_)))
    assert error.code == code
    assert message is None or error.message == message
    assert not (await cloud("stepfunctions", "ListExecutions", stateMachineArn=arn))["executions"]


async def test_a_stopped_execution_is_aborted_and_goes_no_further(
    cloud, machine, run, history, queue, messages
):
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": queue, "MessageBody": {"late": True}}}  # fmt: skip
    running = await run(await machine(chain(Nap=WAIT, Send=send)))
    arn = running["executionArn"]
    stopped = await cloud("stepfunctions", "StopExecution", executionArn=arn, error="Enough", cause="of it")
    await cloud.clock.advance(120_000)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=arn)
    assert (done["status"], done["error"], done["cause"]) == ("ABORTED", "Enough", "of it")
    assert await cloud("stepfunctions", "StopExecution", executionArn=arn) == stopped
    assert [each["type"] for each in await history(arn)][-2:] == ["WaitStateAborted", "ExecutionAborted"]
    assert await messages() == []


async def test_an_execution_has_its_own_time_limit(machine, run, history):
    arn = await machine(chain(Nap=WAIT) | {"TimeoutSeconds": 30})
    done = await run(arn, seconds=60)
    assert (done["status"], done["error"], done["stopDate"] - done["startDate"]) == (
        "TIMED_OUT",
        "States.Timeout",
        30,
    )
    assert (await history(done["executionArn"]))[-1]["type"] == "ExecutionTimedOut"


async def test_f062_the_history_has_pages_in_both_directions(cloud, machine, run, history):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html"""
    done = await run(await machine(chain(**{f"S{n}": HELLO for n in range(60)})))
    arn = done["executionArn"]
    first = await cloud("stepfunctions", "GetExecutionHistory", executionArn=arn)
    assert len(first["events"]) == 100
    rest = await history(arn, nextToken=first["nextToken"])
    assert [each["id"] for each in rest] == list(range(101, 123))
    back = await cloud(
        "stepfunctions", "GetExecutionHistory", executionArn=arn, reverseOrder=True, maxResults=2
    )
    assert [each["id"] for each in back["events"]] == [122, 121]
    assert [
        each["id"]
        for each in await history(arn, reverseOrder=True, maxResults=2, nextToken=back["nextToken"])
    ] == [120, 119]
    bare = await history(arn, includeExecutionData=False, maxResults=2)
    assert bare[1]["stateEnteredEventDetails"] == {"name": "S0"}


async def test_f053_an_endless_loop_ends_at_25000_events(machine, run, history):
    loop = {
        "Again": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Done"}], "Default": "Again2"},
        "Again2": {"Type": "Pass", "Next": "Again"},
        "Done": {"Type": "Succeed"},
    }  # fmt: skip
    done = await run(await machine({"StartAt": "Again", "States": loop}))
    assert (done["status"], done["error"]) == ("FAILED", "States.Runtime")
    last = await history(done["executionArn"], reverseOrder=True, maxResults=1)
    assert last[0]["id"] <= 25_000


async def test_executions_are_listed_newest_first_by_status_and_page(cloud, machine):
    arn = await machine(chain(Choose={"Type": "Choice", "Choices": [{"Variable": "$.ok", "IsPresent": True, "Next": "Good"}],
                                      "Default": "Bad"},
                              Good={"Type": "Succeed"}, Bad={"Type": "Fail", "Error": "E"}))  # fmt: skip
    for number in range(5):
        data = '{"ok": 1}' if number % 2 else "{}"
        await cloud("stepfunctions", "StartExecution", stateMachineArn=arn, name=f"n{number}", input=data)
        await cloud.clock.advance(1)
    page = await cloud("stepfunctions", "ListExecutions", stateMachineArn=arn, maxResults=2)
    assert [each["name"] for each in page["executions"]] == ["n4", "n3"]
    rest = await cloud("stepfunctions", "ListExecutions", stateMachineArn=arn, nextToken=page["nextToken"])
    assert [each["name"] for each in rest["executions"]] == ["n2", "n1", "n0"]
    failed = await cloud("stepfunctions", "ListExecutions", stateMachineArn=arn, statusFilter="FAILED")
    assert [each["name"] for each in failed["executions"]] == ["n4", "n2", "n0"]


async def test_the_default_bus_is_told_of_every_status(cloud, machine, run, queue, messages):
    """https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    pattern = json.dumps({"source": ["aws.states"]})
    await cloud("events", "PutRule", Name="all", EventPattern=pattern)
    target = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:jobs"}
    await cloud("events", "PutTargets", Rule="all", Targets=[target])
    done = await run(await machine(chain(Bad={"Type": "Fail", "Error": "E", "Cause": "C"})), {"a": 1})
    running, failed = await messages()
    assert running["detail-type"] == "Step Functions Execution Status Change"
    assert running["resources"] == [done["executionArn"]]
    assert running["detail"] | {"startDate": 0} == {
        "executionArn": done["executionArn"], "stateMachineArn": done["stateMachineArn"], "name": done["name"],
        "status": "RUNNING", "startDate": 0, "stopDate": None, "input": '{"a": 1}', "inputDetails": {"included": True},
        "output": None, "outputDetails": None, "error": None, "cause": None, "stateMachineVersionArn": None,
        "stateMachineAliasArn": None, "redriveCount": 0, "redriveDate": None, "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
    }  # fmt: skip
    assert (failed["detail"]["status"], failed["detail"]["error"], failed["detail"]["cause"]) == (
        "FAILED",
        "E",
        "C",
    )
    assert failed["detail"]["redriveStatus"] == "REDRIVABLE"


async def test_a_failed_execution_is_redriven_from_the_state_that_failed(
    cloud, machine, run, history, messages, queue
):
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"""

    def send(queue_url):
        return {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "ResultPath": None,
                "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"}}  # fmt: skip

    later = queue.replace("jobs", "later")
    parallel = {"Type": "Parallel", "Branches": [chain(Fine=send(queue)), chain(Wrong=send(later))]}
    arn = await machine(chain(First=send(queue), Both=parallel))
    done = await run(arn, {"n": 1})
    assert (done["status"], done["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    assert len(await messages()) == 2
    await cloud("sqs", "CreateQueue", QueueName="later")
    await cloud("stepfunctions", "RedriveExecution", executionArn=done["executionArn"])
    again = await cloud("stepfunctions", "DescribeExecution", executionArn=done["executionArn"])
    assert (again["status"], again["redriveCount"]) == ("SUCCEEDED", 1)
    assert await messages() == []  # what had succeeded is not done again
    assert "ExecutionRedriven" in [each["type"] for each in await history(done["executionArn"])]


async def test_what_succeeded_cannot_be_redriven(cloud, machine, run, error_of):
    done = await run(await machine(chain(HelloWorld=HELLO)))
    error = await error_of(cloud("stepfunctions", "RedriveExecution", executionArn=done["executionArn"]))
    assert error.code == "ExecutionNotRedrivable"

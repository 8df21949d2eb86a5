"""TestState: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html."""

import json

import pytest
from tests.services.stepfunctions.conftest import ROLE, chain

SEND = "arn:aws:states:::sqs:sendMessage"


@pytest.fixture
def try_state(cloud):
    async def run(definition, data=None, **request):
        text = json.dumps({} if data is None else data)
        return await cloud(
            "stepfunctions",
            "TestState",
            definition=json.dumps(definition),
            input=text,
            roleArn=ROLE,
            **request,
        )

    return run


async def test_a_state_alone(try_state):
    """https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html#test-state-input-output-dataflow"""
    state = {
        "Type": "Pass",
        "InputPath": "$.payload",
        "Result": {"data": 1},
        "ResultPath": "$.result",
        "Next": "Another",
    }
    answer = await try_state(state, {"payload": {"foo": "bar"}}, inspectionLevel="DEBUG")
    assert (answer["status"], answer["nextState"]) == ("SUCCEEDED", "Another")
    assert json.loads(answer["output"]) == {"payload": {"foo": "bar"}, "result": {"data": 1}}
    seen = answer["inspectionData"]
    assert (json.loads(seen["input"]), json.loads(seen["afterInputPath"])) == (
        {"payload": {"foo": "bar"}},
        {"foo": "bar"},
    )


async def test_a_task_is_really_performed(try_state, queue, messages):
    state = {"Type": "Task", "Resource": SEND, "Parameters": {"QueueUrl": queue, "MessageBody.$": "$"},
             "ResultSelector": {"id.$": "$.MessageId"}, "End": True}  # fmt: skip
    answer = await try_state(state, {"n": 1}, inspectionLevel="DEBUG")
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"]) == json.loads(answer["inspectionData"]["afterResultSelector"])
    assert json.loads(answer["inspectionData"]["afterParameters"])["MessageBody"] == {"n": 1}
    assert await messages() == [{"n": 1}]


async def test_f059_a_mock_stands_for_what_is_not_run(try_state, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html"""
    parallel = {
        "Type": "Parallel",
        "Branches": [chain(A={"Type": "Pass"})],
        "ResultPath": "$.all",
        "End": True,
    }
    waiting = {"Type": "Task", "Resource": SEND + ".waitForTaskToken", "Parameters": {}, "End": True}
    for state in (parallel, waiting):
        assert (await error_of(try_state(state))).code == "ValidationException"
        answer = await try_state(state, {"n": 1}, mock={"result": "[1]"})
        assert answer["status"] == "SUCCEEDED"
    assert json.loads((await try_state(parallel, {"n": 1}, mock={"result": "[1]"}))["output"]) == {
        "n": 1,
        "all": [1],
    }
    passing = {"Type": "Pass", "End": True}
    assert (await error_of(try_state(passing, mock={"result": "1"}))).code == "ValidationException"


async def test_a_mocked_error_is_retried_then_caught(try_state):
    state = {
        "Type": "Task", "Resource": SEND, "Parameters": {}, "End": True,
        "Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Handle"}],
    }  # fmt: skip
    mock = {"errorOutput": {"error": "Boom", "cause": "why"}}
    first = await try_state(state, {"n": 1}, mock=mock, inspectionLevel="DEBUG")
    assert (first["status"], first["error"]) == ("RETRIABLE", "Boom")
    assert first["inspectionData"]["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": 3}
    second = await try_state(
        state, mock=mock, inspectionLevel="DEBUG", stateConfiguration={"retrierRetryCount": 1}
    )
    assert second["inspectionData"]["errorDetails"]["retryBackoffIntervalSeconds"] == 6
    last = await try_state(state, {"n": 1}, mock=mock, stateConfiguration={"retrierRetryCount": 2})
    assert (last["status"], last["nextState"]) == ("CAUGHT_ERROR", "Handle")
    assert json.loads(last["output"]) == {"n": 1, "error": {"Error": "Boom", "Cause": "why"}}


async def test_a_state_of_a_machine_with_variables_and_a_context(try_state):
    machine = {"QueryLanguage": "JSONata"} | chain(
        A={"Type": "Pass"},
        B={"Type": "Choice", "Choices": [{"Condition": "{% $limit > $states.input.n %}", "Next": "C"}], "Default": "D"},
        C={"Type": "Succeed"},
        D={"Type": "Fail", "Error": "TooMany", "Cause": "{% 'more than ' & $string($limit) %}"},
    )  # fmt: skip
    answer = await try_state(machine, {"n": 5}, stateName="B", variables='{"limit": 4}')
    assert answer["nextState"] == "D"
    failed = await try_state(machine, {}, stateName="D", variables='{"limit": 4}')
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "TooMany", "more than 4")


async def test_an_expression_that_fails_fails_the_state(try_state, error_of):
    state = {"Type": "Pass", "Parameters": {"x.$": "$.nothing"}, "End": True}
    answer = await try_state(state, {"n": 1})
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert (await error_of(try_state({"Type": "Wait"}))).code == "InvalidDefinition"

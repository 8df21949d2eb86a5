"""State machines of tests, and how their executions go."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

ROLE = "arn:aws:iam::123456789012:role/StepFunctions"


def chain(**named: Any) -> dict[str, Any]:
    """A definition of states in a row, each by its name."""
    names = list(named)
    states = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        state = dict(named[name])
        if state["Type"] not in ("Choice", "Succeed", "Fail") and "Next" not in state and "End" not in state:
            state |= {"Next": following} if following else {"End": True}
        states[name] = state
    return {"StartAt": names[0], "States": states}


@pytest.fixture
def machine(cloud) -> Callable[..., Awaitable[str]]:
    """Makes a state machine; its ARN."""

    async def make(definition: dict[str, Any], name: str = "Order", **request: Any) -> str:
        made = await cloud(
            "stepfunctions", "CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE, **request
        )  # fmt: skip
        return made["stateMachineArn"]

    return make


@pytest.fixture
def run(cloud) -> Callable[..., Awaitable[Any]]:
    """Starts an execution and lets everything come to its end within `seconds`; its description."""

    async def go(arn: str, data: Any = None, seconds: float = 0, **request: Any) -> dict[str, Any]:
        text = json.dumps({} if data is None else data)
        started = await cloud("stepfunctions", "StartExecution", stateMachineArn=arn, input=text, **request)
        await cloud.clock.advance(int(seconds * 1000))
        return await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])

    return go


@pytest.fixture
def history(cloud) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """The events of an execution."""

    async def get(arn: str, **request: Any) -> list[dict[str, Any]]:
        return (await cloud("stepfunctions", "GetExecutionHistory", executionArn=arn, **request))["events"]

    return get


@pytest.fixture
async def queue(cloud) -> str:
    """The URL of a queue."""
    return (await cloud("sqs", "CreateQueue", QueueName="jobs"))["QueueUrl"]


@pytest.fixture
def messages(cloud, queue) -> Callable[[], Awaitable[list[Any]]]:
    """The JSON of the messages in the queue, taken out."""

    async def get() -> list[Any]:
        found = await cloud("sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10)
        for message in found.get("Messages") or ():
            await cloud("sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found.get("Messages") or ()]

    return get

"""TestState: one state tried without a state machine.

https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.states import StatesError, compile_definition, resource_of, timestamp, validate
from cloudchamber.languages.states.resources import SERVICE
from cloudchamber.languages.states.testing import StateTest
from cloudchamber.services.stepfunctions.errors import (
    InvalidDefinition,
    InvalidExecutionInput,
    ValidationException,
)
from cloudchamber.services.stepfunctions.operations.performing import outcome_of
from cloudchamber.services.stepfunctions.rules.integrations import plan_of
from cloudchamber.services.stepfunctions.rules.testing import alone

_BY_WRAPPING = ("MISSING_TRANSITION_TARGET", "MISSING_END_STATE", "DUPLICATE_STATE_NAME")


async def test_state(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html"""
    definition = _definition(request)
    mock: dict[str, Any] = request.get("mock") or {}
    if request.get("context") and not mock:
        raise ValidationException("The context field may only be specified if a mock is specified.")
    configuration = request.get("stateConfiguration") or {}
    test = StateTest(
        compile_definition(definition),
        _json(request.get("input"), "input", {}),
        _facts(ctx, request),
        _json(request.get("variables"), "variables", {}),
        retry_count=configuration.get("retrierRetryCount") or 0,
        now_ms=ctx.now_ms,
        chances=ctx.ids,
    )
    if mock:
        _mock(test, mock)
    else:
        await _perform(ctx, test, request)
    return _answer(test, request.get("inspectionLevel") or "INFO")


def _definition(request: dict[str, Any]) -> dict[str, Any]:
    try:
        source = msgspec.json.decode(request["definition"])
    except msgspec.DecodeError as error:
        raise InvalidDefinition(
            f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from None
    definition = alone(source, request.get("stateName")) if isinstance(source, dict) else None
    if definition is None:
        raise ValidationException("The definition has no state of that name.")
    wrong = [
        str(each)
        for each in validate(msgspec.json.encode(definition).decode())
        if each.code not in _BY_WRAPPING
    ]
    if wrong:
        raise InvalidDefinition(f"Invalid State Machine Definition: '{', '.join(wrong)}'")
    return definition


def _json(text: str | None, member: str, default: Any) -> Any:
    try:
        return msgspec.json.decode(text) if text else default
    except msgspec.DecodeError as error:
        if member == "input":
            raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
        raise ValidationException(f"The {member} must be valid JSON: {error}") from None


def _facts(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The context object: what is given, with defaults for what every execution has."""
    arn = ctx.arn("stateMachine:TestState", service="states")
    execution = {
        "Id": ctx.arn("execution:TestState:TestState", service="states"),
        "Input": _json(request.get("input"), "input", {}),
        "Name": "TestState",
        "RoleArn": request.get("roleArn") or "",
        "StartTime": timestamp(ctx.now_ms),
        "RedriveCount": 0,
    }
    facts: dict[str, Any] = {"Execution": execution, "StateMachine": {"Id": arn, "Name": "TestState"}}
    return facts | _json(request.get("context"), "context", {})


def _mock(test: StateTest, mock: dict[str, Any]) -> None:
    """Raises ValidationException for a mock of a state that does nothing by itself."""
    if test.state.type not in ("Task", "Map", "Parallel"):
        raise ValidationException("A mock can only be specified for Task, Map, or Parallel states.")
    failure = mock.get("errorOutput")
    if (mock.get("result") is None) == (failure is None):
        raise ValidationException("A mock must have either a result or an errorOutput.")
    if test.task is None and not test.needs_mock:
        return  # it failed before its work could be mocked
    if failure is not None:
        test.fail(failure.get("error") or "", failure.get("cause"))
    else:
        test.succeed(_json(mock["result"], "mock.result", None))


async def _perform(ctx: Context, test: StateTest, request: dict[str, Any]) -> None:
    """Make the call of a Task (F059)."""
    if test.needs_mock:
        raise ValidationException(f"A mock must be specified for a {test.state.type} state.")
    task = test.task
    if task is None:
        return
    resource = resource_of(task.resource)
    if resource.pattern or (resource.kind not in (SERVICE, "LambdaFunction")):
        raise ValidationException(
            "A mock must be specified for Tasks that are activities, or that use .sync or .waitForTaskToken."
        )
    if not request.get("roleArn"):
        raise ValidationException("The roleArn is required for a Task state without a mock.")
    try:
        plan = plan_of(resource, task.payload, [])
    except StatesError as problem:
        test.fail(problem.error, problem.cause)
        return
    outcome = await outcome_of(ctx, resource, plan)
    if outcome.kind == "task_succeeded":
        test.succeed(outcome.output)
    else:
        test.fail(outcome.error or "", outcome.cause)


def _answer(test: StateTest, level: str) -> dict[str, Any]:
    tried = test.tried()
    answer: dict[str, Any] = {"status": tried.status}
    if tried.status in ("SUCCEEDED", "CAUGHT_ERROR"):
        answer["output"] = msgspec.json.encode(tried.output).decode()
    more = {"error": tried.error, "cause": tried.cause, "nextState": tried.next}
    answer |= {member: value for member, value in more.items() if value is not None}
    if level != "INFO":
        details = {"errorDetails": tried.details} if tried.details else {}
        answer["inspectionData"] = test.inspected() | details
    return answer

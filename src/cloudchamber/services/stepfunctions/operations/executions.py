"""Executions: describe, list, stop, redrive, and their history.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-view-execution-details.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.states import Happening
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import (
    ExecutionDoesNotExist,
    ExecutionNotRedrivable,
    InvalidToken,
    ResourceNotFound,
    StateMachineDoesNotExist,
    StateMachineTypeNotSupported,
    ValidationException,
)
from cloudchamber.services.stepfunctions.model import Execution
from cloudchamber.services.stepfunctions.operations.ending import announce
from cloudchamber.services.stepfunctions.operations.starting import set_time_limit
from cloudchamber.services.stepfunctions.operations.stepping import go_on, step
from cloudchamber.services.stepfunctions.records import (
    EXECUTIONS,
    FAILED_RUNS,
    MACHINES,
    MAP_RUNS,
    history,
    history_backwards,
    keep_execution,
    newest_first,
)
from cloudchamber.services.stepfunctions.rules.arns import execution_of, machine_of
from cloudchamber.services.stepfunctions.rules.events import redrive_status
from cloudchamber.services.stepfunctions.rules.history import described


def execution_at(ctx: Context, text: str) -> tuple[Context, Execution]:
    """The Standard execution that an ARN names, and the context where it is."""
    named = execution_of(text)
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    execution = EXECUTIONS.get(ctx, named.machine, named.id)
    if execution is None:
        raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{text}'")
    return ctx, execution


def describe_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html"""
    ctx, execution = execution_at(ctx, request["executionArn"])
    with_data = request.get("includedData") != "METADATA_ONLY"
    redrivable, reason = redrive_status(execution, ctx.now_ms)
    answer: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started_at_ms / 1000,
        "stopDate": execution.stopped_at_ms / 1000 if execution.stopped_at_ms else None,
        "inputDetails": {"included": with_data},
        "input": execution.input if with_data else None,
        "error": execution.error,
        "cause": execution.cause,
        "traceHeader": execution.trace_header,
        "stateMachineVersionArn": execution.version_arn or None,
        "stateMachineAliasArn": execution.alias_arn or None,
        "mapRunArn": execution.map_run_arn or None,
        "redriveCount": execution.redrive_count,
        "redriveDate": execution.redriven_at_ms / 1000 if execution.redriven_at_ms else None,
        "redriveStatus": redrivable,
        "redriveStatusReason": reason,
    }
    if execution.output is not None:
        answer |= {
            "output": execution.output if with_data else None,
            "outputDetails": {"included": with_data},
        }
    return {name: value for name, value in answer.items() if value is not None}


def list_executions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The newest first. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html"""
    given = [member for member in ("stateMachineArn", "mapRunArn") if request.get(member)]
    if len(given) != 1:
        raise ValidationException("Must provide a stateMachineArn or a mapRunArn, but not both")
    ctx, machine, qualified = _listed_machine(ctx, request)
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    status, redriven = request.get("statusFilter"), request.get("redriveFilter")
    found: list[Execution] = []
    token = None
    for execution in newest_first(ctx, machine, _place(request.get("nextToken"))):
        if status and execution.status != status:
            continue
        if redriven and (execution.redrive_count > 0) != (redriven == "REDRIVEN"):
            continue
        if qualified and qualified not in (execution.version_arn, execution.alias_arn):
            continue
        if len(found) == size:
            token = _token(found[-1])
            break
        found.append(execution)
    return {"executions": [_listed(each) for each in found]} | ({"nextToken": token} if token else {})


def _listed_machine(ctx: Context, request: dict[str, Any]) -> tuple[Context, str, str]:
    """The context and name under which executions lie, and the version or alias they are filtered by."""
    if request.get("mapRunArn"):
        run = MAP_RUNS.get(ctx, request["mapRunArn"].rpartition(":")[2])
        if run is None:
            raise ResourceNotFound(f"Resource not found: '{request['mapRunArn']}'")
        return ctx, f"{run.machine}/{run.label}", ""
    text = request["stateMachineArn"]
    named = machine_of(text)
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    machine = MACHINES.get(ctx, named.name)
    if machine is None:
        raise StateMachineDoesNotExist(f"State Machine Does Not Exist: '{text}'")
    if machine.type == "EXPRESS":
        raise StateMachineTypeNotSupported()
    return ctx, named.name, text if named.qualifier else ""


def _token(execution: Execution) -> str:
    return base64.urlsafe_b64encode(f"{execution.started_at_ms}:{execution.id}".encode()).decode()


def _place(token: str | None) -> tuple[int, str] | None:
    if token is None:
        return None
    try:
        at, _, execution_id = base64.b64decode(token, b"-_", validate=True).decode().partition(":")
        return int(at), execution_id
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidToken from None


def _listed(execution: Execution) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started_at_ms / 1000,
        "redriveCount": execution.redrive_count,
    }
    more = {
        "stopDate": execution.stopped_at_ms / 1000,
        "redriveDate": execution.redriven_at_ms / 1000,
        "stateMachineVersionArn": execution.version_arn,
        "stateMachineAliasArn": execution.alias_arn,
        "mapRunArn": execution.map_run_arn,
    }
    return answer | {member: value for member, value in more.items() if value}


def stop_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html"""
    ctx, execution = execution_at(ctx, request["executionArn"])
    happening = Happening("stop", error=request.get("error"), cause=request.get("cause"))
    if step(ctx, execution.machine, execution.id, happening):
        return {"stopDate": ctx.now_ms / 1000}
    return {"stopDate": execution.stopped_at_ms / 1000}


def redrive_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html"""
    ctx, execution = execution_at(ctx, request["executionArn"])
    token = request.get("clientToken") or ""
    if token and token == execution.redrive_token:
        return {"redriveDate": execution.redriven_at_ms / 1000}
    status, reason = redrive_status(execution, ctx.now_ms)
    run = FAILED_RUNS.get(ctx, execution.machine, execution.id)
    if status != "REDRIVABLE" or run is None:
        raise ExecutionNotRedrivable(f"Execution Not Redrivable: '{reason or execution.arn}'")
    count = execution.redrive_count + 1
    execution = msgspec.structs.replace(
        execution,
        status="RUNNING",
        stopped_at_ms=0,
        output=None,
        error=None,
        cause=None,
        redrive_count=count,
        redriven_at_ms=ctx.now_ms,
        redrive_token=token,
    )
    keep_execution(ctx, execution)
    FAILED_RUNS.delete(ctx, execution.machine, execution.id)
    announce(ctx, execution)
    run.facts["Execution"]["RedriveCount"] = count
    set_time_limit(ctx, execution)
    go_on(ctx, execution, run, Happening("redrive", output=count))
    return {"redriveDate": ctx.now_ms / 1000}


def get_execution_history(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html"""
    ctx, execution = execution_at(ctx, request["executionArn"])
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    backwards = bool(request.get("reverseOrder"))
    with_data = request.get("includeExecutionData") is not False
    place = _event_of(request["nextToken"]) if request.get("nextToken") else None
    if backwards:
        events = history_backwards(ctx, execution, place, size + 1)
    else:
        events = history(ctx, execution, place or 0, size + 1)
    answer: dict[str, Any] = {"events": [described(event, with_data=with_data) for event in events[:size]]}
    if len(events) > size:
        answer["nextToken"] = base64.urlsafe_b64encode(str(events[size - 1].id).encode()).decode()
    return answer


def _event_of(token: str) -> int:
    try:
        return int(base64.b64decode(token, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise InvalidToken from None

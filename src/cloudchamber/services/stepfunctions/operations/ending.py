"""The end of an execution: who waits for it is told, and the default event bus hears of every change of its status."""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Context, Retry
from cloudchamber.languages.states import Ended
from cloudchamber.services.stepfunctions.model import Execution, StateMachine
from cloudchamber.services.stepfunctions.records import (
    EXECUTIONS,
    MACHINES,
    RUNS,
    keep_execution,
    map_runs_of,
    nested_in,
    remove_execution,
)
from cloudchamber.services.stepfunctions.rules.events import status_change

_METRICS = {
    "ABORTED": "ExecutionsAborted",
    "FAILED": "ExecutionsFailed",
    "SUCCEEDED": "ExecutionsSucceeded",
    "TIMED_OUT": "ExecutionsTimedOut",
}
_RETRY = Retry(base_ms=1_000, attempts_max=20)


def end_execution(ctx: Context, execution: Execution, ended: Ended, owner: StateMachine | None) -> None:
    """Write how an execution ended, and let everyone know."""
    output = None
    if ended.status == "SUCCEEDED":
        output = msgspec.json.encode(ended.output).decode()
    execution = msgspec.structs.replace(
        execution,
        status=ended.status,
        stopped_at_ms=ctx.now_ms,
        output=output,
        error=ended.error,
        cause=ended.cause,
    )
    keep_execution(ctx, execution)
    _measure(ctx, execution)
    ctx.signal("ended", execution.machine, execution.id)
    if execution.waiting:
        request = {"Machine": execution.machine, "Id": execution.id}
        ctx.later("stepfunctions", "tell_waiting", request)
    if ended.status != "SUCCEEDED":
        _break_off(ctx, execution)
    if execution.type == "STANDARD":
        announce(ctx, execution)
    elif not execution.synchronous and not execution.waiting:
        remove_execution(ctx, execution)
    if owner and owner.status == "DELETING" and not RUNS.count(ctx, owner.name):
        forget_machine(ctx, owner.name)


def _measure(ctx: Context, execution: Execution) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
    name, duration_ms = _METRICS[execution.status], execution.stopped_at_ms - execution.started_at_ms
    ctx.measure("AWS/States", name, StateMachineArn=execution.machine_arn)
    ctx.measure("AWS/States", "ExecutionTime", duration_ms, StateMachineArn=execution.machine_arn)


def _break_off(ctx: Context, execution: Execution) -> None:
    """What the execution waited for is not wanted any more: its map runs, and executions it started with `.sync`."""
    if map_runs_of(ctx, execution.machine, execution.id):
        ctx.later("stepfunctions", "abort_map_runs", {"Machine": execution.machine, "Id": execution.id})
    for machine, execution_id in nested_in(ctx, execution):
        ctx.later("stepfunctions", "stop_nested", {"Machine": machine, "Id": execution_id})


def forget_machine(ctx: Context, name: str) -> None:
    """A state machine is gone, its executions with it."""
    for execution in EXECUTIONS.values(ctx, name):
        remove_execution(ctx, execution)
    MACHINES.delete(ctx, name)


def announce(ctx: Context, execution: Execution) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    entry = status_change(execution)
    entry["Time"] = ctx.now_ms / 1000
    ctx.later(
        "events", "put_service_events", {"Entries": [entry]}, retry=_RETRY, principal="states.amazonaws.com"
    )

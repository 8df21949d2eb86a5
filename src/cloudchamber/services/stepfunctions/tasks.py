"""What the outbox runs for Step Functions."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Pending
from cloudchamber.aws.at_once import do_at_once
from cloudchamber.languages.states import Happening, Resource, Run, StatesError, resource_of
from cloudchamber.languages.states.resources import CALLBACK, SYNC, SYNC_2
from cloudchamber.outbox import MustWait
from cloudchamber.services.stepfunctions.model import Execution, Waiting
from cloudchamber.services.stepfunctions.operations.starting import start_nested
from cloudchamber.services.stepfunctions.operations.stepping import PRINCIPAL, step
from cloudchamber.services.stepfunctions.records import EXECUTIONS, RUNS, remove_execution
from cloudchamber.services.stepfunctions.rules.integrations import Plan, failure_of, plan_of
from cloudchamber.services.stepfunctions.rules.nested import described_for_parent


def perform_task(ctx: Context, request: dict[str, Any]) -> Any:
    """Make the call of a task. Meant while the task is still waited for.

    What does not wait is called in the transaction that records its outcome: it happens exactly once.
    """
    execution = _still_waiting(ctx, request)
    if execution is None:
        return None
    resource = resource_of(request["Resource"])
    try:
        plan = plan_of(resource, request["Payload"], [execution.arn, execution.machine_arn])
    except StatesError as problem:
        _tell(ctx, request, Happening("task_failed", error=problem.error, cause=problem.cause))
        return None
    if resource.pattern in (SYNC, SYNC_2):
        _start_and_wait(ctx, request, resource, plan)
        return None
    if (
        plan.service == "lambda"
        and plan.operation == "Invoke"
        and plan.request.get("InvocationType") != "Event"
    ):
        return Pending(lambda: _perform(ctx, request, resource, plan))
    try:
        outcome = do_at_once(ctx, lambda ctx: _outcome(ctx, resource, plan))
    except MustWait:
        return Pending(lambda: _perform(ctx, request, resource, plan))
    _tell(ctx, request, outcome)
    return None


def _still_waiting(ctx: Context, request: dict[str, Any]) -> Execution | None:
    run: Run | None = RUNS.get(ctx, request["Machine"], request["Id"])
    strand = run.strands.get(request["Strand"]) if run else None
    if strand is None or strand.serial != request["Serial"]:
        return None
    return EXECUTIONS.get(ctx, request["Machine"], request["Id"])


async def _perform(ctx: Context, request: dict[str, Any], resource: Resource, plan: Plan) -> None:
    outcome = await _outcome(ctx, resource, plan)
    await ctx.transact(lambda ctx: _tell(ctx, request, outcome))


async def _outcome(ctx: Context, resource: Resource, plan: Plan) -> Happening:
    """Make the call, and say what it means for the task."""
    callback = resource.pattern == CALLBACK
    try:
        answer = await ctx.call(plan.service, plan.operation, plan.request, principal=PRINCIPAL)
        output = plan.output(answer)
    except AwsError as error:
        problem = failure_of(plan, error, ctx.request_id)
    except StatesError as raised:
        problem = raised
    else:
        return Happening("task_submitted" if callback else "task_succeeded", output=output)
    return Happening("submit_failed" if callback else "task_failed", error=problem.error, cause=problem.cause)


def _tell(ctx: Context, request: dict[str, Any], happening: Happening) -> None:
    happening = msgspec.structs.replace(happening, strand=request["Strand"], serial=request["Serial"])
    step(ctx, request["Machine"], request["Id"], happening)


def _start_and_wait(ctx: Context, request: dict[str, Any], resource: Resource, plan: Plan) -> None:
    """Start another execution; its end is the end of the task."""
    waiting = Waiting(
        request["Machine"], request["Id"], request["Strand"], request["Serial"], resource.pattern
    )
    if resource.type != "states":
        cause = (
            f"The integration {resource.arn} is not available in Cloud Chamber; see `cloudchamber fidelity`."
        )
        _tell(ctx, request, Happening("task_failed", error="States.Runtime", cause=cause))
        return
    try:
        started = start_nested(ctx, plan.request, waiting)
    except AwsError as error:
        problem = failure_of(plan, error, ctx.request_id)
        _tell(ctx, request, Happening("submit_failed", error=problem.error, cause=problem.cause))
        return
    _tell(ctx, request, Happening("task_submitted", output=started))


def fail_task(ctx: Context, request: dict[str, Any]) -> None:
    """A task cannot even be scheduled."""
    _tell(ctx, request, Happening("task_failed", error=request["Error"], cause=request["Cause"]))


def fire_timer(ctx: Context, request: dict[str, Any]) -> None:
    """An instant came: the end of a wait, a timeout, a retry. Meant while the execution is in the same place."""
    execution = EXECUTIONS.get(ctx, request["Machine"], request["Id"])
    if execution is None or execution.uuid != request["Uuid"]:
        return
    if request["Timer"] == "execution":
        happening = Happening("time_out")
        if request["Serial"] != execution.redrive_count:
            return
    else:
        happening = Happening("timer", request["Strand"], request["Serial"], timer=request["Timer"])
    step(ctx, request["Machine"], request["Id"], happening)


def tell_waiting(ctx: Context, request: dict[str, Any]) -> None:
    """An execution ended that another one waits for."""
    execution = EXECUTIONS.get(ctx, request["Machine"], request["Id"])
    if execution is None or execution.waiting is None:
        return
    waiting = execution.waiting
    happening = described_for_parent(execution, waiting.pattern)
    happening = msgspec.structs.replace(happening, strand=waiting.strand, serial=waiting.serial)
    step(ctx, waiting.machine, waiting.id, happening)
    if execution.type == "EXPRESS":
        remove_execution(ctx, execution)


async def write_log(ctx: Context, request: dict[str, Any]) -> None:
    """Write lines to a log group, as far as it exists."""
    where = {"logGroupName": request["Group"], "logStreamName": request["Stream"]}
    try:
        await ctx.call("logs", "CreateLogStream", where, principal="delivery.logs.amazonaws.com")
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            return
    lines = [{"timestamp": request["AtMs"], "message": line} for line in request["Messages"]]
    await ctx.call(
        "logs", "PutLogEvents", where | {"logEvents": lines}, principal="delivery.logs.amazonaws.com"
    )

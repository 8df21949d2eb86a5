"""What the outbox runs for Step Functions."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Pending
from cloudchamber.aws.at_once import do_at_once
from cloudchamber.languages.states import (
    Happening,
    Resource,
    Run,
    StartMapRun,
    State,
    StatesError,
    read_items,
    resource_of,
)
from cloudchamber.languages.states.resources import SYNC, SYNC_2
from cloudchamber.outbox import MustWait
from cloudchamber.services.stepfunctions.model import Execution, MapRun, Waiting
from cloudchamber.services.stepfunctions.operations import mapping
from cloudchamber.services.stepfunctions.operations.performing import outcome_of
from cloudchamber.services.stepfunctions.operations.starting import start_nested
from cloudchamber.services.stepfunctions.operations.stepping import PRINCIPAL, definition_of, step
from cloudchamber.services.stepfunctions.records import (
    EXECUTIONS,
    MAP_CHILDREN,
    MAP_RUNS,
    RUNS,
    remove_execution,
)
from cloudchamber.services.stepfunctions.rules import reading
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
        outcome = do_at_once(ctx, lambda ctx: outcome_of(ctx, resource, plan))
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
    outcome = await outcome_of(ctx, resource, plan)
    await ctx.transact(lambda ctx: _tell(ctx, request, outcome))


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
    if waiting.pattern == "map":
        mapping.child_ended(ctx, execution)
    else:
        happening = described_for_parent(execution, waiting.pattern)
        happening = msgspec.structs.replace(happening, strand=waiting.strand, serial=waiting.serial)
        step(ctx, waiting.machine, waiting.id, happening)
    if execution.type == "EXPRESS":
        remove_execution(ctx, execution)


def stop_nested(ctx: Context, request: dict[str, Any]) -> None:
    """Nobody waits for an execution that was started with `.sync`. Meant while it runs."""
    step(ctx, request["Machine"], request["Id"], Happening("stop"))


# -- distributed Maps


def start_map_run(ctx: Context, request: dict[str, Any]) -> Any:
    """Read the items of a distributed Map, and start its first children. Meant while the Map is still waited for."""
    start = msgspec.convert(request["MapRun"], StartMapRun)
    execution = _still_waiting(ctx, request | {"Strand": start.strand, "Serial": start.serial})
    if execution is None:
        return None
    state = definition_of(ctx, execution.definition_id).states[start.state]
    if start.items is not None:
        _open(ctx, execution, start, state, [item.value for item in start.items])
        return None
    try:
        values = do_at_once(ctx, lambda ctx: _read(ctx, state, start))
    except MustWait:
        return Pending(lambda: _read_and_open(ctx, execution, start, state))
    _open_read(ctx, execution, start, state, values)
    return None


async def _read_and_open(ctx: Context, execution: Execution, start: StartMapRun, state: State) -> None:
    values = await _read(ctx, state, start)
    await ctx.transact(lambda ctx: _open_read(ctx, execution, start, state, values))


async def _read(ctx: Context, state: State, start: StartMapRun) -> list[Any] | StatesError:
    """What the Map's reader reads, or why it cannot."""
    processor = state.processor
    assert processor is not None, "a Map has a processor"
    resource = resource_of(processor.reader_resource)
    try:
        sdk = msgspec.structs.replace(resource, type="aws-sdk:s3")
        plan = plan_of(sdk, start.reader_arguments, [])
        answer = await ctx.call(plan.service, plan.operation, plan.request, principal=PRINCIPAL)
        if resource.action == "listObjectsV2":
            return reading.objects_of(answer)
        body = answer["Body"]
        content = body if isinstance(body, bytes) else b"".join([part async for part in body])
        return reading.items_of(content, processor.reader_config)
    except StatesError as problem:
        return problem
    except AwsError as error:
        return StatesError(reading.FAILED, error.message)


def _open_read(
    ctx: Context, execution: Execution, start: StartMapRun, state: State, values: list[Any] | StatesError
) -> None:
    if isinstance(values, StatesError):
        _fail_map(ctx, execution, start, values)
        return
    try:
        items = read_items(state, start, values, ctx.ids, ctx.now_ms)
    except StatesError as problem:
        _fail_map(ctx, execution, start, problem)
        return
    _open(ctx, execution, start, state, items)


def _open(ctx: Context, execution: Execution, start: StartMapRun, state: State, items: list[Any]) -> None:
    try:
        mapping.open_map_run(ctx, execution, start, state, items)
    except StatesError as problem:
        _fail_map(ctx, execution, start, problem)


def _fail_map(ctx: Context, execution: Execution, start: StartMapRun, problem: StatesError) -> None:
    happening = Happening(
        "map_run_failed", start.strand, start.serial, error=problem.error, cause=problem.cause
    )
    step(ctx, execution.machine, execution.id, happening)


def abort_map_runs(ctx: Context, request: dict[str, Any]) -> None:
    """An execution ended before its map runs did."""
    mapping.abort_map_runs(ctx, request["Machine"], request["Id"])


def write_map_results(ctx: Context, request: dict[str, Any]) -> Any:
    """Write the results of a map run to its bucket, and let its execution go on."""
    run = MAP_RUNS.get(ctx, request["MapRun"])
    if run is None:
        return None
    files, manifest = reading.result_files(run, MAP_CHILDREN.values(ctx, run.id))
    try:
        outcome = do_at_once(ctx, lambda ctx: _write(ctx, run, files, manifest))
    except MustWait:
        return Pending(lambda: _write_and_tell(ctx, run, files, manifest))
    mapping.tell_written(ctx, run, outcome)
    return None


async def _write_and_tell(ctx: Context, run: MapRun, files: dict[str, bytes], manifest: str) -> None:
    outcome = await _write(ctx, run, files, manifest)
    await ctx.transact(lambda ctx: mapping.tell_written(ctx, run, outcome))


async def _write(ctx: Context, run: MapRun, files: dict[str, bytes], manifest: str) -> Happening:
    bucket = (run.writer or {}).get("Bucket")
    try:
        for key, content in files.items():
            request = {"Bucket": bucket, "Key": key, "Body": content}
            await ctx.call("s3", "PutObject", request, principal=PRINCIPAL)
    except AwsError as error:
        return Happening("map_run_failed", error="States.ResultWriterFailed", cause=error.message)
    details = {"Bucket": bucket, "Key": manifest}
    return Happening("map_run_succeeded", output={"MapRunArn": run.arn, "ResultWriterDetails": details})


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

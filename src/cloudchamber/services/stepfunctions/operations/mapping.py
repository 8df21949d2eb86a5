"""Distributed Maps: a map run starts child executions, counts how they end, and tells its own execution.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken as PageToken
from cloudchamber.aws.pages import page
from cloudchamber.languages.states import Happening, StartMapRun, State, batches, is_exceeded
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import InvalidToken, ResourceNotFound, ValidationException
from cloudchamber.services.stepfunctions.model import Execution, MapChild, MapRun, Waiting
from cloudchamber.services.stepfunctions.operations.executions import execution_at
from cloudchamber.services.stepfunctions.operations.starting import begin
from cloudchamber.services.stepfunctions.operations.stepping import step
from cloudchamber.services.stepfunctions.records import (
    EXECUTIONS,
    MAP_CHILDREN,
    MAP_RUNS,
    add_map_run,
    keep_definition,
    map_runs_of,
)

AT_ONCE_MAX = 50  # children started in one transaction; the rest follow in the next
_LABEL_LENGTH_MAX = 40


def open_map_run(
    ctx: Context, execution: Execution, start: StartMapRun, state: State, items: list[Any]
) -> None:
    """Begin a map run over items that have been read."""
    processor = state.processor
    assert processor is not None, "a Map has a processor"
    inputs = batches(state, items, start.batch_input)
    label = processor.label or re.sub(r"[^A-Za-z0-9]", "", start.state)[:_LABEL_LENGTH_MAX]
    map_run_id = ctx.ids.uuid()
    arn = ctx.arn(f"mapRun:{execution.machine}/{label}:{map_run_id}", service="states")
    writer = processor.writer_resource and start.writer_arguments
    run = MapRun(
        map_run_id,
        arn,
        execution.machine,
        execution.id,
        start.strand,
        start.serial,
        label,
        start.state,
        ctx.now_ms,
        start.concurrency,
        len(inputs),
        len(items),
        keep_definition(ctx, msgspec.json.encode(processor.source).decode()),
        processor.execution_type,
        tolerated_count=start.tolerated_count,
        tolerated_percentage=start.tolerated_percentage,
        writer=writer or None,
    )
    add_map_run(ctx, run)
    for index, (data, count) in enumerate(inputs):
        text = msgspec.json.encode(data).decode()
        MAP_CHILDREN.put(ctx, MapChild(text, count), run.id, index)
    _tell(ctx, run, Happening("map_run_started", output=arn))
    if not inputs:
        _succeed(ctx, run)
        return
    start_children(ctx, {"MapRun": run.id})


def _tell(ctx: Context, run: MapRun, happening: Happening) -> None:
    happening = msgspec.structs.replace(happening, strand=run.strand, serial=run.serial)
    step(ctx, run.machine, run.execution_id, happening)


def start_children(ctx: Context, request: dict[str, Any]) -> None:
    """Start as many of the children that are left as may run side by side."""
    for _ in range(AT_ONCE_MAX):
        run = MAP_RUNS.get(ctx, request["MapRun"])
        if run is None or run.status != "RUNNING" or run.next >= run.total or run.running >= run.concurrency:
            return
        index = run.next
        MAP_RUNS.put(ctx, msgspec.structs.replace(run, next=index + 1, running=run.running + 1), run.id)
        _start_child(ctx, run, index)
    ctx.later("stepfunctions", "start_map_children", request, order=f"map run {request['MapRun']}")


def _start_child(ctx: Context, run: MapRun, index: int) -> None:
    child = MAP_CHILDREN.get(ctx, run.id, index)
    assert child is not None, "a map run has a child for each of its inputs"
    uuid = ctx.ids.uuid()
    express = run.child_type == "EXPRESS"
    machine = f"{run.machine}/{run.label}"
    name = uuid
    execution_id = f"{name}:{uuid}" if express else name
    kind = "express" if express else "execution"
    MAP_CHILDREN.put(
        ctx, msgspec.structs.replace(child, execution_id=execution_id, status="RUNNING"), run.id, index
    )
    parent = EXECUTIONS.get(ctx, run.machine, run.execution_id)
    assert parent is not None, "an execution is kept for longer than its map runs"
    execution = Execution(
        machine,
        execution_id,
        name,
        ctx.arn(f"{kind}:{machine}:{execution_id}", service="states"),
        uuid,
        run.child_type,
        run.child_definition_id,
        parent.role_arn,
        ctx.arn(f"stateMachine:{machine}", service="states"),
        ctx.now_ms,
        child.input,
        waiting=Waiting(run.id, str(index), 0, 0, "map"),
        logging=parent.logging,
        map_run_arn=run.arn,
    )
    begin(ctx, execution, None)


def child_ended(ctx: Context, execution: Execution) -> None:
    """A child execution ended: count it, and go on."""
    waiting = execution.waiting
    assert waiting is not None, "a child of a map run is waited for"
    run, index = MAP_RUNS.get(ctx, waiting.machine), int(waiting.id)
    child = MAP_CHILDREN.get(ctx, waiting.machine, index)
    if run is None or child is None or child.status != "RUNNING":
        return
    child = msgspec.structs.replace(
        child, status=execution.status, output=execution.output, error=execution.error, cause=execution.cause
    )
    MAP_CHILDREN.put(ctx, child, run.id, index)
    counter = {"SUCCEEDED": "succeeded", "TIMED_OUT": "timed_out", "ABORTED": "aborted"}.get(
        execution.status, "failed"
    )
    counts = {counter: getattr(run, counter) + 1, "running": run.running - 1}
    run = msgspec.structs.replace(run, **counts)
    MAP_RUNS.put(ctx, run, run.id)
    if run.status != "RUNNING":
        return
    failed = _failed_items(ctx, run)
    if is_exceeded(failed, run.items_total, run.tolerated_count, run.tolerated_percentage):
        _fail(ctx, run)
    elif run.running == 0 and run.next >= run.total:
        _succeed(ctx, run)
    else:
        start_children(ctx, {"MapRun": run.id})


def _failed_items(ctx: Context, run: MapRun) -> int:
    if run.failed + run.timed_out + run.aborted == 0:
        return 0
    bad = ("FAILED", "TIMED_OUT", "ABORTED")
    return sum(child.item_count for child in MAP_CHILDREN.values(ctx, run.id) if child.status in bad)


def _fail(ctx: Context, run: MapRun) -> None:
    _close(ctx, run, "FAILED")
    cause = "The specified tolerated failure threshold was exceeded"
    happening = Happening("map_run_failed", error="States.ExceedToleratedFailureThreshold", cause=cause)
    _tell(ctx, run, happening)


def _succeed(ctx: Context, run: MapRun) -> None:
    run = _close(ctx, run, "SUCCEEDED")
    if run.writer:
        ctx.later("stepfunctions", "write_map_results", {"MapRun": run.id})
        return
    done = [child for child in MAP_CHILDREN.values(ctx, run.id) if child.status == "SUCCEEDED"]
    results = [msgspec.json.decode(child.output or "null") for child in done]
    _tell(ctx, run, Happening("map_run_succeeded", output=results))


def _close(ctx: Context, run: MapRun, status: str) -> MapRun:
    """A map run is over: children that run are broken off."""
    run = msgspec.structs.replace(run, status=status, stopped_at_ms=ctx.now_ms)
    MAP_RUNS.put(ctx, run, run.id)
    for child in MAP_CHILDREN.values(ctx, run.id):
        if child.status == "RUNNING":
            step(ctx, f"{run.machine}/{run.label}", child.execution_id, Happening("stop"))
    return MAP_RUNS.get(ctx, run.id) or run


def tell_written(ctx: Context, run: MapRun, happening: Happening) -> None:
    """The results of a map run have been written, or could not be."""
    _tell(ctx, run, happening)


def abort_map_runs(ctx: Context, machine: str, execution_id: str) -> None:
    """An execution ended before its map runs did."""
    for run in map_runs_of(ctx, machine, execution_id):
        if run.status == "RUNNING":
            _close(ctx, run, "ABORTED")


# -- operations


def _map_run(ctx: Context, arn: str) -> MapRun:
    run = MAP_RUNS.get(ctx, arn.rpartition(":")[2])
    if run is None or run.arn != arn:
        raise ResourceNotFound(f"Resource not found: '{arn}'")
    return run


def describe_map_run(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html"""
    run = _map_run(ctx, request["mapRunArn"])
    items: dict[str, int] = dict.fromkeys(
        ("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"), 0
    )
    executions = dict(items)
    for child in MAP_CHILDREN.values(ctx, run.id):
        items[child.status] += child.item_count
        executions[child.status] += 1
    written = run.items_total if run.writer and run.status == "SUCCEEDED" else 0
    answer: dict[str, Any] = {
        "mapRunArn": run.arn,
        "executionArn": ctx.arn(f"execution:{run.machine}:{run.execution_id}", service="states"),
        "status": run.status,
        "startDate": run.started_at_ms / 1000,
        "maxConcurrency": run.concurrency,
        "toleratedFailurePercentage": run.tolerated_percentage or 0.0,
        "toleratedFailureCount": run.tolerated_count or 0,
        "itemCounts": _counts(items, written),
        "executionCounts": _counts(executions, run.total if written else 0),
        "redriveCount": 0,
    }
    if run.stopped_at_ms:
        answer["stopDate"] = run.stopped_at_ms / 1000
    return answer


def _counts(found: dict[str, int], written: int) -> dict[str, int]:
    return {
        "pending": found["PENDING"],
        "running": found["RUNNING"],
        "succeeded": found["SUCCEEDED"],
        "failed": found["FAILED"],
        "timedOut": found["TIMED_OUT"],
        "aborted": found["ABORTED"],
        "total": sum(found.values()),
        "resultsWritten": written,
    }


def list_map_runs(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html"""
    ctx, execution = execution_at(ctx, request["executionArn"])
    runs = map_runs_of(ctx, execution.machine, execution.id)
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    try:
        found, token = page(
            runs, lambda run: f"{run.started_at_ms:020d}{run.id}", size, request.get("nextToken")
        )
    except PageToken:
        raise InvalidToken from None
    listed: list[dict[str, Any]] = []
    for run in found:
        entry: dict[str, Any] = {
            "executionArn": execution.arn,
            "mapRunArn": run.arn,
            "stateMachineArn": f"{execution.machine_arn}/{run.label}",
            "startDate": run.started_at_ms / 1000,
        }
        if run.stopped_at_ms:
            entry["stopDate"] = run.stopped_at_ms / 1000
        listed.append(entry)
    return {"mapRuns": listed} | ({"nextToken": token} if token else {})


def update_map_run(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html"""
    run = _map_run(ctx, request["mapRunArn"])
    if run.status != "RUNNING":
        raise ValidationException("The Map Run is not running")
    changes = {
        name: request[member]
        for member, name in (
            ("maxConcurrency", "concurrency"),
            ("toleratedFailureCount", "tolerated_count"),
            ("toleratedFailurePercentage", "tolerated_percentage"),
        )
        if request.get(member) is not None
    }
    MAP_RUNS.put(ctx, msgspec.structs.replace(run, **changes), run.id)
    start_children(ctx, {"MapRun": run.id})
    return {}

"""Errors: tried again, caught, or passed up until the execution fails.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.states.dataflow import output_of_error
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.machine import Machine
from cloudchamber.languages.states.model import Catcher, Retrier, State
from cloudchamber.languages.states.run import (
    ABORTED,
    FAILED,
    RETRY,
    Ended,
    SetTimer,
    Strand,
)

# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: what States.ALL does not catch.
_BEYOND_ALL = ("States.DataLimitExceeded", "States.Runtime")
_TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
_OF_EVALUATION = ("States.QueryEvaluationError",)
# What the runtime finds while it works on a state names that state in its cause.
_PREFIXED = (
    "States.Runtime", "States.IntrinsicFailure", "States.NoChoiceMatched", "States.ParameterPathFailure",
    "States.ResultPathMatchFailure", "States.QueryEvaluationError",
)  # fmt: skip


def matches(names: tuple[str, ...], error: str) -> bool:
    """Whether an ErrorEquals names an error."""
    for name in names:
        if name == error or (name == "States.Timeout" and error in _TIMEOUTS):
            return True
        if name == "States.ALL" and error not in _BEYOND_ALL:
            return True
        if name == "States.TaskFailed" and error not in (*_BEYOND_ALL, *_TIMEOUTS):
            return True
    return False


def delay_ms(retrier: Retrier, used: int, fraction: float) -> int:
    """How long to wait before the next attempt, after `used` earlier retries."""
    seconds = retrier.interval_seconds * retrier.backoff_rate**used
    if retrier.delay_seconds_max is not None:
        seconds = min(seconds, retrier.delay_seconds_max)
    return int(seconds * 1000 * (fraction if retrier.full_jitter else 1))


def fail_evaluation(machine: Machine, strand: Strand, problem: StatesError) -> None:
    """An expression of the strand's state failed."""
    cause = problem.cause
    if problem.error in _PREFIXED:
        where = f"'{strand.state}' (entered at the event id #{strand.entered_id})"
        cause = f"An error occurred while executing the state {where}. {cause}"
    if problem.error in _OF_EVALUATION:
        machine.record(
            strand,
            "EvaluationFailed",
            error=problem.error,
            cause=cause,
            location=problem.location,
            state=strand.state,
        )
    fail(machine, strand, problem.error, cause)


def fail(machine: Machine, strand: Strand, error: str, cause: str | None) -> None:
    """The strand's state failed: retry it, catch the error, or let the branch fail."""
    state = machine.state_of(strand)
    if _retry(machine, strand, state, error):
        return
    catcher = next((each for each in state.catch if matches(each.error_equals, error)), None)
    if catcher is None:
        _fail_branch(machine, strand, error, cause)
        return
    try:
        _catch(machine, strand, state, catcher, {"Error": error, "Cause": cause or ""})
    except StatesError as problem:  # an expression of the catcher itself
        _fail_branch(machine, strand, problem.error, problem.cause)


def _retry(machine: Machine, strand: Strand, state: State, error: str) -> bool:
    if not strand.retries:
        strand.retries = [0] * len(state.retry)
    for index, retrier in enumerate(state.retry):
        if not matches(retrier.error_equals, error):
            continue
        used = strand.retries[index]
        if used >= retrier.attempts_max:
            return False
        strand.retries[index] = used + 1
        strand.retry_count += 1
        machine.forget_children(strand)
        fraction = machine.chances.fraction() if retrier.full_jitter else 1.0
        at_ms = machine.now_ms + delay_ms(retrier, used, fraction)
        serial = machine.wait(strand, RETRY)
        machine.effects.append(SetTimer(strand.id, serial, at_ms, "retry"))
        return True
    return False


def _catch(machine: Machine, strand: Strand, state: State, catcher: Catcher, error: dict[str, Any]) -> None:
    output, assigned = output_of_error(
        machine,
        strand,
        state,
        error,
        keys=catcher.result_path,
        output=catcher.output,
        assign=catcher.assign,
    )
    machine.forget_children(strand)
    machine.leave(strand, output, assigned, catcher.next)


def _fail_branch(machine: Machine, strand: Strand, error: str, cause: str | None) -> None:
    """Nobody handles the error here: the state around fails with it, or the whole execution."""
    strand.phase, strand.error, strand.cause = FAILED, error, cause
    parent = machine.run.strands.get(strand.parent)
    if parent is None:
        machine.record(strand, "ExecutionFailed", error=error, cause=cause)
        machine.end(Ended("FAILED", error=error, cause=cause))
        return
    around = machine.state_of(parent)
    last_id = strand.last_id
    if around.type == "Map":
        last_id = machine.record(strand, "MapIterationFailed", name=around.name, index=strand.slot)
    for sibling in machine.children(parent):
        abort(machine, sibling)
    machine.record(parent, f"{around.type}StateFailed", last_id)
    fail(machine, parent, error, cause)


def abort(machine: Machine, strand: Strand) -> None:
    """Break off a strand and all below it; what comes for it later is too late."""
    if strand.phase in (FAILED, ABORTED):
        return
    for child in machine.children(strand):
        abort(machine, child)
    kind = machine.state_of(strand).type
    strand.phase, strand.serial = ABORTED, 0
    if kind in ("Map", "Parallel", "Task", "Wait"):
        machine.record(strand, f"{kind}StateAborted")
    parent = machine.run.strands.get(strand.parent)
    if parent and machine.state_of(parent).type == "Map":
        machine.record(strand, "MapIterationAborted", name=parent.state, index=strand.slot)
    machine.ready = type(machine.ready)(each for each in machine.ready if each is not strand)
    machine.finished = type(machine.finished)(each for each in machine.finished if each[0] is not strand)

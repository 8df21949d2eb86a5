"""The interpreter: the state of an execution and what happens to it give its next state, events and effects.

Pure but for the chances that are passed in: no clock, no I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.languages.states.branching import (
    child_ended,
    do_map,
    do_parallel,
    map_run_failed,
    map_run_started,
    map_run_succeeded,
)
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.failing import abort, fail_evaluation
from cloudchamber.languages.states.machine import EVENTS_MAX, Machine, TokenOf
from cloudchamber.languages.states.model import Definition, State
from cloudchamber.languages.states.run import (
    ABORTED,
    FAILED,
    MAP_RUN,
    RETRY,
    ROOT,
    TASK,
    WAIT,
    Effect,
    Ended,
    Happening,
    Recorded,
    Run,
    Strand,
)
from cloudchamber.languages.states.scope import Chances, as_json
from cloudchamber.languages.states.simple import do_choice, do_fail, do_pass, do_succeed, do_wait, end_wait
from cloudchamber.languages.states.tasks import (
    beat,
    do_task,
    task_failed,
    task_started,
    task_submitted,
    task_succeeded,
    task_too_late,
)

Do = Callable[[Machine, Strand, State], None]
On = Callable[[Machine, Strand, State, Happening], None]


class Advance(msgspec.Struct, frozen=True):
    """What one step gives: the run as it is now, the events it wrote and the effects it wants."""

    run: Run
    events: list[Recorded]
    effects: list[Effect]


def advance(
    definition: Definition,
    run: Run,
    happening: Happening,
    *,
    now_ms: int,
    chances: Chances,
    token_of: TokenOf,
    events_max: int | None = EVENTS_MAX,
) -> Advance | None:
    """The next step of an execution, or None when what happens comes too late and changes nothing.

    `run` is used up: go on with the one that comes back. `token_of`: the task token of a strand and a serial.
    `events_max`: at so many events the execution fails (F053); None for Express.
    """
    if run.ended and happening.kind != "redrive":
        return None
    machine = Machine(definition, run, now_ms, chances, token_of)
    if happening.kind in _WHOLE:
        _WHOLE[happening.kind](machine, happening)
    else:
        strand = run.strands.get(happening.strand)
        if strand is None or strand.serial != happening.serial or not _guarded(machine, strand, happening):
            return None
    _run(machine, events_max)
    return Advance(run, machine.events, machine.effects)


def _guarded(machine: Machine, strand: Strand, happening: Happening) -> bool:
    """Let a strand go on with what came for it; whether it was waiting for that."""
    state = machine.state_of(strand)
    if happening.kind == "timer":
        on = _TIMERS.get((strand.phase, happening.timer))
    else:
        on = _EVENTS.get((strand.phase, happening.kind))
    if on is None:
        return False
    try:
        on(machine, strand, state, happening)
    except StatesError as problem:
        fail_evaluation(machine, strand, problem)
    return True


def _run(machine: Machine, events_max: int | None) -> None:
    """Go on until everything waits."""
    while not machine.run.ended and (machine.ready or machine.finished):
        if events_max is not None and machine.run.event_count >= events_max - 2:
            _fail_for_size(machine)
            return
        if machine.finished:
            strand, output = machine.finished.popleft()
            _end(machine, strand, output)
            continue
        strand = machine.ready.popleft()
        try:
            do_state(machine, strand)
        except StatesError as problem:
            fail_evaluation(machine, strand, problem)


def do_state(machine: Machine, strand: Strand) -> None:
    """Do the work of the strand's state, or begin it. Raises StatesError when an expression fails."""
    state = machine.state_of(strand)
    _DO[state.type](machine, strand, state)


def _end(machine: Machine, strand: Strand, output: Any) -> None:
    if strand.parent != ROOT:
        parent = machine.run.strands[strand.parent]
        try:
            child_ended(machine, strand, output)
        except StatesError as problem:
            fail_evaluation(machine, parent, problem)
        return
    machine.record(strand, "ExecutionSucceeded", output=as_json(output), outputDetails={"truncated": False})
    machine.end(Ended("SUCCEEDED", output))


def _fail_for_size(machine: Machine) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-state-machine-executions"""
    error, cause = "States.Runtime", "The execution reached the maximum number of history events (25000)."
    machine.record(_root(machine), "ExecutionFailed", error=error, cause=cause)
    machine.end(Ended("FAILED", error=error, cause=cause))


def _root(machine: Machine) -> Strand:
    return next(strand for strand in machine.run.strands.values() if strand.parent == ROOT)


# -- what happens to the whole execution


def _begin(machine: Machine, happening: Happening) -> None:
    facts = machine.run.facts["Execution"]
    start_at = machine.definition.start_at
    details = {"input": as_json(facts["Input"]), "inputDetails": {"truncated": False}}
    machine.record(None, "ExecutionStarted", roleArn=facts["RoleArn"], **details, **(happening.output or {}))
    strand = machine.start_strand(None, 0, start_at, facts["Input"])
    strand.last_id = 0  # AWS: the first state's event has no previous one either
    machine.enter(strand, start_at, facts["Input"])


def _stop(machine: Machine, happening: Happening) -> None:
    root = _root(machine)
    abort(machine, root)
    machine.record(root, "ExecutionAborted", error=happening.error, cause=happening.cause)
    machine.end(Ended("ABORTED", error=happening.error, cause=happening.cause))


def _time_out(machine: Machine, happening: Happening) -> None:
    root = _root(machine)
    abort(machine, root)
    machine.record(root, "ExecutionTimedOut", error="States.Timeout")
    machine.end(Ended("TIMED_OUT", error="States.Timeout"))


def _redrive(machine: Machine, happening: Happening) -> None:
    """Go on where the execution failed: every strand that failed or was broken off begins its state anew.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    run = machine.run
    run.ended = False
    redriven = machine.record(None, "ExecutionRedriven", run.event_count, redriveCount=happening.output)
    parents = {strand.parent for strand in run.strands.values()}
    for strand in list(run.strands.values()):
        if strand.phase not in (FAILED, ABORTED):
            continue
        strand.retries, strand.retry_count, strand.error, strand.cause = [], 0, None, None
        strand.last_id = redriven
        if strand.id in parents:
            machine.wait(strand, "children")
        else:
            machine.ready.append(strand)


_WHOLE: dict[str, Callable[[Machine, Happening], None]] = {
    "begin": _begin,
    "redrive": _redrive,
    "stop": _stop,
    "time_out": _time_out,
}


# -- what happens to a strand


def _again(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    machine.ready.append(strand)


def _timed_out(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    task_too_late(machine, strand, state, happening.timer)


_TIMERS: dict[tuple[str, str], On] = {
    (RETRY, "retry"): _again,
    (TASK, "heartbeat"): _timed_out,
    (TASK, "timeout"): _timed_out,
    (WAIT, "wait"): lambda machine, strand, state, happening: end_wait(machine, strand, state),
}
_EVENTS: dict[tuple[str, str], On] = {
    (MAP_RUN, "map_run_failed"): map_run_failed,
    (MAP_RUN, "map_run_started"): map_run_started,
    (MAP_RUN, "map_run_succeeded"): map_run_succeeded,
    (TASK, "beat"): lambda machine, strand, state, happening: beat(machine, strand),
    (TASK, "submit_failed"): task_failed,
    (TASK, "task_failed"): task_failed,
    (TASK, "task_started"): task_started,
    (TASK, "task_submitted"): task_submitted,
    (TASK, "task_succeeded"): task_succeeded,
}
_DO: dict[str, Do] = {
    "Choice": do_choice,
    "Fail": do_fail,
    "Map": do_map,
    "Parallel": do_parallel,
    "Pass": do_pass,
    "Succeed": do_succeed,
    "Task": do_task,
    "Wait": do_wait,
}

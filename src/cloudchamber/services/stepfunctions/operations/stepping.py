"""An execution goes on: its state is read, advanced and written, and what it wants done is put into the outbox.

Each step is one transaction, so that an execution goes on after the death of the process exactly where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.states import (
    Definition,
    Effect,
    Ended,
    Happening,
    Recorded,
    Run,
    SetTimer,
    StartMapRun,
    StartTask,
    advance,
    resource_of,
)
from cloudchamber.languages.states.resources import ACTIVITY
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.live import Compiled
from cloudchamber.services.stepfunctions.model import ActivityTask, Event, Execution, StateMachine
from cloudchamber.services.stepfunctions.operations.ending import end_execution
from cloudchamber.services.stepfunctions.records import (
    ACTIVITIES,
    EXECUTIONS,
    FAILED_RUNS,
    MACHINES,
    RUNS,
    definition_text,
    keep_history,
    put_activity_task,
)
from cloudchamber.services.stepfunctions.rules.arns import Token, activity_of, token_text
from cloudchamber.services.stepfunctions.rules.logging import log_entries

PRINCIPAL = "states.amazonaws.com"


def definition_of(ctx: Context, definition_id: str) -> Definition:
    """A definition by its id, compiled."""
    live: Compiled = ctx.live
    return live.get(ctx.account, ctx.region, definition_id, lambda: definition_text(ctx, definition_id))


def step(ctx: Context, machine: str, execution_id: str, happening: Happening) -> bool:
    """Tell an execution what happened; whether it was waiting for that."""
    run = RUNS.get(ctx, machine, execution_id)
    execution = EXECUTIONS.get(ctx, machine, execution_id)
    if run is None or execution is None or execution.status != "RUNNING":
        return False
    owner = MACHINES.get(ctx, machine)
    if owner and owner.status == "DELETING" and happening.kind != "stop":
        happening = Happening("stop")
    return go_on(ctx, execution, run, happening, owner)


def go_on(
    ctx: Context, execution: Execution, run: Run, happening: Happening, owner: StateMachine | None = None
) -> bool:
    """Advance an execution from `run`."""
    definition = definition_of(ctx, execution.definition_id)
    standard = execution.type == "STANDARD"
    before = execution.redriven_at_ms or execution.started_at_ms

    def token(strand: int, serial: int) -> str:
        where = (ctx.account, ctx.region, execution.machine, execution.id, execution.uuid)
        return token_text(Token(*where, strand, serial))

    step_taken = advance(
        definition,
        run,
        happening,
        now_ms=max(ctx.now_ms, before),
        chances=ctx.ids,
        token_of=token,
        events_max=limits.HISTORY_EVENTS_MAX if standard else None,
    )
    if step_taken is None:
        return False
    _record(ctx, execution, step_taken.events)
    ended = next((each for each in step_taken.effects if isinstance(each, Ended)), None)
    if ended:
        RUNS.delete(ctx, execution.machine, execution.id)
        if standard and ended.status != "SUCCEEDED":
            FAILED_RUNS.put(ctx, step_taken.run, execution.machine, execution.id)
        end_execution(ctx, execution, ended, owner)
        return True
    RUNS.put(ctx, step_taken.run, execution.machine, execution.id)
    for effect in step_taken.effects:
        _EFFECTS[type(effect)](ctx, execution, effect)
    return True


def _record(ctx: Context, execution: Execution, events: list[Recorded]) -> None:
    """Write the history, which Express has in its log only."""
    if execution.type == "STANDARD":
        now_ms = ctx.now_ms
        kept = [Event(each.id, each.previous_id, each.type, now_ms, each.details) for each in events]
        keep_history(ctx, execution, kept)
    if execution.logging.get("level", "OFF") != "OFF":
        for group, messages in log_entries(execution, events, ctx.now_ms):
            written = {
                "Group": group,
                "Stream": log_stream(execution),
                "Messages": messages,
                "AtMs": ctx.now_ms,
            }
            ctx.later("stepfunctions", "write_log", written, order=f"log {execution.uuid}")


def log_stream(execution: Execution) -> str:
    """https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
    return f"states/{execution.machine}/{execution.uuid[:8]}"


def _start_task(ctx: Context, execution: Execution, effect: Any) -> None:
    start: StartTask = effect
    resource = resource_of(start.resource)
    if resource.kind != ACTIVITY:
        ctx.later("stepfunctions", "perform_task", _request(execution, start))
        return
    arn, name = activity_of(start.resource)
    there = ctx.elsewhere(account=arn.account, region=arn.region)
    if not ACTIVITIES.has(there, name):
        failure = {"Error": "States.Runtime", "Cause": f"Activity Does Not Exist: '{start.resource}'"}
        ctx.later("stepfunctions", "fail_task", _request(execution, start) | failure)
        return
    text = msgspec.json.encode(start.payload).decode()
    put_activity_task(
        there,
        name,
        ActivityTask(execution.machine, execution.id, start.strand, start.serial, start.token, text),
    )


def _request(execution: Execution, start: StartTask) -> dict[str, Any]:
    return {
        "Machine": execution.machine,
        "Id": execution.id,
        "Strand": start.strand,
        "Serial": start.serial,
        "Resource": start.resource,
        "Payload": start.payload,
    }


def _set_timer(ctx: Context, execution: Execution, effect: Any) -> None:
    timer: SetTimer = effect
    request = {
        "Machine": execution.machine,
        "Id": execution.id,
        "Uuid": execution.uuid,
        "Strand": timer.strand,
        "Serial": timer.serial,
        "Timer": timer.timer,
    }
    ctx.later("stepfunctions", "fire_timer", request, due_at_ms=timer.at_ms)


def _start_map_run(ctx: Context, execution: Execution, effect: Any) -> None:
    request = {
        "Machine": execution.machine,
        "Id": execution.id,
        "MapRun": msgspec.to_builtins(effect),
    }
    ctx.later("stepfunctions", "start_map_run", request)


_EFFECTS: dict[type[Effect], Callable[[Context, Execution, Any], None]] = {
    SetTimer: _set_timer,
    StartMapRun: _start_map_run,
    StartTask: _start_task,
}

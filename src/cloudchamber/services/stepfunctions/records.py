"""Where Step Functions keeps its values: the only place that reads and writes them.

Keys lie in the account and region of the context:
  machines (name), versions (machine, number), aliases (machine, name), definitions (id): a definition's text
  executions (machine, id), by_time (machine, instant, id): the same in order of their start
  runs (machine, id): the state of an execution that goes on; failed_runs (machine, id): of one that could be redriven
  history (machine, id, event id): the events of one step under the id of the first
  activities (name), activity_tasks (activity, serial)
  nested (machine, id, its machine, its id): executions that one waits for with `.sync`
  map_runs (id), map_children (map run, index), map_runs_of (machine, execution, instant, id)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cloudchamber.aws import Collection, Context
from cloudchamber.languages.states import Run
from cloudchamber.services.stepfunctions.model import (
    Activity,
    ActivityTask,
    Alias,
    Event,
    Execution,
    MapChild,
    MapRun,
    StateMachine,
    Version,
    Waiting,
)

ACTIVITIES = Collection("stepfunctions", "activities", Activity)
ACTIVITY_TASKS = Collection("stepfunctions", "activity_tasks", ActivityTask)
ALIASES = Collection("stepfunctions", "aliases", Alias)
BY_TIME = Collection("stepfunctions", "by_time", int)
DEFINITIONS = Collection("stepfunctions", "definitions", str)
EXECUTIONS = Collection("stepfunctions", "executions", Execution)
FAILED_RUNS = Collection("stepfunctions", "failed_runs", Run)
HISTORY = Collection("stepfunctions", "history", list[Event])
MACHINES = Collection("stepfunctions", "machines", StateMachine)
MAP_CHILDREN = Collection("stepfunctions", "map_children", MapChild)
MAP_RUNS = Collection("stepfunctions", "map_runs", MapRun)
MAP_RUNS_OF = Collection("stepfunctions", "map_runs_of", int)
NESTED = Collection("stepfunctions", "nested", int)
RUNS = Collection("stepfunctions", "runs", Run)
VERSIONS = Collection("stepfunctions", "versions", Version)


def keep_definition(ctx: Context, text: str) -> str:
    """Keep a definition's text once, however often it is used; its id."""
    definition_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    if not DEFINITIONS.has(ctx, definition_id):
        DEFINITIONS.put(ctx, text, definition_id)
    return definition_id


def definition_text(ctx: Context, definition_id: str) -> str:
    """The text of a definition that is in use."""
    text = DEFINITIONS.get(ctx, definition_id)
    assert text is not None, "definitions are kept for as long as anything may name them"
    return text


def keep_execution(ctx: Context, execution: Execution) -> None:
    """Write an execution."""
    EXECUTIONS.put(ctx, execution, execution.machine, execution.id)


def add_execution(ctx: Context, execution: Execution) -> None:
    """Write a new execution, and where it stands among those of its state machine."""
    keep_execution(ctx, execution)
    BY_TIME.put(ctx, 0, execution.machine, execution.started_at_ms, execution.id)


def newest_first(ctx: Context, machine: str, before: tuple[int, str] | None) -> Iterator[Execution]:
    """Executions of a state machine, the newest first, from the one that began behind `before` (instant and id)."""
    for key, _ in BY_TIME.scan(ctx, machine, before=before, reverse=True):
        execution = EXECUTIONS.get(ctx, machine, str(key[2]))
        if execution:
            yield execution


def add_nested(ctx: Context, waiting: Waiting, nested: Execution) -> None:
    """One execution waits for another."""
    NESTED.put(ctx, 0, waiting.machine, waiting.id, nested.machine, nested.id)


def nested_in(ctx: Context, execution: Execution) -> list[tuple[str, str]]:
    """The machines and ids of executions that one has waited for, or does."""
    return [(str(key[2]), str(key[3])) for key, _ in NESTED.scan(ctx, execution.machine, execution.id)]


def keep_history(ctx: Context, execution: Execution, events: list[Event]) -> None:
    """Write the events of one step of an execution."""
    if events:
        HISTORY.put(ctx, events, execution.machine, execution.id, events[0].id)


def history(ctx: Context, execution: Execution, after: int, limit: int) -> list[Event]:
    """Up to `limit` events with ids above `after`, in order."""
    key = (execution.machine, execution.id)
    begin = next(
        (found[2] for found, _ in HISTORY.scan(ctx, *key, before=(after + 2,), reverse=True, limit=1)), 0
    )
    found: list[Event] = []
    for _, events in HISTORY.scan(ctx, *key, since=(begin,)):
        found += [event for event in events if event.id > after]
        if len(found) >= limit:
            break
    return found[:limit]


def history_backwards(ctx: Context, execution: Execution, before: int | None, limit: int) -> list[Event]:
    """Up to `limit` events with ids below `before`, the newest first."""
    bounds = None if before is None else (before,)
    found: list[Event] = []
    for _, events in HISTORY.scan(ctx, execution.machine, execution.id, before=bounds, reverse=True):
        found += [event for event in reversed(events) if before is None or event.id < before]
        if len(found) >= limit:
            break
    return found[:limit]


def remove_execution(ctx: Context, execution: Execution) -> None:
    """Forget an execution and all of it."""
    machine, execution_id = execution.machine, execution.id
    for collection in (EXECUTIONS, RUNS, FAILED_RUNS):
        collection.delete(ctx, machine, execution_id)
    HISTORY.delete_all(ctx, machine, execution_id)
    NESTED.delete_all(ctx, machine, execution_id)
    BY_TIME.delete(ctx, machine, execution.started_at_ms, execution_id)


def add_map_run(ctx: Context, run: MapRun) -> None:
    """Write a new map run, and whose it is."""
    MAP_RUNS.put(ctx, run, run.id)
    MAP_RUNS_OF.put(ctx, 0, run.machine, run.execution_id, run.started_at_ms, run.id)


def map_runs_of(ctx: Context, machine: str, execution_id: str) -> list[MapRun]:
    """The map runs of an execution, in the order of their start."""
    keys = [key for key, _ in MAP_RUNS_OF.scan(ctx, machine, execution_id)]
    found = [MAP_RUNS.get(ctx, str(key[3])) for key in keys]
    return [run for run in found if run]


def put_activity_task(ctx: Context, activity: str, task: ActivityTask) -> None:
    """Let a task wait for a worker, and wake one."""
    ACTIVITY_TASKS.put(ctx, task, activity, ctx.serial())
    ctx.signal("activity", activity)

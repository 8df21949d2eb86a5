"""Plays a definition without a cloud: tasks are Python functions, time jumps from timer to timer."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from cloudchamber.clock import Ids
from cloudchamber.languages import states

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:HelloWorld"


class TaskError(Exception):
    """What a task of a test fails with."""

    def __init__(self, error: str, cause: str = "") -> None:
        self.error, self.cause = error, cause


class Played(NamedTuple):
    """How an execution went."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    events: list[states.Recorded]
    ended_at_ms: int

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]


def play(
    definition: dict[str, Any],
    data: Any = None,
    tasks: dict[str, Callable[[Any], Any]] | None = None,
    *,
    events_max: int | None = 25_000,
) -> Played:
    """Run a definition to its end. A task whose function gives None for `...` never answers."""
    text = json.dumps(definition)
    assert states.validate(text) == []
    compiled = states.compile_text(text)
    facts = {
        "Execution": {"Id": "e", "Input": data, "Name": "n", "RoleArn": "arn:aws:iam::123456789012:role/r"},
        "StateMachine": {"Id": MACHINE, "Name": "HelloWorld"},
    }
    run, ids, now_ms, count = states.Run(facts), Ids(0), 0, 0
    events: list[states.Recorded] = []
    due: list[tuple[int, int, states.Happening]] = [(0, 0, states.Happening("begin"))]
    while due:
        now_ms, _, happening = heapq.heappop(due)
        # what is kept between two steps is bytes: nothing may depend on shared objects
        run = msgspec.msgpack.decode(msgspec.msgpack.encode(run), type=states.Run)
        step = states.advance(
            compiled, run, happening, now_ms=now_ms, chances=ids, token_of=lambda strand, serial: f"token-{strand}-{serial}",
            events_max=events_max,
        )  # fmt: skip
        if step is None:
            continue
        run = step.run
        events += step.events
        for effect in step.effects:
            count += 1
            if isinstance(effect, states.Ended):
                return Played(effect.status, effect.output, effect.error, effect.cause, events, now_ms)
            if isinstance(effect, states.SetTimer):
                timer = states.Happening("timer", effect.strand, effect.serial, timer=effect.timer)
                heapq.heappush(due, (effect.at_ms, count, timer))
            elif isinstance(effect, states.StartTask):
                outcome = _perform(effect, (tasks or {})[effect.resource])
                if outcome:
                    heapq.heappush(due, (now_ms, count, outcome))
    return Played("RUNNING", None, None, None, events, now_ms)


def _perform(effect: states.StartTask, task: Callable[[Any], Any]) -> states.Happening | None:
    try:
        output = task(effect.payload)
    except TaskError as error:
        return states.Happening(
            "task_failed", effect.strand, effect.serial, error=error.error, cause=error.cause
        )
    return None if output is ... else states.Happening("task_succeeded", effect.strand, effect.serial, output)


def machine(**named: Any) -> dict[str, Any]:
    """A definition of states in a row, each by its name; the first one is where it starts."""
    names = list(named)
    chained = {}
    for name, following in zip(names, [*names[1:], None], strict=True):
        state = dict(named[name])
        if state["Type"] not in ("Choice", "Succeed", "Fail") and "Next" not in state and "End" not in state:
            state |= {"Next": following} if following else {"End": True}
        chained[name] = state
    return {"StartAt": names[0], "States": chained}

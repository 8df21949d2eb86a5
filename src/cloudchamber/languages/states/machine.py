"""One step of an execution under way: what all kinds of states need of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.model import Definition, State
from cloudchamber.languages.states.run import (
    READY,
    ROOT,
    Effect,
    Ended,
    Item,
    Recorded,
    Run,
    Strand,
)
from cloudchamber.languages.states.scope import Chances, Scope, as_json

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
DATA_BYTES_MAX = 262_144
EVENTS_MAX = 25_000

TokenOf = Callable[[int, int], str]


@lru_cache(maxsize=64)
def timestamp(at_ms: int) -> str:
    """An instant as the context object writes it."""
    whole = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at_ms % 1000:03d}Z"


class Machine:
    """The working place of one `advance`: the run as it changes, events recorded, effects wanted."""

    def __init__(
        self, definition: Definition, run: Run, now_ms: int, chances: Chances, token_of: TokenOf
    ) -> None:
        self.definition, self.run, self.now_ms, self.chances = definition, run, now_ms, chances
        self.token_of = token_of
        self.events: list[Recorded] = []
        self.effects: list[Effect] = []
        self.ready: deque[Strand] = deque()
        self.finished: deque[tuple[Strand, Any]] = deque()

    # -- history

    def record(self, strand: Strand | None, kind: str, previous_id: int | None = None, **details: Any) -> int:
        """Write an event behind the strand's last one, or behind `previous_id`; details that are None are left out."""
        self.run.event_count += 1
        event_id = self.run.event_count
        if previous_id is None:
            previous_id = strand.last_id if strand else 0
        if strand:
            strand.last_id = event_id
        kept = {name: value for name, value in details.items() if value is not None}
        self.events.append(Recorded(event_id, previous_id, kind, kept))
        return event_id

    # -- views

    def state_of(self, strand: Strand) -> State:
        return self.definition.states[strand.state]

    def context(self, strand: Strand, token: str = "") -> dict[str, Any]:
        """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
        context = dict(self.run.facts)
        context["State"] = {
            "EnteredTime": timestamp(strand.entered_at_ms),
            "Name": strand.state,
            "RetryCount": strand.retry_count,
        }
        if token:
            context["Task"] = {"Token": token}
        item = self._item_around(strand)
        if item:
            context["Map"] = {"Item": item_context(item)}
        return context

    def _item_around(self, strand: Strand) -> Item | None:
        while strand.item is None and strand.parent in self.run.strands:
            strand = self.run.strands[strand.parent]
        return strand.item

    def scope(self, strand: Strand, data: Any, *, token: str = "", **states: Any) -> Scope:
        """What the expressions of the strand's state see: `data` as `$`, `states` as members of `$states`."""
        context = self.context(strand, token)
        if self.state_of(strand).jsonata:
            states = {"input": strand.input, "context": context, **states}
        return Scope(data, context, strand.variables, self.chances, self.now_ms, states)

    # -- going on

    def start_strand(
        self, parent: Strand | None, slot: int, state: str, data: Any, item: Item | None = None
    ) -> Strand:
        """A new line of control; it does not begin before `enter`."""
        self.run.strand_count += 1
        strand = Strand(
            self.run.strand_count,
            parent.id if parent else ROOT,
            slot,
            state,
            data,
            dict(parent.variables) if parent else {},
            last_id=parent.last_id if parent else self.run.event_count,
            item=item,
        )
        self.run.strands[strand.id] = strand
        return strand

    def enter(self, strand: Strand, name: str, data: Any) -> None:
        """Enter a state with its input."""
        strand.state, strand.input, strand.phase = name, data, READY
        strand.entered_at_ms, strand.retries, strand.retry_count = self.now_ms, [], 0
        self.forget_children(strand)
        kind = self.state_of(strand).type
        strand.entered_id = self.record(
            strand, f"{kind}StateEntered", name=name, input=as_json(data), inputDetails={"truncated": False}
        )
        self.ready.append(strand)

    def leave(self, strand: Strand, output: Any, assigned: dict[str, Any] | None, target: str | None) -> None:
        """Leave the state with its output, for the state `target`, or to the end of the branch."""
        text = as_json(output)
        if len(text.encode()) > DATA_BYTES_MAX:
            raise too_large(strand.state)
        details: dict[str, Any] = {}
        if assigned:
            if len(as_json(assigned).encode()) > DATA_BYTES_MAX:
                raise too_large(strand.state)
            strand.variables.update(assigned)
            details["assignedVariables"] = {name: as_json(value) for name, value in assigned.items()}
            details["assignedVariablesDetails"] = {"truncated": False}
        kind = self.state_of(strand).type
        self.record(
            strand,
            f"{kind}StateExited",
            name=strand.state,
            output=text,
            outputDetails={"truncated": False},
            **details,
        )
        if target is None:
            self.finished.append((strand, output))
        else:
            self.enter(strand, target, output)

    def wait(self, strand: Strand, phase: str) -> int:
        """The strand waits from now on; the serial of what it waits for."""
        self.run.serial_count += 1
        strand.phase, strand.serial = phase, self.run.serial_count
        return strand.serial

    def forget_children(self, strand: Strand) -> None:
        """Drop every strand below this one."""
        strand.pending, strand.results, strand.size = [], {}, 0
        for child in self.children(strand):
            self.forget_children(child)
            del self.run.strands[child.id]

    def children(self, strand: Strand) -> list[Strand]:
        return [each for each in self.run.strands.values() if each.parent == strand.id]

    def end(self, ended: Ended) -> None:
        """The execution is over."""
        self.run.ended = True
        self.effects.append(ended)
        self.ready.clear()
        self.finished.clear()


def item_context(item: Item) -> dict[str, Any]:
    """`$$.Map.Item`; the key is there when a JSON object is iterated."""
    found = {"Index": item.index, "Value": item.value}
    return found if item.key is None else {**found, "Key": item.key}


def too_large(state: str) -> StatesError:
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    return StatesError(
        "States.DataLimitExceeded",
        f"The state/task '{state}' returned a result with a size exceeding the maximum number of bytes service limit.",
    )

"""Parallel and Map: strands below a strand.

https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.languages.states.dataflow import effective_input, output_of_result, selected_input
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.failing import fail
from cloudchamber.languages.states.jsonata import ERROR
from cloudchamber.languages.states.machine import Machine, item_context
from cloudchamber.languages.states.model import State
from cloudchamber.languages.states.run import CHILDREN, MAP_RUN, Happening, Item, StartMapRun, Strand
from cloudchamber.languages.states.scope import Scope, as_json
from cloudchamber.languages.states.templates import Template

# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
INLINE_CONCURRENCY_MAX = 40
# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
DISTRIBUTED_CONCURRENCY_MAX = 10_000


def do_parallel(machine: Machine, strand: Strand, state: State) -> None:
    data = effective_input(machine, strand, state)
    machine.forget_children(strand)
    machine.wait(strand, CHILDREN)
    started = machine.record(strand, "ParallelStateStarted")
    strand.size = len(state.branches)
    for slot, start_at in enumerate(state.branches):
        child = machine.start_strand(strand, slot, start_at, data)
        child.last_id = started
        machine.enter(child, start_at, data)


def do_map(machine: Machine, strand: Strand, state: State) -> None:
    processor = state.processor
    assert processor is not None, "a valid Map has a processor"
    machine.forget_children(strand)
    scope = machine.scope(strand, selected_input(machine, strand, state))
    concurrency = _number(state, "MaxConcurrency", state.concurrency, scope) or 0
    if processor.distributed:
        _start_map_run(machine, strand, state, scope, int(concurrency))
        return
    items = _items(state, scope)
    strand.pending, strand.size = items, len(items)
    strand.concurrency = min(int(concurrency) or INLINE_CONCURRENCY_MAX, INLINE_CONCURRENCY_MAX)
    machine.wait(strand, CHILDREN)
    machine.record(strand, "MapStateStarted", length=len(items))
    if not items:
        _finish(machine, strand, state)
        return
    _start_iterations(machine, strand, state)


def _number(state: State, field: str, template: Template | None, scope: Scope) -> float | None:
    if template is None:
        return None
    value = template(scope)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        cause = f"The value of '{field}' must be a non-negative number, but was: {value}"
        raise StatesError(ERROR if state.jsonata else "States.Runtime", cause, location=field)
    return value


def _items(state: State, scope: Scope) -> list[Item]:
    if state.jsonata:
        value = state.items(scope) if state.items else scope.states["input"]
    else:
        value = state.items(scope)["ItemsPath"] if state.items else scope.data
    if isinstance(value, list):
        return [Item(index, each) for index, each in enumerate(value)]
    if isinstance(value, dict) and (state.jsonata or (state.processor and state.processor.distributed)):
        return [Item(index, each, key) for index, (key, each) in enumerate(value.items())]
    if state.jsonata:
        cause = f"The field 'Items' must give an array or an object, but gave: {as_json(value)}"
        raise StatesError(ERROR, cause, location="Items")
    raise StatesError("States.Runtime", f"Reference path must point to array, but found: {as_json(value)}")


def item_input(state: State, scope: Scope, item: Item) -> Any:
    """The input of an iteration: the item itself, or what ItemSelector makes of it."""
    if state.item_selector is None:
        return item.value if item.key is None else {"Key": item.key, "Value": item.value}
    context = {**scope.context, "Map": {"Item": item_context(item)}}
    states = {**scope.states, "context": context} if scope.states else {}
    return state.item_selector(msgspec.structs.replace(scope, context=context, states=states))


def _start_iterations(machine: Machine, strand: Strand, state: State) -> None:
    """Start as many of the items that are left as may run side by side."""
    assert state.processor is not None, "a valid Map has a processor"
    running = len(machine.children(strand))
    room = strand.concurrency - running
    if room <= 0 or not strand.pending:
        return
    now, strand.pending = strand.pending[:room], strand.pending[room:]
    scope = machine.scope(strand, selected_input(machine, strand, state))
    for item in now:
        data = item_input(state, scope, item)
        child = machine.start_strand(strand, item.index, state.processor.start_at, data, item)
        machine.record(child, "MapIterationStarted", name=strand.state, index=item.index)
        machine.enter(child, state.processor.start_at, data)


def child_ended(machine: Machine, child: Strand, output: Any) -> None:
    """A branch or an iteration came to its end."""
    parent = machine.run.strands[child.parent]
    state = machine.state_of(parent)
    if state.type == "Map":
        machine.record(child, "MapIterationSucceeded", name=parent.state, index=child.slot)
    parent.last_id = child.last_id
    parent.results[child.slot] = output
    del machine.run.strands[child.id]
    if len(parent.results) == parent.size:
        _finish(machine, parent, state)
    elif state.type == "Map":
        _start_iterations(machine, parent, state)


def _finish(machine: Machine, strand: Strand, state: State) -> None:
    results = [strand.results[slot] for slot in range(strand.size)]
    machine.record(strand, f"{state.type}StateSucceeded")
    output, assigned = output_of_result(machine, strand, state, results)
    machine.leave(strand, output, assigned, state.next)


# -- distributed Maps


def _start_map_run(machine: Machine, strand: Strand, state: State, scope: Scope, concurrency: int) -> None:
    processor = state.processor
    assert processor is not None, "a valid Map has a processor"
    items = None if processor.reader else _items(state, scope)
    tolerated_count = _number(state, "ToleratedFailureCount", processor.tolerated_count, scope)
    percentage = _number(state, "ToleratedFailurePercentage", processor.tolerated_percentage, scope)
    serial = machine.wait(strand, MAP_RUN)
    machine.record(strand, "MapStateStarted", length=len(items or ()))
    if items is not None:
        items = [Item(each.index, item_input(state, scope, each)) for each in items]
    machine.effects.append(
        StartMapRun(
            strand.id,
            serial,
            strand.state,
            strand.input,
            strand.variables,
            items,
            min(concurrency or DISTRIBUTED_CONCURRENCY_MAX, DISTRIBUTED_CONCURRENCY_MAX),
            None if tolerated_count is None else int(tolerated_count),
            percentage,
            processor.reader(scope) if processor.reader else None,
            processor.writer(scope) if processor.writer else None,
            processor.batch_input(scope) if processor.batch_input else None,
            machine.context(strand),
        )
    )


def map_run_started(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    machine.record(strand, "MapRunStarted", mapRunArn=happening.output)


def map_run_succeeded(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    machine.record(strand, "MapRunSucceeded")
    machine.record(strand, "MapStateSucceeded")
    output, assigned = output_of_result(machine, strand, state, happening.output)
    machine.leave(strand, output, assigned, state.next)


def map_run_failed(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    machine.record(strand, "MapRunFailed", error=happening.error, cause=happening.cause)
    machine.record(strand, "MapStateFailed")
    fail(machine, strand, happening.error or "", happening.cause)

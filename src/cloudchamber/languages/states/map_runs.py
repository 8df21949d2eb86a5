"""The items of a distributed Map: selected, limited and grouped into the inputs of its child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.states.branching import item_input
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.model import State
from cloudchamber.languages.states.run import Item, StartMapRun
from cloudchamber.languages.states.scope import Chances, Scope, as_json

INPUT_BYTES_MAX = 262_144


def read_items(
    state: State, start: StartMapRun, values: list[Any], chances: Chances, now_ms: int
) -> list[Any]:
    """What the iterations get of values that the Map's reader read: as many as it wants, through ItemSelector."""
    assert state.processor is not None, "a Map has a processor"
    most = state.processor.reader_config.get("MaxItems") or len(values)
    states = {"input": start.input, "context": start.context} if state.jsonata else {}
    scope = Scope(start.input, start.context, start.variables, chances, now_ms, states)
    return [item_input(state, scope, Item(index, value)) for index, value in enumerate(values[:most])]


def batches(state: State, items: list[Any], batch_input: Any) -> list[tuple[Any, int]]:
    """The inputs of child executions, each with the number of items in it.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
    """
    assert state.processor is not None, "a Map has a processor"
    batcher = state.processor.batcher
    if batcher is None:
        return [(item, 1) for item in items]
    count_max = batcher.get("MaxItemsPerBatch") or len(items) or 1
    bytes_max = min(batcher.get("MaxInputBytesPerBatch") or INPUT_BYTES_MAX, INPUT_BYTES_MAX)
    fixed = {} if batch_input is None else {"BatchInput": batch_input}
    room = bytes_max - len(as_json({**fixed, "Items": []}).encode())
    found: list[tuple[Any, int]] = []
    current: list[Any] = []
    size = 0
    for item in items:
        item_bytes = len(as_json(item).encode()) + 1
        if item_bytes > room:
            raise StatesError("States.DataLimitExceeded", "An item is larger than a batch may be.")
        if current and (len(current) == count_max or size + item_bytes > room):
            found.append(({**fixed, "Items": current}, len(current)))
            current, size = [], 0
        current.append(item)
        size += item_bytes
    if current:
        found.append(({**fixed, "Items": current}, len(current)))
    return found


def is_exceeded(failed: int, total: int, count: int | None, percentage: float | None) -> bool:
    """Whether more items failed than the Map tolerates; without a threshold it tolerates none."""
    if count is None and percentage is None:
        return failed > 0
    if count is not None and failed > count:
        return True
    return percentage is not None and total > 0 and failed * 100 > percentage * total

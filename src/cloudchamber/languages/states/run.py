"""The state of an execution as a value, what happens to it, and what it wants done."""

from __future__ import annotations

from typing import Any

import msgspec

ROOT = -1  # the parent of the first strand

READY, TASK, WAIT, RETRY, CHILDREN, MAP_RUN, FAILED, ABORTED = (
    "ready", "task", "wait", "retry", "children", "map run", "failed", "aborted",
)  # fmt: skip


class Item(msgspec.Struct, array_like=True, frozen=True):
    """What `$$.Map.Item` is in one iteration."""

    index: int
    value: Any
    key: str | None = None


class Strand(msgspec.Struct, array_like=True):
    """One line of control: the execution's own, or that of a branch or an iteration below the strand `parent`.

    `serial` names what it waits for: an event with another serial comes too late. `entered_id` and `last_id` are ids of
    events of the history.
    """

    id: int
    parent: int
    slot: int  # which branch or iteration of its parent
    state: str
    input: Any
    variables: dict[str, Any]
    phase: str = READY
    serial: int = 0
    entered_at_ms: int = 0
    entered_id: int = 0
    last_id: int = 0
    retries: list[int] = []  # attempts used, by retrier
    retry_count: int = 0
    heartbeat_ms: int = 0
    beat_until_ms: int = 0
    item: Item | None = None
    # of a state with branches or iterations
    pending: list[Item] = []
    results: dict[int, Any] = {}
    size: int = 0
    concurrency: int = 0
    error: str | None = None
    cause: str | None = None


class Run(msgspec.Struct, array_like=True):
    """A whole execution. `facts`: what the context object says of the execution and its state machine."""

    facts: dict[str, Any]
    strands: dict[int, Strand] = {}
    event_count: int = 0
    strand_count: int = 0
    serial_count: int = 0
    ended: bool = False


class Happening(msgspec.Struct, frozen=True):
    """What comes to an execution from outside.

    `kind`: begin, task_started, task_submitted, task_succeeded, task_failed, submit_failed, beat, timer, stop, time_out, redrive.
    """

    kind: str
    strand: int = 0
    serial: int = 0
    output: Any = None
    error: str | None = None
    cause: str | None = None
    timer: str = ""  # wait, retry, timeout or heartbeat
    worker: str | None = None


class Recorded(msgspec.Struct, frozen=True):
    """An event of the history; `details` with AWS's member names.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """

    id: int
    previous_id: int
    type: str
    details: dict[str, Any]


class StartTask(msgspec.Struct, frozen=True):
    """A task is to be performed; its outcome comes back with this strand and serial."""

    strand: int
    serial: int
    state: str
    resource: str
    payload: Any
    token: str
    credentials: Any = None
    heartbeat_seconds: int | None = None


class SetTimer(msgspec.Struct, frozen=True):
    """A `timer` is to come back at an instant."""

    strand: int
    serial: int
    at_ms: int
    timer: str


class StartMapRun(msgspec.Struct, frozen=True):
    """The items of a distributed Map are to be processed by child executions."""

    strand: int
    serial: int
    state: str
    input: Any
    variables: dict[str, Any]
    items: list[Item] | None  # None: they are read by the Map's reader
    concurrency: int
    tolerated_count: int | None
    tolerated_percentage: float | None
    reader_arguments: Any
    writer_arguments: Any
    batch_input: Any
    context: dict[str, Any]


class Ended(msgspec.Struct, frozen=True):
    """The execution is over: SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


Effect = StartTask | SetTimer | StartMapRun | Ended

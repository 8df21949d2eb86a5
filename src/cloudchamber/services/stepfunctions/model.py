"""The values Step Functions keeps. Instants are milliseconds since the epoch; inputs and outputs are JSON texts."""

from __future__ import annotations

from typing import Any

import msgspec


class StateMachine(msgspec.Struct, frozen=True, array_like=True):
    """A state machine. `definition_id` names its text; `status` is ACTIVE or DELETING."""

    name: str
    arn: str
    definition_id: str
    role_arn: str
    type: str
    created_at_ms: int
    updated_at_ms: int
    revision_id: str = ""
    logging: dict[str, Any] = {}
    tracing: dict[str, Any] = {}
    encryption: dict[str, Any] = {}
    tags: dict[str, str] = {}
    status: str = "ACTIVE"
    version_count: int = 0  # versions ever published: numbers are not used again
    created_with: str = ""  # of the publish parameters, for idempotency


class Version(msgspec.Struct, frozen=True, array_like=True):
    """A state machine as it was when it was published."""

    machine: str
    number: int
    arn: str
    definition_id: str
    role_arn: str
    created_at_ms: int
    revision_id: str = ""
    description: str = ""
    logging: dict[str, Any] = {}
    tracing: dict[str, Any] = {}


class Alias(msgspec.Struct, frozen=True, array_like=True):
    """A name for one version, or for two with weights in percent."""

    machine: str
    name: str
    arn: str
    routing: list[tuple[str, int]]
    created_at_ms: int
    updated_at_ms: int
    description: str = ""


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """The task of another execution that waits for the end of this one (`.sync`), or the map run of a child.

    `pattern`: sync, sync:2 or map.
    """

    machine: str
    id: str
    strand: int
    serial: int
    pattern: str


class Execution(msgspec.Struct, frozen=True, array_like=True):
    """An execution. `id` is its name; for Express its name and a UUID, as names may repeat."""

    machine: str
    id: str
    name: str
    arn: str
    uuid: str
    type: str
    definition_id: str
    role_arn: str
    machine_arn: str
    started_at_ms: int
    input: str
    status: str = "RUNNING"
    stopped_at_ms: int = 0
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    version_arn: str = ""
    alias_arn: str = ""
    trace_header: str | None = None
    waiting: Waiting | None = None
    redrive_count: int = 0
    redriven_at_ms: int = 0
    logging: dict[str, Any] = {}
    revision_id: str = ""
    map_run_arn: str = ""
    synchronous: bool = False
    redrive_token: str = ""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """One event of an execution's history."""

    id: int
    previous_id: int
    type: str
    at_ms: int
    details: dict[str, Any]


class Activity(msgspec.Struct, frozen=True, array_like=True):
    """A name under which workers ask for tasks."""

    name: str
    arn: str
    created_at_ms: int
    tags: dict[str, str] = {}
    encryption: dict[str, Any] = {}


class ActivityTask(msgspec.Struct, frozen=True, array_like=True):
    """A task of an activity that no worker has taken yet."""

    machine: str
    id: str
    strand: int
    serial: int
    token: str
    input: str


class MapRun(msgspec.Struct, frozen=True, array_like=True):
    """A distributed Map at work: `todo` are inputs not started yet, `results` outputs by index."""

    id: str
    arn: str
    machine: str
    execution_id: str
    strand: int
    serial: int
    label: str
    state: str
    started_at_ms: int
    concurrency: int
    total: int
    items_total: int
    child_definition_id: str
    child_type: str
    status: str = "RUNNING"
    stopped_at_ms: int = 0
    tolerated_count: int | None = None
    tolerated_percentage: float | None = None
    next: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    aborted: int = 0
    timed_out: int = 0
    writer: dict[str, Any] | None = None


class MapChild(msgspec.Struct, frozen=True, array_like=True):
    """One child execution of a map run: its input, then its outcome."""

    input: str
    item_count: int = 1
    execution_id: str = ""
    status: str = "PENDING"
    output: str | None = None
    error: str | None = None
    cause: str | None = None

"""The values CloudFormation keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

import msgspec


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """A parameter of a stack: the text it was given and what `Ref` gives (a text or a list of texts)."""

    text: str
    value: Any
    no_echo: bool = False
    from_ssm: bool = False


class Output(msgspec.Struct, frozen=True, array_like=True):
    """An output of a stack."""

    key: str
    value: str
    description: str = ""
    export_name: str = ""


class Deployment(msgspec.Struct, frozen=True, array_like=True):
    """What a stack is made from: everything an update may change, and its rollback restores.

    `original` is the text as it was given, `processed` the JSON text after all transforms.
    """

    original: str
    processed: str
    parameters: dict[str, Parameter] = {}
    tags: dict[str, str] = {}
    capabilities: tuple[str, ...] = ()
    notification_arns: tuple[str, ...] = ()
    role_arn: str = ""
    rollback_configuration: dict[str, Any] = {}


class Stack(msgspec.Struct, frozen=True, array_like=True):
    """A stack. `operation_id` names what is being done to it, or was done last."""

    stack_id: str
    name: str
    status: str
    created_at_ms: int
    operation_id: str
    status_reason: str = ""
    updated_at_ms: int = 0
    deleted_at_ms: int = 0
    description: str = ""
    outputs: tuple[Output, ...] = ()
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    timeout_minutes: int = 0
    termination_protection: bool = False
    parent_id: str = ""
    root_id: str = ""
    client_request_token: str = ""
    change_set_id: str = ""
    retain_except_on_create: bool = False
    policy: str = ""
    retained: tuple[str, ...] = ()
    deletion_mode: str = ""
    notification_arns: tuple[str, ...] = ()


class Previous(msgspec.Struct, frozen=True, array_like=True):
    """What a resource was before the update that is under way; `replaced` when another one stands in its place."""

    physical_id: str
    properties: dict[str, Any]
    attributes: dict[str, Any]
    suffix: str
    replaced: bool = False
    replace_policy: str = "Delete"


class Resource(msgspec.Struct, frozen=True, array_like=True):
    """A resource of a stack: what CloudFormation knows of it.

    `restored`: the rollback of an update put back what had been replaced; `previous` then is what replaced it for a while.
    `attempt_id` is set before its type is asked to make, change or remove it, so that a repeated attempt knows of the first.
    """

    logical_id: str
    type: str
    status: str
    updated_at_ms: int
    operation_id: str = ""
    reason: str = ""
    physical_id: str = ""
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    suffix: str = ""
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    metadata: Any = None
    previous: Previous | None = None
    attempt_id: str = ""
    inert: bool = False
    no_echo: bool = False
    restored: bool = False


class Work(msgspec.Struct, frozen=True, array_like=True):
    """The part of an operation that is being done: which resources wait for which others, which are being worked on.

    `kind` is "make" or "remove". `failed` names resources that ended badly; `cause` is a reason that is not a resource's.
    """

    operation_id: str
    kind: str
    waiting: dict[str, tuple[str, ...]] = {}
    running: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    cause: str = ""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """A stack event."""

    event_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    at_ms: int
    reason: str = ""
    properties: str = ""
    client_request_token: str = ""
    operation_id: str = ""


class Export(msgspec.Struct, frozen=True, array_like=True):
    """An exported output."""

    name: str
    value: str
    stack_id: str


class ChangeSet(msgspec.Struct, frozen=True, array_like=True):
    """A change set: a deployment to be, and how it differs from what there is."""

    change_set_id: str
    name: str
    stack_id: str
    stack_name: str
    kind: str
    status: str
    execution_status: str
    created_at_ms: int
    deployment: Deployment
    description: str = ""
    status_reason: str = ""
    changes: tuple[dict[str, Any], ...] = ()
    include_nested: bool = False
    on_stack_failure: str = ""
    client_token: str = ""


class Callback(msgspec.Struct, frozen=True, array_like=True):
    """A URL that somebody outside will answer at: a custom resource's function, or what a wait condition waits for.

    `answers` are the JSON documents put there so far, by their UniqueId ("" for a custom resource's one answer).
    """

    account: str
    region: str
    stack_id: str
    logical_id: str
    request_id: str = ""
    until_ms: int = 0
    answers: dict[str, dict[str, Any]] = {}


class Signal(msgspec.Struct, frozen=True, array_like=True):
    """What SignalResource sent."""

    unique_id: str
    status: str
    at_ms: int

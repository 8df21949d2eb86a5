"""The values EventBridge keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

import msgspec

DEFAULT_BUS = "default"


class Bus(msgspec.Struct, frozen=True, array_like=True):
    """An event bus. `version` is another number after each change of its rules and their targets."""

    name: str
    created_at_ms: int = 0
    modified_at_ms: int = 0
    version: int = 0
    policy: str = ""
    description: str = ""
    settings: dict[str, Any] = {}
    tags: dict[str, str] = {}


class Endpoint(msgspec.Struct, frozen=True, array_like=True):
    """A global endpoint. `buses`: the ARNs of its buses, that of its own region first."""

    name: str
    id: str
    created_at_ms: int
    modified_at_ms: int
    routing: dict[str, Any]
    buses: tuple[str, str]
    replicated: bool
    role_arn: str = ""
    description: str = ""

    @property
    def managed_rule(self) -> str:
        """The name of the rules that replicate its events."""
        return f"GlobalEndpointManagedRule-{self.id}"


class EventSource(msgspec.Struct, frozen=True, array_like=True):
    """A partner event source, as the account that it was offered to has it. `partner`: the account that offers it.

    While it is PENDING it ends at `expires_at_ms`.
    """

    name: str
    partner: str
    created_at_ms: int
    expires_at_ms: int
    state: str = "PENDING"


class Rule(msgspec.Struct, frozen=True, array_like=True):
    """A rule of a bus. `generation` names its present schedule: rows of the outbox that carry another one are stale.

    `anchored_at_ms` is the instant from which a rate counts.
    """

    name: str
    bus: str
    pattern: str = ""
    schedule: str = ""
    state: str = "ENABLED"
    description: str = ""
    role_arn: str = ""
    managed_by: str = ""
    created_by: str = ""
    tags: dict[str, str] = {}
    generation: int = 0
    anchored_at_ms: int = 0

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"rule/{self.name}" if self.bus == DEFAULT_BUS else f"rule/{self.bus}/{self.name}"


class Target(msgspec.Struct, frozen=True, array_like=True):
    """A target of a rule: what PutTargets was given, in AWS's names."""

    id: str
    arn: str
    given: dict[str, Any]


class Archive(msgspec.Struct, frozen=True, array_like=True):
    """An archive of the events of a bus. `retention_days` 0 keeps them for ever."""

    name: str
    bus: str
    created_at_ms: int
    pattern: str = ""
    description: str = ""
    retention_days: int = 0
    kms_key_id: str = ""


class Replay(msgspec.Struct, frozen=True, array_like=True):
    """A replay of an archive onto its bus: of events from `from_ms` on, before `until_ms`.

    `filter_arns`: the rules that get them; empty for all.
    """

    name: str
    archive: str
    from_ms: int
    until_ms: int
    started_at_ms: int
    filter_arns: tuple[str, ...] = ()
    description: str = ""
    state: str = "STARTING"
    last_ms: int = 0
    ended_at_ms: int = 0


class Connection(msgspec.Struct, frozen=True, array_like=True):
    """How EventBridge shows who it is to an HTTP endpoint. `parameters` is what may be shown; all of it lies in its secret.

    `revision` is another number after each change of its credentials.
    """

    name: str
    id: str
    created_at_ms: int
    modified_at_ms: int
    authorization_type: str
    parameters: dict[str, Any]
    description: str = ""
    state: str = "AUTHORIZED"
    state_reason: str = ""
    secret_arn: str = ""
    kms_key_id: str = ""
    authorized_at_ms: int = 0
    revision: int = 0


class ApiDestination(msgspec.Struct, frozen=True, array_like=True):
    """An HTTP endpoint that events may be sent to. `endpoint` may hold `*`, which targets fill in."""

    name: str
    id: str
    created_at_ms: int
    modified_at_ms: int
    connection_arn: str
    endpoint: str
    method: str
    rate_per_s: int
    description: str = ""

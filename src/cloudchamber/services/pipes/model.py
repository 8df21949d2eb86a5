"""The values EventBridge Pipes keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

import msgspec


class Pipe(msgspec.Struct, frozen=True, array_like=True):
    """A pipe. `number` is its own for ever; `generation` changes with every change of what it does.

    Parameters are kept in AWS's names, with the defaults of the source filled in.
    """

    name: str
    source: str
    target: str
    role_arn: str
    number: int
    generation: int
    created_at_ms: int
    modified_at_ms: int
    source_parameters: dict[str, Any] = {}
    enrichment: str = ""
    enrichment_parameters: dict[str, Any] = {}
    target_parameters: dict[str, Any] = {}
    desired_state: str = "RUNNING"
    current_state: str = "RUNNING"
    state_reason: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    log_configuration: dict[str, Any] = {}
    kms_key_identifier: str = ""

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"pipe/{self.name}"


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """How far a pipe has come in a shard: behind a record, or, before the first one, at an instant (0: the oldest record)."""

    sequence_number: str = ""
    at_ms: int = 0
    done: bool = False

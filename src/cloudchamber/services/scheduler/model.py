"""The values EventBridge Scheduler keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

import msgspec

DEFAULT_GROUP = "default"


class Group(msgspec.Struct, frozen=True, array_like=True):
    """A schedule group."""

    name: str
    created_at_ms: int
    modified_at_ms: int
    tags: dict[str, str] = {}
    client_token: str = ""


class Schedule(msgspec.Struct, frozen=True, array_like=True):
    """A schedule. `generation` names its present version: rows of the outbox that carry another one are stale.

    `target` is what CreateSchedule was given, in AWS's names; a window of 0 minutes is the mode OFF.
    """

    name: str
    group: str
    expression: str
    target: dict[str, Any]
    created_at_ms: int
    modified_at_ms: int
    generation: int
    timezone: str = "UTC"
    start_ms: int | None = None
    end_ms: int | None = None
    window_minutes: int = 0
    state: str = "ENABLED"
    after_completion: str = "NONE"
    description: str = ""
    kms_key_arn: str = ""
    client_token: str = ""

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"schedule/{self.group}/{self.name}"

"""The values CloudWatch Logs keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

import msgspec

Position = tuple[int, int, int]  # timestamp, serial of the PutLogEvents, index in it: the order of events


class LogGroup(msgspec.Struct, frozen=True, array_like=True):
    """A log group. `retention_days` 0: its events never expire; `retention_serial` names the policy that holds."""

    name: str
    created_at_ms: int
    retention_days: int = 0
    retention_serial: int = 0
    kms_key_id: str = ""
    log_group_class: str = "STANDARD"
    deletion_protection: bool = False
    tags: dict[str, str] = {}
    metric_filter_count: int = 0


class LogStream(msgspec.Struct, frozen=True, array_like=True):
    """A log stream and what is known of its events."""

    name: str
    created_at_ms: int
    first_event_at_ms: int | None = None
    last_event_at_ms: int | None = None
    ingested_at_ms: int | None = None
    stored_bytes: int = 0


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """The events of one PutLogEvents that lie in one second: (timestamp, index, message), in order."""

    ingested_at_ms: int
    stored_bytes: int
    events: tuple[tuple[int, int, str], ...]


class LogEvent(msgspec.Struct, frozen=True, array_like=True):
    """One event as it is read."""

    position: Position
    stream_name: str
    message: str
    ingested_at_ms: int


class MetricFilter(msgspec.Struct, frozen=True, array_like=True):
    """A metric filter; `settings` are the members of PutMetricFilter."""

    name: str
    created_at_ms: int
    settings: dict[str, Any]


class SubscriptionFilter(msgspec.Struct, frozen=True, array_like=True):
    """A subscription filter; `settings` are the members of PutSubscriptionFilter."""

    name: str
    created_at_ms: int
    settings: dict[str, Any]


class ResourcePolicy(msgspec.Struct, frozen=True, array_like=True):
    """A resource policy of the account, or of the log group `resource_arn`."""

    name: str
    document: str
    updated_at_ms: int
    resource_arn: str = ""
    revision_id: str = ""

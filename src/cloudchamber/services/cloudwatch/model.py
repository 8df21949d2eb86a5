"""The values CloudWatch keeps. Instants are milliseconds since the epoch; instants of data points are seconds (`_s`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class SeriesName(NamedTuple):
    """What names one metric: namespace, name and dimensions, in the order of their names."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class Metric(msgspec.Struct, frozen=True, array_like=True):
    """A metric that has data. `last_at_ms`: about when it last got some; `rolled_at_ms`: when old data was last summed up."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    last_at_ms: int
    rolled_at_ms: int


class Point(msgspec.Struct, frozen=True, array_like=True):
    """All values of one unit that fell into one bucket of time.

    `counts`: how often each value came, as (value, count), in order. Beyond 150 values they are rounded by `width`, so that a
    bucket stays small; `opaque_count` of the samples came as statistic sets, whose values nobody knows.
    """

    sample_count: float
    sum: float
    minimum: float
    maximum: float
    counts: tuple[tuple[float, float], ...] = ()
    opaque_count: float = 0.0
    width: float = 0.0


class Alarm(msgspec.Struct, frozen=True, array_like=True):
    """A metric alarm or a composite one. `settings` holds the members of the request that made it, but for its tags.

    `serial` tells this configuration from earlier ones of the same name.
    """

    name: str
    composite: bool
    settings: dict[str, Any]
    serial: int
    configured_at_ms: int
    state: str = "INSUFFICIENT_DATA"
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str = ""
    updated_at_ms: int = 0
    transitioned_at_ms: int = 0
    tags: dict[str, str] = {}
    suppressed_by: str = ""
    suppressed_reason: str = ""
    suppress_until_ms: int = 0
    evaluation_state: str = ""
    pending: tuple[str, str, str] | None = None  # a composite's held action: old state, its reason, its data


class HistoryItem(msgspec.Struct, frozen=True, array_like=True):
    """Something that happened to an alarm."""

    alarm_name: str
    composite: bool
    at_ms: int
    kind: str
    summary: str
    data: str


class Dashboard(msgspec.Struct, frozen=True, array_like=True):
    """A dashboard: stored, never drawn."""

    name: str
    body: str
    modified_at_ms: int
    tags: dict[str, str] = {}

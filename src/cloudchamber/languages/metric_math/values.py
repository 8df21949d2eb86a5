"""The values of metric math: numbers (S), time series (TS), arrays of them (TS[]) and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Series(NamedTuple):
    """A time series: values by instant, in seconds since the epoch, one for each `period_s` at most."""

    points: dict[int, float]
    period_s: int
    label: str = ""


class Scope(NamedTuple):
    """What an expression sees: series by id, those that are metrics, and the instants that the request spans."""

    series: Mapping[str, Series | list[Series]]
    metric_ids: tuple[str, ...]
    instants: tuple[int, ...]
    period_s: int


Value = float | str | Series | list[Series]

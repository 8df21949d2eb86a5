"""What CloudWatch keeps in memory: counters of what services emit, read off the tracks of their calls.

Nothing is counted until somebody asks for a metric of AWS or sets an alarm on one; what the tracks still hold by then is
counted too. Afterwards each call that counts costs an addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudchamber.aws.measures import Measure
from cloudchamber.aws.tracks import Track
from cloudchamber.services.cloudwatch.model import Point, SeriesName
from cloudchamber.services.cloudwatch.rules.emitted import EMITTERS, OF_REQUESTS, RUNS, concurrency_of
from cloudchamber.services.cloudwatch.rules.points import merged, of_values

if TYPE_CHECKING:
    from cloudchamber.aws import Cloud

Place = tuple[str, str]
MINUTES_KEPT_MAX = 1_500  # of each metric: a day and an hour


class Counters:
    """`ctx.live` of CloudWatch."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._points: dict[Place, dict[SeriesName, dict[int, Point]]] = {}
        for track in cloud.tracks.latest():
            self._count(track)
        for measure in cloud.measures.latest:
            self._take(measure)
        self._silences = (cloud.tracks.listen(self._listen), cloud.measures.listen(self._take))

    async def stop(self) -> None:
        """Listen no more."""
        for silence in self._silences:
            silence()

    def series(self, place: Place, since_s: int) -> Iterator[SeriesName]:
        """The metrics of an account and region that were counted since an instant."""
        for series, points in self._points.get(place, {}).items():
            if next(reversed(points)) >= since_s:
                yield series

    def points(self, place: Place, series: SeriesName, start_s: int, end_s: int) -> list[tuple[int, Point]]:
        """What was counted from one second to another, by minutes."""
        found = self._points.get(place, {}).get(series, {})
        return [(minute, point) for minute, point in found.items() if start_s <= minute < end_s]

    def _listen(self, track: Track) -> None:
        self._count(track)
        if track.service == "lambda" and track.operation in RUNS and track.count and not track.error:
            running = self._cloud.tracks.open_count("lambda", RUNS, track.resource) + 1
            for series, value in concurrency_of(track, running):
                self._add((track.account, track.region), track.at_ms, series, value)

    def _take(self, measure: Measure) -> None:
        series = SeriesName(measure.namespace, measure.name, measure.dimensions)
        self._add((measure.account, measure.region), measure.at_ms, series, measure.value)

    def _count(self, track: Track) -> None:
        emit = EMITTERS.get((track.service, track.operation)) or OF_REQUESTS.get(track.service)
        if emit is not None:
            for series, value in emit(track):
                self._add((track.account, track.region), track.at_ms, series, value)

    def _add(self, place: Place, at_ms: int, series: SeriesName, value: float) -> None:
        points = self._points.setdefault(place, {}).setdefault(series, {})
        minute = at_ms // 60_000 * 60
        known, new = points.get(minute), of_values((value,), (1.0,))
        points[minute] = merged(known, new) if known else new
        if len(points) > MINUTES_KEPT_MAX:
            del points[next(iter(points))]

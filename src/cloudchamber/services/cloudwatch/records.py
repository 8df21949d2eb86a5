"""Where CloudWatch's records lie, all under one account and region:

metrics     (namespace, name, dimensions)                       -> Metric
points      (namespace, name, dimensions, second, unit)         -> Point   of the minute, five minutes or hour that begins there
seconds     (namespace, name, dimensions, second, unit)         -> Point   of one second: high-resolution data, for three hours
alarms      (name)                                              -> Alarm
composites  (name)                                              -> nothing  those of the alarms that are composite
alarms_of   (namespace, name, alarm name)                       -> nothing  the alarms on a metric
history     (alarm name, instant, serial)                       -> HistoryItem
dashboards  (name)                                              -> Dashboard
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.model import Alarm, Dashboard, HistoryItem, Metric, Point, SeriesName
from cloudchamber.services.cloudwatch.rules.points import merged

METRICS = Collection("cloudwatch", "metrics", Metric)
POINTS = Collection("cloudwatch", "points", Point)
SECONDS = Collection("cloudwatch", "seconds", Point)
ALARMS = Collection("cloudwatch", "alarms", Alarm)
COMPOSITES = Collection("cloudwatch", "composites", bool)
ALARMS_OF = Collection("cloudwatch", "alarms_of", bool)
HISTORY = Collection("cloudwatch", "history", HistoryItem)
DASHBOARDS = Collection("cloudwatch", "dashboards", Dashboard)

DAY_MS = 86_400_000
TOUCHED_MS = 300_000
Key = tuple[str, str, str]


def key_of(series: SeriesName) -> Key:
    """The first parts of a metric's keys."""
    dimensions = msgspec.json.encode(series.dimensions).decode()
    return series.namespace, series.name, dimensions


def touch(ctx: Context, series: SeriesName) -> None:
    """A metric gets data: it is listed, and once a day its old data is summed up."""
    now_ms, key = ctx.now_ms, key_of(series)
    metric = METRICS.get(ctx, *key)
    if metric is None:
        METRICS.put(ctx, Metric(*series, now_ms, now_ms), *key)
        return
    if now_ms - metric.rolled_at_ms >= DAY_MS:
        _roll_up(ctx, key, metric.rolled_at_ms, now_ms)
        metric = msgspec.structs.replace(metric, last_at_ms=now_ms, rolled_at_ms=now_ms)
        METRICS.put(ctx, metric, *key)
    elif now_ms - metric.last_at_ms >= TOUCHED_MS:
        METRICS.put(ctx, msgspec.structs.replace(metric, last_at_ms=now_ms), *key)


def add_point(ctx: Context, series: SeriesName, at_s: int, unit: str, point: Point, *, fine: bool) -> None:
    """Add values to the minute they fell into and, of high resolution, to the second too."""
    key = key_of(series)
    minute = at_s - at_s % 60
    for collection, second in ((POINTS, minute), (SECONDS, at_s)) if fine else ((POINTS, minute),):
        known = collection.get(ctx, *key, second, unit)
        collection.put(ctx, merged(known, point) if known else point, *key, second, unit)


def set_point(ctx: Context, series: SeriesName, at_s: int, unit: str, point: Point) -> None:
    """What a gauge shows in a minute: the last reading is the one that counts."""
    POINTS.put(ctx, point, *key_of(series), at_s - at_s % 60, unit)


def points(
    ctx: Context, series: SeriesName, start_s: int, end_s: int, *, fine: bool
) -> Iterator[tuple[int, str, Point]]:
    """A metric's data from one second to another, in order: second, unit, values."""
    collection = SECONDS if fine else POINTS
    for key, point in collection.scan(ctx, *key_of(series), since=(start_s,), before=(end_s,)):
        yield int(key[3]), str(key[4]), point


def _roll_up(ctx: Context, key: Key, since_ms: int, now_ms: int) -> None:
    """Let go of what is kept no longer; sum up into five minutes, then hours, what became old since the last time."""
    for old in list(SECONDS.scan(ctx, *key, before=(_s(now_ms - limits.SECONDS_KEPT_MS),))):
        SECONDS.delete(ctx, *old[0])
    for old in list(POINTS.scan(ctx, *key, before=(_s(now_ms - limits.HOURS_KEPT_MS),))):
        POINTS.delete(ctx, *old[0])
    for kept_ms, width_s in ((limits.MINUTES_KEPT_MS, 300), (limits.FIVE_MINUTES_KEPT_MS, 3600)):
        begin, end = (_s(at_ms - kept_ms) // 3600 * 3600 for at_ms in (since_ms, now_ms))
        _sum_up(ctx, key, begin, end, width_s)


def _sum_up(ctx: Context, key: Key, begin_s: int, end_s: int, width_s: int) -> None:
    for old, point in list(POINTS.scan(ctx, *key, since=(begin_s,), before=(end_s,))):
        second, unit = int(old[3]), str(old[4])
        start_s = second - second % width_s
        if second != start_s:
            known = POINTS.get(ctx, *key, start_s, unit)
            POINTS.put(ctx, merged(known, point) if known else point, *key, start_s, unit)
            POINTS.delete(ctx, *old)


def _s(at_ms: int) -> int:
    return at_ms // 1000


# -- alarms


def put_alarm(ctx: Context, alarm: Alarm) -> None:
    """Write an alarm, and under which metric it is found."""
    ALARMS.put(ctx, alarm, alarm.name)
    if alarm.composite:
        COMPOSITES.put(ctx, True, alarm.name)
    if "MetricName" in alarm.settings:
        ALARMS_OF.put(ctx, True, alarm.settings["Namespace"], alarm.settings["MetricName"], alarm.name)


def forget_alarm(ctx: Context, alarm: Alarm) -> None:
    """Remove an alarm; its history stays."""
    ALARMS.delete(ctx, alarm.name)
    COMPOSITES.delete(ctx, alarm.name)
    forget_metric(ctx, alarm)


def forget_metric(ctx: Context, alarm: Alarm) -> None:
    """An alarm is found under its metric no longer."""
    if "MetricName" in alarm.settings:
        ALARMS_OF.delete(ctx, alarm.settings["Namespace"], alarm.settings["MetricName"], alarm.name)


def composite_alarms(ctx: Context) -> list[Alarm]:
    """All composite alarms."""
    found = [ALARMS.get(ctx, *key) for key, _ in COMPOSITES.scan(ctx)]
    return [alarm for alarm in found if alarm]


def alarms_of(ctx: Context, namespace: str, name: str) -> list[Alarm]:
    """The alarms on a metric of that name, whatever its dimensions."""
    found = [ALARMS.get(ctx, str(key[2])) for key, _ in ALARMS_OF.scan(ctx, namespace, name)]
    return [alarm for alarm in found if alarm]


def add_history(ctx: Context, item: HistoryItem) -> None:
    """Keep what happened; what happened to this alarm too long ago goes."""
    HISTORY.put(ctx, item, item.alarm_name, item.at_ms, ctx.serial())
    old = HISTORY.scan(ctx, item.alarm_name, before=(ctx.now_ms - limits.HISTORY_KEPT_MS,))
    for key, _ in list(old):
        HISTORY.delete(ctx, *key)

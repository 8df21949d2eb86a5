"""What services of AWS emit: counters from the tracks, gauges by asking the service."""

from __future__ import annotations

from collections.abc import Iterator

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.cloudwatch.live import Counters
from cloudchamber.services.cloudwatch.model import Point, SeriesName
from cloudchamber.services.cloudwatch.records import set_point
from cloudchamber.services.cloudwatch.rules.emitted import GAUGES, unit_of
from cloudchamber.services.cloudwatch.rules.points import of_values

PRINCIPAL = "cloudwatch.amazonaws.com"


def emitted_series(ctx: Context, namespace: str | None, *, since_ms: int) -> Iterator[SeriesName]:
    """The metrics that services emit in this account and region."""
    if namespace is not None and not namespace.startswith("AWS/"):
        return
    live: Counters = ctx.live
    for series in live.series((ctx.account, ctx.region), since_ms // 1000):
        if namespace in (None, series.namespace):
            yield series
    if namespace in (None, "AWS/SQS") and "sqs" in ctx.cloud.service_names:
        for url in (
            ctx.join("sqs", "ListQueues", {"MaxResults": 1000}, principal=PRINCIPAL).get("QueueUrls") or ()
        ):
            for name in GAUGES["AWS/SQS"]:
                yield SeriesName("AWS/SQS", name, (("QueueName", url.rpartition("/")[2]),))


def emitted_points(
    ctx: Context, series: SeriesName, start_s: int, end_s: int
) -> list[tuple[int, str, Point]]:
    """What the calls of a service have counted from one second to another."""
    live: Counters = ctx.live
    unit = unit_of(series)
    found = live.points((ctx.account, ctx.region), series, start_s, end_s)
    return [(minute, unit, point) for minute, point in found]


def read_gauge(ctx: Context, series: SeriesName, at_s: int) -> None:
    """Read a gauge, if the metric is one, and keep it as what it showed in the minute of `at_s`."""
    if series.name not in GAUGES.get(series.namespace, ()):
        return
    dimensions = dict(series.dimensions)
    if list(dimensions) != ["QueueName"]:
        return
    try:
        shown = ctx.join("sqs", "measure_queue", {"QueueName": dimensions["QueueName"]}, principal=PRINCIPAL)
    except AwsError:
        return
    set_point(ctx, series, at_s, unit_of(series), of_values((float(shown[series.name]),), (1.0,)))

"""Where an application can be struck: all deliveries to functions and all calls that they make, in a run without faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from cloudchamber.aws.faults import DELIVERY, Fault
from cloudchamber.aws.striking import function_of
from cloudchamber.aws.struck import BATCHES, POISONED
from cloudchamber.aws.tracks import Track

READS = ("Get", "BatchGet", "Query", "Scan", "Head", "List", "Describe", "Receive", "TransactGet")
_INTO_QUEUES = {("sqs", "SendMessage"), ("sqs", "SendMessageBatch")}
_AT_LEAST_ONCE = ("lambda.amazonaws.com",)  # who polls for functions


class Point(msgspec.Struct, frozen=True):
    """The `nth` event that `function` is given; or the `nth` call of that operation that it, or a service (`caller`), makes.

    `delivery`: AWS may give it again, beside others. `answered`: somebody waits for its answer, so it is given once. `first`: the
    first call that brings anything into what the function reads.
    """

    kind: Literal["delivery", "answered", "call", "message", "first"]
    function: str
    service: str
    operation: str
    nth: int
    caller: str = ""
    resource: str = ""

    def strike(self, kind: str, **more: object) -> Fault:
        """A fault at this very point."""
        where = {"service": self.service, "operation": self.operation, "nth": self.nth}
        if self.caller:
            where["caller"] = self.caller
        if self.resource:
            where["resource"] = self.resource
        return msgspec.convert({"kind": kind, **where, **more}, Fault)


class Surroundings(msgspec.Struct, frozen=True):
    """What is known of an application beside its tracks.

    `functions`: their names. `queues`: the functions that read a queue, or a Kinesis stream, by its name. `reads_late_ms`: how
    long after it was received a message comes again, for each function that reads a queue. `unordered`: queues that may give
    messages twice and in any order.
    """

    functions: tuple[str, ...]
    queues: dict[str, tuple[str, ...]] = {}
    reads_late_ms: dict[str, int] = {}
    unordered: frozenset[str] = frozenset()


def points(tracks: Sequence[Track], around: Surroundings) -> list[Point]:
    """All points of a run, in the order in which they were reached."""
    return list(_points(sorted(tracks, key=lambda track: track.number), around))


def _points(tracks: Sequence[Track], around: Surroundings) -> Iterator[Point]:
    invoked = {track.id: function_of(track.resource) for track in tracks if track.is_delivery}
    deliveries: Counter[str] = Counter()
    calls: Counter[tuple[str, ...]] = Counter()
    for track in tracks:
        if track.id in invoked:
            function = invoked[track.id]
            deliveries[function] += 1
            kind = "delivery" if _comes_at_least_once(track) else "answered"
            yield Point(kind, function, "lambda", DELIVERY, deliveries[function], resource=function)
        by_service = track.principal.endswith(".amazonaws.com")
        if not by_service and track.cause in invoked:
            function = invoked[track.cause]
            key = (function, track.service, track.operation)
            calls[key] += 1
            yield Point("call", function, track.service, track.operation, calls[key], caller=function)
        elif by_service and (track.service, track.operation) in _INTO_QUEUES:
            queue = track.resource.rpartition("/")[2]
            key = (track.principal, track.service, track.operation, queue)
            calls[key] += 1
            for function in around.queues.get(queue, ()):
                yield Point(
                    "message", function, track.service, track.operation, calls[key], track.principal, queue
                )
    yield from _firsts(tracks, around)


def _firsts(tracks: Sequence[Track], around: Surroundings) -> Iterator[Point]:
    brought: set[str] = set()
    for track in tracks:
        place = track.resource.rpartition("/")[2]
        if (track.service, track.operation) in POISONED and place in around.queues and place not in brought:
            brought.add(place)
            for function in around.queues[place]:
                yield Point("first", function, track.service, track.operation, 1, resource=place)


def _comes_at_least_once(track: Track) -> bool:
    """Of an asynchronous invocation, a queue and a stream that is said; who waits for an answer calls again only by himself.

    https://docs.aws.amazon.com/lambda/latest/dg/concepts-event-driven-architectures.html
    """
    return track.operation == "invoke_event" or track.principal in _AT_LEAST_ONCE


def faults_at(point: Point, around: Surroundings) -> Iterator[Fault]:
    """What AWS says can happen there."""
    if point.kind in ("delivery", "answered"):
        yield from _faults_of_delivery(point, around)
    elif point.kind == "first":
        yield point.strike("poison")
    elif point.kind == "message":
        if point.resource in around.unordered:
            yield point.strike("duplicate")
            yield point.strike("swap")
    elif point.operation.startswith(READS):
        yield point.strike("error")
        yield point.strike("hang", effect="before")
    else:
        yield point.strike("kill", effect="after")
        yield point.strike("error")
        yield point.strike("drop_answer")
        yield point.strike("drop_answer", attempts="one")
        yield point.strike("throttle")
        yield point.strike("hang", effect="after")
        yield point.strike("hang", effect="before")
        if (point.service, point.operation) in BATCHES:
            yield point.strike("partial")


def _faults_of_delivery(point: Point, around: Surroundings) -> Iterator[Fault]:
    again = point.kind == "delivery"
    if again:
        yield point.strike("duplicate")
    yield point.strike("kill", effect="after")
    yield point.strike("kill", effect="before")
    yield point.strike("throttle")
    if again:
        yield point.strike("swap")
        if point.function in around.reads_late_ms:
            yield point.strike("delay", delay_ms=around.reads_late_ms[point.function])
    yield point.strike("restart")

"""Virtual time for those who do not know of it: it goes on while a call from outside waits for it.

A long poll of an empty queue, an `Invoke` of a function that sleeps: their callers wait for an answer, and nothing else would let
time pass. It passes from deadline to deadline, whenever nothing runs, and stands still again with the last answer.
"""

from __future__ import annotations

import asyncio

from cloudchamber.aws import Cloud, Trace
from cloudchamber.clock import VirtualClock
from cloudchamber.gateway import Front
from cloudchamber.gateway.server import Respond
from cloudchamber.wire.http import HttpRequest, HttpResponse

CONTROL_PREFIXES = ("/_cloudchamber/", "/_localstack/")


class Passing:
    """In front of the front of a chamber on virtual time."""

    def __init__(self, cloud: Cloud, front: Front) -> None:
        assert isinstance(cloud.clock, VirtualClock), "other clocks go on by themselves"
        self._cloud, self._clock, self._front = cloud, cloud.clock, front
        self._unanswered: dict[int, tuple[HttpRequest, Respond]] = {}
        self._count = 0
        self._passing: asyncio.Task[None] | None = None

    @property
    def unanswered(self) -> list[tuple[HttpRequest, Respond]]:
        """The calls from outside that wait for their answers, in the order in which they came."""
        return list(self._unanswered.values())

    def handle(self, request: HttpRequest, respond: Respond) -> None:
        """Answer one request, and let time go on until it is answered."""
        if request.path.startswith(CONTROL_PREFIXES) or self._is_from_a_function(request):
            self._front.handle(request, respond)
            return
        self._count += 1
        number = self._count
        self._unanswered[number] = (request, respond)

        def answer(response: HttpResponse) -> None:
            self._unanswered.pop(number, None)
            respond(response)

        self._front.handle(request, answer)
        if self._unanswered and (self._passing is None or self._passing.done()):
            self._passing = asyncio.get_running_loop().create_task(self._pass())

    def _is_from_a_function(self, request: HttpRequest) -> bool:
        header = request.headers.get("x-amzn-trace-id")
        return bool(header) and self._cloud.invocations.of(Trace.parse(header)) is not None

    async def _pass(self) -> None:
        while self._unanswered:
            await self._clock.advance(0)
            if self._unanswered and not await to_next_deadline(self._clock):
                return  # only another call can bring what is waited for; it begins this anew


async def to_next_deadline(clock: VirtualClock, until_ms: int | None = None) -> bool:
    """Jump to the next deadline: True, or False when none comes (until `until_ms`, where the clock then stands)."""
    deadlines = clock.deadlines()
    comes = bool(deadlines) and (until_ms is None or deadlines[0][0] <= until_ms)
    at_ms = deadlines[0][0] if comes else until_ms
    if at_ms is not None:
        await clock.advance(max(0, at_ms - clock.now_ms()))
    return comes

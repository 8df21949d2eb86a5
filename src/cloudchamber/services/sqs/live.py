"""What SQS remembers beside its records, to spare work. It can be forgotten at any time."""

from __future__ import annotations

from collections.abc import Callable

from cloudchamber.aws import Cloud
from cloudchamber.services.sqs import limits


class Room:
    """How many messages each queue can at least still put in flight: counted once, then counted down.

    Deletions only make more room, so the true number is never less, and it is counted again only when none is left.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._left: dict[tuple[str, str, str], int] = {}

    def take(self, queue: tuple[str, str, str], wanted: int, count_in_flight: Callable[[], int]) -> int:
        """Room for up to `wanted` messages of a queue (account, region, name): how many fit."""
        left = self._left.get(queue, 0)
        if left < wanted:
            left = limits.IN_FLIGHT_MAX - count_in_flight()
        given = max(0, min(wanted, left))
        self._left[queue] = left - given
        return given

    async def stop(self) -> None:
        """Nothing runs."""

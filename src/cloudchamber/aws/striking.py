"""What a fault does to the call that it strikes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from cloudchamber.aws.call import Call
from cloudchamber.aws.errors import AwsError
from cloudchamber.aws.faults import Fault, Point
from cloudchamber.aws.invocations import Origin
from cloudchamber.aws.struck import error_of, poisoned, with_failed, without_last

if TYPE_CHECKING:
    from cloudchamber.aws.cloud import Cloud

_FUNCTION = re.compile(
    r"(?:arn:[^:]*:lambda:)?(?:[a-z]{2,}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]+)"
)
Run = Callable[[Call], Awaitable[Any]]
HELD_MS = 60_000  # as long as `swap` waits for another one, and `hang` keeps a caller that has no timeout
_ORDAINED = ("error", "throttle", "kill", "drop_answer", "hang")


def point_of(call: Call, resource: str, origin: Origin | None) -> Point:
    """A call as faults see it."""
    if origin:
        caller, sdk_call = origin.invocation.function, origin.sdk_call
    else:
        caller, sdk_call = (call.principal if call.principal.endswith(".amazonaws.com") else ""), ""
    delivered = is_delivery(call)
    if delivered:
        resource = function_of(resource)
    return Point(
        call.service, call.operation, resource, caller, call.account, delivered, sdk_call, origin is not None
    )


def function_of(resource: str) -> str:
    """The name of a function, out of an ARN, a partial ARN or a name, each with or without a qualifier.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
    """
    found = _FUNCTION.match(resource)
    return found[1] if found else resource


def is_delivery(call: Call) -> bool:
    """Whether this call gives an event to a function now."""
    if call.service != "lambda":
        return False
    if call.operation == "Invoke":
        return call.request.get("InvocationType") not in ("Event", "DryRun")
    return call.operation in ("invoke_event", "InvokeWithResponseStream")


def passed(point: Point) -> tuple[str, ...]:
    """The signal that a call like this one has ended."""
    return ("passed", point.service, "" if point.is_delivery else point.operation, point.resource)


class Strike:
    """One fault on one call. `track_id` is the call's; `run` makes it."""

    def __init__(
        self, cloud: Cloud, fault: Fault, point: Point, origin: Origin | None, track_id: str
    ) -> None:
        self._cloud, self._fault, self._point, self._track_id = cloud, fault, point, track_id
        self._invocation = origin.invocation if origin else None

    async def run(self, call: Call, run: Run) -> Any:
        """The call's answer. Raises what it ends with."""
        fault = self._fault
        if self._point.is_delivery and fault.kind in _ORDAINED:
            self._cloud.invocations.ordain(self._track_id, fault)
            return await run(call)
        if fault.kind in ("error", "throttle"):
            raise self._error()
        if fault.kind in ("kill", "hang"):
            return await self._broken_off(call, run)
        if fault.kind == "partial":
            return await _in_part(call, run)
        await self._before(call)
        answer = await run(call)
        if fault.kind == "drop_answer":
            raise self._error()
        if fault.kind == "restart":
            self._cloud.restart()
        return answer

    def _error(self) -> AwsError:
        point = self._point
        return error_of(self._fault, point.service, point.resource, point.account)

    async def _before(self, call: Call) -> None:
        cloud, fault = self._cloud, self._fault
        if fault.kind == "delay":
            await cloud.signals.wait(until_ms=cloud.clock.now_ms() + fault.delay_ms)
        elif fault.kind == "swap":
            until_ms = cloud.clock.now_ms() + (fault.delay_ms or HELD_MS)
            await cloud.signals.wait(passed(self._point), until_ms=until_ms)
        elif fault.kind == "duplicate":
            cloud.submit(call, lambda answer, error: None, spared=True)
        elif fault.kind == "poison":
            poison = poisoned(call)
            if poison:
                await cloud.call(poison, holding=True, spared=True)

    async def _broken_off(self, call: Call, run: Run) -> Any:
        """The one who called never hears of it: it dies, or waits until its own timeout."""
        if self._fault.effect == "after":
            await run(call)
        invocation = self._invocation
        if invocation is None:
            await self._cloud.signals.wait(until_ms=self._cloud.clock.now_ms() + HELD_MS)
        else:
            if self._fault.kind == "kill":
                invocation.crash()
            await self._cloud.signals.wait(invocation.ended)
        raise self._error()


async def _in_part(call: Call, run: Run) -> Any:
    parted = without_last(call)
    if parted is None:
        return await run(call)
    rest, entry = parted
    answer = {} if _is_empty(rest) else await run(rest)
    return with_failed(call, entry, answer)


def _is_empty(call: Call) -> bool:
    """Whether no entry is left: AWS refuses an empty batch."""
    members = ("Entries", "Records", "RequestItems", "PublishBatchRequestEntries")
    return not any(call.request.get(member) for member in members)

"""Faults on purpose: a plan, a seed, and which call is struck by what. One hook of the pipeline asks; `striking` does it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from cloudchamber.clock import Ids

Kind = Literal[
    "error", "drop_answer", "throttle", "delay", "duplicate", "swap", "kill", "hang", "partial", "poison", "restart"
]  # fmt: skip
Effect = Literal["before", "after"]
Attempts = Literal["all", "one"]
DELIVERY = "delivery"
MESSAGE = "Injected fault"
_AGAIN_MAX = 10_000
_FAILING = ("error", "throttle", "drop_answer")


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to a call that matches. Empty members match all; `resource` and `caller` may hold `*`.

    `kind`:
    `error`: it fails, without an effect. `drop_answer`: it has its effect, then fails. `throttle`: as `error`, in the service's
    own words for too many requests. `hang`: it is never answered; on a delivery: the function times out. `delay`: it begins
    `delay_ms` later. `duplicate`: it is made twice, side by side. `swap`: it waits until the next one like it has ended.
    `kill`: the function that makes it dies; on a delivery: the function that is given it. `partial`: one entry of a batch fails.
    `poison`: a message that nobody understands is put before it. `restart`: the chamber dies once it is done, and starts again.

    `operation`: AWS's name; `delivery` means an event that is given to a function (`service` lambda), however it came.
    `caller`: the function that makes the call, or the service principal. `nth`: only the n-th call that matches, from 1. `chance`
    in [0, 1]; `times`: at most so often. `effect`: whether `kill` and `hang` strike before the call has its effect or after.
    `attempts`: a failing call fails at `all` attempts of an SDK, or at `one` (its first) so that the SDK's own retry succeeds.
    `code`, `message`, `status`: the error, when AWS's usual one for an internal failure is not meant.
    """

    kind: Kind
    service: str = ""
    operation: str = ""
    resource: str = ""
    caller: str = ""
    account: str = ""
    nth: Annotated[int, Meta(ge=1)] | None = None
    chance: Annotated[float, Meta(ge=0, le=1)] = 1.0
    times: Annotated[int, Meta(ge=1)] | None = None
    effect: Effect = "before"
    attempts: Attempts = "all"
    delay_ms: Annotated[int, Meta(ge=0)] = 0
    code: str = ""
    message: str = MESSAGE
    status: Annotated[int, Meta(ge=0, le=599)] = 0


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan as files and the control API hold it."""

    faults: list[Fault]
    seed: int = 0


class Point(NamedTuple):
    """A call as faults see it."""

    service: str
    operation: str
    resource: str
    caller: str = ""
    account: str = ""
    is_delivery: bool = False
    sdk_call: str = ""
    is_of_function: bool = False  # whether a function makes it


class Faults:
    """The plan in force."""

    def __init__(self, plan: list[Fault], seed: int) -> None:
        self.plan = plan
        self.seed = seed
        self._ids = Ids(seed)
        self._seen = [0] * len(plan)
        self._struck = [0] * len(plan)
        self._again: dict[str, Fault | None] = {}  # by an SDK's call: what its further attempts meet

    @property
    def struck(self) -> list[int]:
        """How many calls each fault of the plan has struck so far."""
        return list(self._struck)

    def draw(self, point: Point) -> Fault | None:
        """The fault that strikes this call, if any. Another attempt of an SDK at a call is not another call."""
        if point.sdk_call in self._again:
            return self._again[point.sdk_call]
        fault = self._first(point)
        if point.sdk_call:
            self._again[point.sdk_call] = _following(fault)
            if len(self._again) > _AGAIN_MAX:
                del self._again[next(iter(self._again))]
        return fault

    def _first(self, point: Point) -> Fault | None:
        for index, fault in enumerate(self.plan):
            if not _matches(fault, point):
                continue
            self._seen[index] += 1
            if fault.nth is not None and self._seen[index] != fault.nth:
                continue
            if fault.times is not None and self._struck[index] >= fault.times:
                continue
            if self._ids.fraction() < fault.chance:
                self._struck[index] += 1
                return fault
        return None


def _following(fault: Fault | None) -> Fault | None:
    if fault is None or fault.attempts == "one" or fault.kind not in _FAILING:
        return None
    return msgspec.structs.replace(fault, kind="error") if fault.kind == "drop_answer" else fault


def _matches(fault: Fault, point: Point) -> bool:
    if fault.kind == "kill" and not (point.is_of_function or point.is_delivery):
        return False  # nobody is there to be killed
    return (
        fault.service in ("", point.service)
        and (fault.operation in ("", point.operation) or (point.is_delivery and fault.operation == DELIVERY))
        and fault.account in ("", point.account)
        and (not fault.caller or _named(fault.caller, point.caller))
        and (not fault.resource or _named(fault.resource, point.resource))
    )


def _named(wanted: str, name: str) -> bool:
    """Whether `name`, or what an ARN or URL ends with, is what is wanted."""
    if "*" in wanted:
        return fnmatchcase(name, wanted)
    return wanted == name or name.endswith((":" + wanted, "/" + wanted))

"""Faults on purpose, at the one hook of the pipeline, drawn from a seed."""

from __future__ import annotations

from typing import Literal

import msgspec

from cloudchamber.clock import Ids

Kind = Literal["error", "delay", "drop_answer", "duplicate"]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to a call that matches. Empty `service`, `operation` or `resource` match all.

    `error`: it fails with `code`, `message` and `status`, and has no effect. `drop_answer`: it has its effect and then fails so.
    `delay`: it begins `delay_ms` later. `duplicate`: it is made twice. `chance` in [0, 1]; `times`: at most so often.
    """

    kind: Kind
    service: str = ""
    operation: str = ""
    resource: str = ""
    chance: float = 1.0
    times: int | None = None
    delay_ms: int = 0
    code: str = "InternalFailure"
    message: str = "Injected fault"
    status: int = 500


class Faults:
    """The plan in force."""

    def __init__(self, plan: list[Fault], seed: int) -> None:
        self.plan = plan
        self.seed = seed
        self._ids = Ids(seed)
        self._struck = [0] * len(plan)

    def draw(self, service: str, operation: str, resource: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        for index, fault in enumerate(self.plan):
            if not self._matches(fault, service, operation, resource):
                continue
            if fault.times is not None and self._struck[index] >= fault.times:
                continue
            if self._ids.fraction() < fault.chance:
                self._struck[index] += 1
                return fault
        return None

    @staticmethod
    def _matches(fault: Fault, service: str, operation: str, resource: str) -> bool:
        return (
            fault.service in ("", service)
            and fault.operation in ("", operation)
            and (
                not fault.resource
                or fault.resource == resource
                or resource.endswith((":" + fault.resource, "/" + fault.resource))
            )
        )

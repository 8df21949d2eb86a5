"""Whether a fault plan makes sense, before it is put into force; and its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from inspect import cleandoc
from typing import Any, get_args

import msgspec

from cloudchamber.aws.faults import DELIVERY, Attempts, Effect, Fault, FaultPlan, Kind
from cloudchamber.aws.struck import BATCHES, POISONED
from cloudchamber.wire.model import load_model

INVOCATIONS = ("Invoke", "InvokeWithResponseStream", "invoke_event")
_ALLOWED = {"kind": get_args(Kind), "effect": get_args(Effect), "attempts": get_args(Attempts)}
_AT = re.compile(r" - at `(\$[^`]*)`$")
# Members that mean something to some kinds only.
_MEANT_FOR = {
    "effect": ("kill", "hang"),
    "attempts": ("error", "throttle", "drop_answer"),
    "delay_ms": ("delay", "swap"),
    "code": ("error", "throttle", "drop_answer", "hang"),
    "message": ("error", "throttle", "drop_answer", "hang"),
    "status": ("error", "throttle", "drop_answer", "hang"),
}


class PlanRefused(ValueError):
    """A plan is not put into force; the message says what is wrong, what is allowed, and where: `$.faults[0].kind`."""


def decoded_plan(body: bytes, services: Collection[str], *, can_restart: bool) -> FaultPlan:
    """The plan of a JSON text. `services`: those that exist here. Raises PlanRefused."""
    try:
        plan = msgspec.json.decode(body, type=FaultPlan)
    except msgspec.ValidationError as error:
        raise PlanRefused(_explained(str(error))) from None
    except msgspec.DecodeError as error:
        raise PlanRefused(f"This is no JSON: {error}.") from None
    for index, fault in enumerate(plan.faults):
        for member, problem in _problems(fault, services, can_restart=can_restart):
            raise PlanRefused(f"{problem} - at `$.faults[{index}]{'.' + member if member else ''}`")
    return plan


def schema() -> dict[str, Any]:
    """The JSON schema of plans."""
    made: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(FaultPlan),
    }
    for definition in made["$defs"].values():
        definition["description"] = cleandoc(definition["description"])
    return made


def _explained(problem: str) -> str:
    """What msgspec says, and what would be allowed."""
    at = _AT.search(problem)
    member = at[1].rpartition(".")[2] if at else ""
    if problem.startswith("Invalid enum value") and member in _ALLOWED:
        return _insert(problem, at, f"; it is one of {', '.join(_ALLOWED[member])}")
    if "unknown field" in problem:
        known = FaultPlan if at is None else Fault
        names = ", ".join(field.name for field in msgspec.structs.fields(known))
        return _insert(problem, at, f"; there are {names}")
    return problem


def _insert(problem: str, at: re.Match[str] | None, text: str) -> str:
    return problem[: at.start()] + text + problem[at.start() :] if at else problem + text


def _problems(fault: Fault, services: Collection[str], *, can_restart: bool) -> Iterator[tuple[str, str]]:
    """What makes no sense: the member, and why."""
    yield from _unknown(fault, services)
    yield from _idle_members(fault)
    yield from _of_kind(fault, can_restart=can_restart)


def _unknown(fault: Fault, services: Collection[str]) -> Iterator[tuple[str, str]]:
    service, operation = fault.service, fault.operation
    if service and service not in services:
        yield "service", f"There is no service `{service}` here{_perhaps(service, services)}"
    if operation == DELIVERY:
        if service not in ("", "lambda"):
            yield (
                "operation",
                f"`delivery` is an event that is given to a function: of service lambda, not {service}",
            )
    elif service and operation and not operation[0].islower():
        known = load_model(service).operations
        if operation not in known:
            yield "operation", f"{service} has no operation `{operation}`{_perhaps(operation, known)}"


def _perhaps(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, list(known), 3, 0.6)
    return f"; perhaps {' or '.join(close)}" if close else ""


def _idle_members(fault: Fault) -> Iterator[tuple[str, str]]:
    for member, kinds in _MEANT_FOR.items():
        default = next(f.default for f in msgspec.structs.fields(Fault) if f.name == member)
        if getattr(fault, member) != default and fault.kind not in kinds:
            hint = (
                " (`drop_answer` has its effect, then fails)"
                if (member, fault.kind) == ("effect", "error")
                else ""
            )
            yield (
                member,
                f"`{member}` means nothing to a fault of kind {fault.kind}, only to {', '.join(kinds)}{hint}",
            )
    if 0 < fault.status < 400:
        yield "status", f"{fault.status} is not the status of an error: 400 to 599"


def _of_kind(fault: Fault, *, can_restart: bool) -> Iterator[tuple[str, str]]:
    match fault.kind:
        case "kill" if not (fault.caller or is_of_deliveries(fault)):
            yield (
                "",
                "`kill` needs a function: `caller` (a name, or `*`) whose SDK call it is, or `operation: delivery`",
            )
        case "delay" if not fault.delay_ms:
            yield "delay_ms", "`delay` needs `delay_ms`: how long it waits, in milliseconds"
        case "partial" if not _among(fault, BATCHES):
            yield "operation", f"`partial` strikes batches only: {_list(BATCHES)}"
        case "poison" if not _among(fault, POISONED):
            yield "operation", f"`poison` goes before messages only: {_list(POISONED)}"
        case "restart" if not can_restart:
            yield "kind", "`restart` is not possible here: nobody could start this chamber again"
        case _:
            return


def is_of_deliveries(fault: Fault) -> bool:
    """Whether only events that are given to functions match."""
    return fault.operation == DELIVERY or (fault.service == "lambda" and fault.operation in INVOCATIONS)


def _among(fault: Fault, known: Collection[tuple[str, str]]) -> bool:
    return any(
        fault.service in ("", service) and fault.operation in ("", operation) for service, operation in known
    )


def _list(known: Collection[tuple[str, str]]) -> str:
    return ", ".join(f"{service} {operation}" for service, operation in known)

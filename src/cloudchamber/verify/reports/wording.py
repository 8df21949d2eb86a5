"""A schedule in sentences, and what all reports say alike."""

from __future__ import annotations

from collections.abc import Sequence

from cloudchamber.aws.faults import DELIVERY, Fault
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import Verdict
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.tree import short_name, since
from cloudchamber.verify.words import counted

MEANINGS = {
    "idempotent": "every schedule ended in the same state",
    "duplicates its effect": "an event that came twice, or was tried again, had its effect twice",
    "loses data": "an event was accepted, and what it should have done is missing",
    "depends on order": "the end depends on which of two events was handled first",
    "poisons its queue": "one bad message keeps others from being handled",
    "not reached": "the scenario never came here, so nothing is known",
}


def schedule_lines(schedule: Schedule) -> list[str]:
    """What is unusual about a run, a sentence each."""
    lines = [fault_sentence(fault) for fault in schedule.faults]
    lines += [
        f"where several could go on for the {ordinal(each.at + 1)} time, {_other(each)} interrupts the one that runs"
        for each in schedule.preemptions
    ]
    if schedule.priorities is not None:
        changes = f", with {counted(schedule.changes, 'change')} on the way" if schedule.changes else ""
        lines.append(f"steps go on by priorities drawn from seed {schedule.priorities}{changes}")
    return lines or ["nothing unusual"]


def fault_sentence(fault: Fault) -> str:
    """`Charge is killed after its 2nd dynamodb PutItem on Charges`."""
    if fault.kind == "kill":
        return _kill(fault)
    what = _what(fault)
    match fault.kind:
        case "partial":
            return f"one entry of {what} fails"
        case "poison":
            return f"a message that nobody understands comes before {what}"
        case "restart":
            return f"the cloud dies after {what}, and starts again"
        case "error":
            code = f" with {fault.code}" if fault.code else ""
            attempt = " at its first attempt" if fault.attempts == "one" else ""
            return f"{what} fails{code}{attempt}"
        case "throttle":
            return f"{what} is throttled" + (" at its first attempt" if fault.attempts == "one" else "")
        case "drop_answer":
            return f"{what} has its effect, but its answer is lost"
        case "hang":
            effect = (
                "has its effect, but is never answered" if fault.effect == "after" else "is never answered"
            )
            return f"{what} {effect}"
        case "delay":
            return f"{what} begins {since(fault.delay_ms).removeprefix('+')} later"
        case "duplicate":
            return f"{what} is {'delivered' if _is_delivery(fault) else 'made'} twice"
        case "swap":
            return f"{what} comes only after the next one"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def kinds_of(schedule: Schedule) -> list[str]:
    """The kinds of faults of a schedule, and `preemption` where steps interrupt each other: what advice is chosen by."""
    kinds: list[str] = [fault.kind for fault in schedule.faults]
    if schedule.preemptions or schedule.priorities is not None:
        kinds.append("preemption")
    return list(dict.fromkeys(kinds))


def summary(report: Report) -> str:
    """How much was tried, in one line."""
    parts = [counted(report.runs_count, "run")]
    if report.elapsed_ms:
        parts[0] += f" in {report.elapsed_ms / 1000:.1f} s"
    if report.schedules_per_minute:
        parts.append(f"{report.schedules_per_minute:,.0f} schedules a minute")
    return ", ".join([*parts, f"seed {report.seed}"])


def conclusion(report: Report) -> str:
    """What it comes to, in one line."""
    failures = report.failures
    reached = [each for each in report.verdicts if each.name != "not reached"]
    if failures:
        return f"{len(failures)} of {counted(len(report.verdicts), 'handler')} not safe"
    if not reached:
        return "No handler was reached: the scenario proves nothing"
    accepted = [each for each in reached if not each.is_good]
    if accepted:
        return f"Nothing new: {counted(len(accepted), 'handler')} with findings that were accepted"
    return f"{counted(len(reached), 'handler')} safe under every schedule that was tried"


def standing(report: Report, verdict: Verdict) -> str:
    """Whether a verdict is `good`, `bad`, `accepted` or `unknown`."""
    if verdict.name == "not reached":
        return "unknown"
    if verdict.is_good:
        return "good"
    return "accepted" if report.is_accepted(verdict.handler, verdict.name) else "bad"


def sign(difference: Difference) -> str:
    """`+` for too much, `-` for too little, `~` for otherwise."""
    return {"more": "+", "less": "-", "other": "~"}[difference.gives]


def places_of(finding: Finding) -> Sequence[str]:
    """Where the differences of a finding are."""
    return list(dict.fromkeys(each.place for each in finding.differences))


def _other(preemption: Preemption) -> str:
    return "another" if preemption.to == 0 else f"the {ordinal(preemption.to + 1)} of the others"


def _is_delivery(fault: Fault) -> bool:
    return fault.operation == DELIVERY


def _nth(fault: Fault) -> str:
    if fault.nth is not None:
        return f"the {ordinal(fault.nth)}"
    often = "every" if fault.times is None else f"the first {fault.times}" if fault.times > 1 else "the first"
    return often if fault.chance >= 1 else f"{often} (by a chance of {fault.chance:.0%})"


def _what(fault: Fault) -> str:
    """Which calls a fault strikes, as a subject."""
    name = short_name(fault.resource)
    if _is_delivery(fault):
        return f"{_nth(fault)} event for {name or 'a function'}"
    call = " ".join(part for part in (fault.service, fault.operation) if part) or "call"
    return (
        f"{_nth(fault)} {call}"
        + (f" on {name}" if name else "")
        + (f" by {fault.caller}" if fault.caller else "")
    )


def _kill(fault: Fault) -> str:
    name = short_name(fault.resource)
    if _is_delivery(fault):
        which = _nth(fault).removeprefix("the ")
        if fault.effect == "after":
            return f"{name or 'a function'} is killed after its last effect, before it answers to its {which} event"
        return f"{name or 'a function'} is killed before it begins with its {which} event"
    call = " ".join(part for part in (fault.service, fault.operation) if part) or "call"
    where = f"{call} on {name}" if name else call
    which = _nth(fault).removeprefix("the ")
    return f"{fault.caller or 'a function'} is killed {fault.effect} its {which} {where}"

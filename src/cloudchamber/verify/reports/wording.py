"""A schedule in sentences, and what all reports say alike."""

from __future__ import annotations

import msgspec

from cloudchamber.aws.faults import DELIVERY, Fault
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import Verdict
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.tree import Line, short_name, since, tree
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
    fault = msgspec.structs.replace(
        fault, resource=short_name(fault.resource), caller=short_name(fault.caller)
    )
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


def trace_of(finding: Finding) -> list[Line]:
    """The events that led to a finding."""
    places = {each.place for each in finding.differences}
    return tree(finding.tracks, places)


def when(finding: Finding) -> list[str]:
    """Under what a finding shows, a sentence each."""
    return schedule_lines(finding.schedule)


def _other(preemption: Preemption) -> str:
    return "another" if preemption.to == 0 else f"the {ordinal(preemption.to + 1)} of the others"


def _is_delivery(fault: Fault) -> bool:
    return fault.operation == DELIVERY


def _which(fault: Fault, noun: str) -> str:
    """`the 2nd event`, `each of the first 3 events`, `every event`."""
    if fault.nth is not None:
        return f"the {ordinal(fault.nth)} {noun}"
    if fault.times is None:
        which = f"every {noun}"
    else:
        which = f"the first {noun}" if fault.times == 1 else f"each of the first {fault.times} {noun}s"
    return which if fault.chance >= 1 else f"{which} (by a chance of {fault.chance:.0%})"


def _noun(fault: Fault) -> str:
    """What a fault strikes: `event`, `dynamodb PutItem call`."""
    if _is_delivery(fault):
        return "event"
    return " ".join(part for part in (fault.service, fault.operation, "call") if part)


def _what(fault: Fault) -> str:
    """Which calls a fault strikes, as a subject."""
    which = _which(fault, _noun(fault))
    if _is_delivery(fault):
        return f"{which} for {fault.resource or 'a function'}"
    where = f" on {fault.resource}" if fault.resource else ""
    return which + where + (f" by {fault.caller}" if fault.caller else "")


def _kill(fault: Fault) -> str:
    which = _which(fault, _noun(fault)).replace("the ", "its ", 1)
    if _is_delivery(fault):
        name = fault.resource or "a function"
        if fault.effect == "after":
            return f"{name} is killed after its last effect, before it answers to {which}"
        return f"{name} is killed before it begins with {which}"
    where = f" on {fault.resource}" if fault.resource else ""
    return f"{fault.caller or 'a function'} is killed {fault.effect} {which}{where}"

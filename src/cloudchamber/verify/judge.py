"""From what differed under which schedule to a verdict on a handler. Pure.

Each run is judged by itself; the worst of all runs is the handler's verdict, the others are told beside it.

What a difference says depends on the faults that were there:

- under `poison` (a message that nobody understands came first): what the other messages should have done is missing, a message
  stays in a queue that somebody reads, or the application did not come to rest -> *poisons its queue*. What the bad message
  itself left behind (an item, a dead letter) is no fault of the handler.
- only `swap`, `delay` and preemptions: every call was answered, so whatever differs -> *depends on order*. A `delay` can outlast
  a visibility timeout, and the event comes a second time: more than there should be -> *duplicates its effect*.
- all others (the same event twice, a process that dies, an answer that is lost, a failing call): more than there should be ->
  *duplicates its effect*; less -> *loses data*. What is merely other, neither more nor less, is what a second try made of it
  where an event can have had its effect before (`duplicate`, `drop_answer`, `kill` and `hang` after the effect, `restart`) ->
  *duplicates its effect*; else it was left half done -> *loses data*.
- the same things in another order -> *depends on order*, whatever the schedule.

**Dead letters.** An event that ended in a dead-letter queue is kept, not lost: somebody can look at it and send it
again. So each dead letter more than in the run without faults explains one missing effect in every place, and both
become notes, if the schedule can have exhausted the tries of its source: each fault fails one try for each time it
strikes, each preemption or change of priorities one (a conflict), a fault without `nth` or `times` all of them. If
the source tries more often than that, the handler failed a try that nothing had disturbed: it cannot go on after what
the fault left behind (a marker that says "in progress", say), and that is a loss. One whose like is given up without
faults too, and that came twice, is given up twice: that is no loss. A bad message explains nothing but itself: who goes
with it into the dead-letter queue was poisoned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from cloudchamber.aws.faults import Fault
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.model import Schedule

Judged = tuple[Schedule, list[Difference], list[str]]
Name = Literal[
    "idempotent",
    "duplicates its effect",
    "loses data",
    "depends on order",
    "poisons its queue",
    "not reached",
]
WORST_FIRST: tuple[Name, ...] = (
    "loses data",
    "duplicates its effect",
    "poisons its queue",
    "depends on order",
    "idempotent",
    "not reached",
)
NOT_AT_REST = "did not come to rest"
_ORDER_KINDS = frozenset({"swap", "delay"})
_TWICE_KINDS = frozenset({"duplicate", "drop_answer", "restart"})


class Judgement(msgspec.Struct, frozen=True):
    """One run: all that it shows, worst first; `differences` are what counts, `notes` what is explained."""

    names: tuple[Name, ...]
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.names


class Verdict(msgspec.Struct, frozen=True):
    """What is known of a handler.

    `name`: the worst of `all`. `breaks`: the invariants that a run broke. `runs_count`: schedules that reached the handler;
    `failed_count`: those that showed something. `example`: the index of the simplest run that shows `name`, -1 when none does.
    """

    handler: str
    name: Name
    all: tuple[Name, ...] = ()
    breaks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    runs_count: int = 0
    failed_count: int = 0
    example: int = -1

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to repair: no run showed anything wrong (a handler that was not reached is not proven)."""
        return self.name in ("idempotent", "not reached")


def judge(handler: str, runs: Sequence[Judged]) -> Verdict:
    """The verdict on a handler from the runs whose faults reached it; none: *not reached*."""
    if not runs:
        return Verdict(handler, "not reached")
    judged = [judge_run(*run) for run in runs]
    shown = {name for each in judged for name in each.names}
    names: tuple[Name, ...] = tuple(name for name in WORST_FIRST if name in shown)
    name: Name = names[0] if names else "idempotent"
    showing = [index for index, each in enumerate(judged) if name in each.names]
    return Verdict(
        handler,
        name,
        names,
        _once(text for each in judged for text in each.breaks),
        _once(text for each in judged for text in each.notes),
        len(runs),
        sum(not each.is_good for each in judged),
        min(showing, key=lambda index: runs[index][0].size, default=-1),
    )


def judge_run(schedule: Schedule, differences: Sequence[Difference], problems: Sequence[str]) -> Judgement:
    """What one run shows."""
    counted, notes = _explain(schedule, differences)
    restless = any(problem.startswith(NOT_AT_REST) for problem in problems)
    breaks = tuple(f"breaks: {problem}" for problem in problems if not problem.startswith(NOT_AT_REST))
    names = {name for each in counted if (name := _name(schedule, each))}
    if restless:
        names.add("poisons its queue")
    if breaks and not names:
        names.add(_name_of_broken(schedule))
    return Judgement(
        tuple(name for name in WORST_FIRST if name in names), tuple(counted), tuple(notes), breaks
    )


def _kinds(schedule: Schedule) -> set[str]:
    return {fault.kind for fault in schedule.faults}


def _is_order_only(schedule: Schedule) -> bool:
    return _kinds(schedule) <= _ORDER_KINDS and schedule.size > 0


def _may_have_had_its_effect(fault: Fault) -> bool:
    return fault.kind in _TWICE_KINDS or (fault.kind in ("kill", "hang") and fault.effect == "after")


def _name(schedule: Schedule, difference: Difference) -> Name:
    """What one difference shows under that schedule."""
    if "poison" in _kinds(schedule) or difference.stuck:
        return "poisons its queue"
    comes_again = difference.gives == "more" and "delay" in _kinds(schedule)
    if difference.kind == "reordered" or (_is_order_only(schedule) and not comes_again):
        return "depends on order"
    if difference.gives == "more":
        return "duplicates its effect"
    if difference.gives == "less" or not any(map(_may_have_had_its_effect, schedule.faults)):
        return "loses data"
    return "duplicates its effect"


def _name_of_broken(schedule: Schedule) -> Name:
    """What a broken invariant shows when the state is what it should be."""
    if "poison" in _kinds(schedule):
        return "poisons its queue"
    if _is_order_only(schedule):
        return "depends on order"
    if any(map(_may_have_had_its_effect, schedule.faults)):
        return "duplicates its effect"
    return "loses data"


# -- what is explained


def _explain(schedule: Schedule, differences: Sequence[Difference]) -> tuple[list[Difference], list[str]]:
    """What counts, and notes on the rest."""
    if "poison" in _kinds(schedule):
        return _explain_poison(differences)
    dead = [each for each in differences if each.tries_count]
    failing = _failing_tries(schedule)
    kept = [each for each in dead if failing is None or failing >= each.tries_count]
    explained = sum(each.count for each in kept)
    notes = [f"{each.text}: kept there after all tries had failed, so not lost" for each in kept]
    left: dict[str, int] = {}
    counted: list[Difference] = []
    for each in differences:
        if each in kept:
            continue
        if each in dead and each.known:
            notes.append(f"{each.text}: given up without faults too")
        elif each in dead:
            counted.append(_as_loss(each))
        elif each.gives == "less" and left.setdefault(each.place, explained) >= each.count:
            left[each.place] -= each.count
            notes.append(f"{each.text}: explained by the dead letter")
        else:
            counted.append(each)
    return counted, notes


def _explain_poison(differences: Sequence[Difference]) -> tuple[list[Difference], list[str]]:
    counted: list[Difference] = []
    notes: list[str] = []
    for each in differences:
        if each.gives == "more" and not each.stuck:
            notes.append(f"{each.text}: the bad message left it, or took it along")
        else:
            counted.append(each)
    return counted, notes


def _as_loss(dead_letter: Difference) -> Difference:
    """A dead letter that no fault explains: its event was given up though tries were left undisturbed."""
    return msgspec.structs.replace(
        dead_letter, direction="less", text=f"{dead_letter.text}, though not all of its tries were disturbed"
    )


def _failing_tries(schedule: Schedule) -> int | None:
    """How many tries the schedule can have made fail; None when there is no bound."""
    count = len(schedule.preemptions) + (0 if schedule.priorities is None else max(1, schedule.changes))
    for fault in schedule.faults:
        if fault.nth is not None:
            count += 1
        elif fault.times is not None:
            count += fault.times
        else:
            return None
    return count


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))

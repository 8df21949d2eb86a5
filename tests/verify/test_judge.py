"""From differences under a schedule to a verdict."""

from __future__ import annotations

import msgspec
import pytest

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.advice import advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.doubts import doubts
from cloudchamber.verify.judge import judge, judge_run
from cloudchamber.verify.model import Preemption, Schedule

EXTRA = Difference("extra", "queue/Out", "queue/Out", "an extra message")
MISSING = Difference("missing", "table/Orders", "table/Orders/1", "a missing item")
MORE = Difference("changed", "table/Sums", "table/Sums/1/n", "more", 1, 2, "more")
LESS = Difference("changed", "table/Sums", "table/Sums/1/n", "less", 2, 1, "less")
OTHER = Difference("changed", "table/Orders", "table/Orders/1/status", "other", "a", "b")
REORDERED = Difference("reordered", "queue/Steps", "queue/Steps/g", "reordered")
STUCK = Difference("extra", "queue/In", "queue/In", "stuck", stuck=True)
DEAD = Difference("extra", "queue/Dead", "queue/Dead", "a dead letter", tries_count=3)
NOT_AT_REST = "did not come to rest within 14 days"


def under(*kinds: str, preempted: bool = False, **more) -> Schedule:
    faults = tuple(Fault(kind, nth=1, **more) for kind in kinds)
    return Schedule(faults, (Preemption(0),) if preempted else ())


@pytest.mark.parametrize(
    ("schedule", "differences", "names"),
    [
        (under("duplicate"), [], ()),
        (under("duplicate"), [EXTRA], ("duplicates its effect",)),
        (under("duplicate"), [MORE], ("duplicates its effect",)),
        (under("duplicate"), [OTHER], ("duplicates its effect",)),
        (under("duplicate"), [MISSING], ("loses data",)),
        (under("duplicate"), [EXTRA, LESS], ("loses data", "duplicates its effect")),
        (under("duplicate", preempted=True), [EXTRA], ("duplicates its effect",)),
        (under("kill", effect="after"), [EXTRA], ("duplicates its effect",)),
        (under("kill", effect="after"), [OTHER], ("duplicates its effect",)),
        (under("kill", effect="before"), [OTHER], ("loses data",)),
        (under("kill", effect="before"), [MORE], ("duplicates its effect",)),
        (under("kill", effect="after"), [MISSING], ("loses data",)),
        (under("drop_answer"), [MORE], ("duplicates its effect",)),
        (under("error"), [MISSING], ("loses data",)),
        (under("throttle"), [LESS], ("loses data",)),
        (under("partial"), [MISSING], ("loses data",)),
        (under("hang"), [MISSING], ("loses data",)),
        (under("restart"), [MORE], ("duplicates its effect",)),
        (under("swap"), [EXTRA], ("depends on order",)),
        (under("swap"), [OTHER], ("depends on order",)),
        (under("delay"), [LESS], ("depends on order",)),
        (under("delay"), [EXTRA], ("duplicates its effect",)),
        (under("delay"), [REORDERED], ("depends on order",)),
        (under(preempted=True), [LESS], ("depends on order",)),
        (under("swap", preempted=True), [MISSING], ("depends on order",)),
        (Schedule(priorities=4, changes=2), [LESS], ("depends on order",)),
        (under("duplicate"), [REORDERED], ("depends on order",)),
        (under("poison"), [MISSING], ("poisons its queue",)),
        (under("poison"), [LESS], ("poisons its queue",)),
        (under("poison"), [STUCK], ("poisons its queue",)),
        (under("poison"), [DEAD], ()),
        (under("poison"), [EXTRA], ()),
        (under("poison"), [DEAD, MISSING], ("poisons its queue",)),
        (under("kill"), [STUCK], ("poisons its queue",)),
    ],
)
def test_a_run_shows_what_its_faults_and_differences_say(schedule, differences, names):
    assert judge_run(schedule, differences, []).names == names


@pytest.mark.parametrize(
    ("schedule", "name"),
    [
        (under("duplicate"), "duplicates its effect"),
        (under("kill", effect="after"), "duplicates its effect"),
        (under("kill", effect="before"), "loses data"),
        (under("error"), "loses data"),
        (under("swap"), "depends on order"),
        (under(preempted=True), "depends on order"),
        (under("poison"), "poisons its queue"),
    ],
)
def test_a_broken_invariant_alone_is_told_and_classed_by_the_schedule(schedule, name):
    judged = judge_run(schedule, [], ["every order is charged once"])
    assert (judged.names, judged.breaks) == ((name,), ("breaks: every order is charged once",))


def test_a_broken_invariant_beside_differences_is_classed_by_them():
    assert judge_run(under("duplicate"), [LESS], ["sum"]).names == ("loses data",)


@pytest.mark.parametrize("kind", ["poison", "kill", "duplicate"])
def test_a_queue_that_is_never_drained_is_poisoned(kind):
    judged = judge_run(under(kind), [], [NOT_AT_REST])
    assert (judged.names, judged.breaks) == (("poisons its queue",), ())


@pytest.mark.parametrize(
    ("faults", "names"),
    [
        ((Fault("kill", nth=1),), ("loses data",)),
        ((Fault("kill", nth=1), Fault("kill", nth=2)), ("loses data",)),
        ((Fault("kill", nth=1), Fault("kill", nth=2), Fault("error", nth=3)), ()),
        ((Fault("error", times=3),), ()),
        ((Fault("error", times=2),), ("loses data",)),
        ((Fault("error"),), ()),
    ],
)
def test_a_dead_letter_explains_what_is_missing_when_all_tries_can_have_failed(faults, names):
    judged = judge_run(Schedule(faults), [DEAD, MISSING], [])
    assert judged.names == names
    assert bool(judged.notes) is (not names)


def test_a_dead_letter_without_exhausted_tries_is_itself_a_loss():
    judged = judge_run(under("kill"), [DEAD], [])
    assert judged.names == ("loses data",)
    assert judged.differences[0].text == "a dead letter, though not all of its tries were disturbed"


def test_what_is_given_up_without_faults_too_may_be_given_up_twice():
    known = msgspec.structs.replace(DEAD, known=True)
    judged = judge_run(under("duplicate"), [known], [])
    assert (judged.names, judged.notes) == ((), ("a dead letter: given up without faults too",))
    assert judge_run(under("duplicate"), [known, MISSING], []).names == ("loses data",)


def test_one_dead_letter_explains_one_missing_effect_in_each_place():
    one = [DEAD, MISSING, LESS]
    assert judge_run(Schedule((Fault("error"),)), one, []).names == ()
    two = [DEAD, MISSING, MISSING]
    judged = judge_run(Schedule((Fault("error"),)), two, [])
    assert (judged.names, judged.differences) == (("loses data",), (MISSING,))


def test_a_dead_letter_explains_nothing_that_is_too_much():
    assert judge_run(Schedule((Fault("error"),)), [DEAD, EXTRA], []).names == ("duplicates its effect",)


def test_preemptions_can_make_tries_fail_as_well():
    schedule = Schedule((Fault("kill", nth=1),), (Preemption(0), Preemption(1)))
    assert judge_run(schedule, [DEAD, MISSING], []).names == ()


def test_a_handler_is_judged_by_its_worst_run_and_shown_by_its_simplest():
    runs = [
        (under("duplicate"), [], []),
        (under("kill", "duplicate"), [MISSING], []),
        (under("duplicate"), [EXTRA], ["once"]),
        (under("kill"), [MISSING], []),
    ]
    verdict = judge("Charge", runs)
    assert (verdict.handler, verdict.name) == ("Charge", "loses data")
    assert verdict.all == ("loses data", "duplicates its effect")
    assert (verdict.runs_count, verdict.failed_count, verdict.example) == (4, 3, 3)
    assert verdict.breaks == ("breaks: once",)
    assert not verdict.is_good


def test_a_handler_that_holds_is_idempotent_and_one_without_runs_was_not_reached():
    good = judge("Charge", [(under("duplicate"), [], []), (under("poison"), [DEAD], [])])
    assert (good.name, good.is_good, good.example, len(good.notes)) == ("idempotent", True, -1, 1)
    assert judge("Charge", []).name == "not reached"


@pytest.mark.parametrize(
    ("name", "kinds", "first"),
    [
        ("duplicates its effect", ["duplicate"], "Let the store refuse what is there already"),
        ("duplicates its effect", ["kill"], "Write the effect and its marker in one transaction"),
        ("duplicates its effect", ["drop_answer"], "Make the call to the outside repeatable"),
        ("duplicates its effect", ["delay"], "Hide messages for longer than they take"),
        ("duplicates its effect", ["swap"], "Remember which events were handled"),
        ("loses data", ["kill"], "Use a transactional outbox"),
        ("loses data", ["partial"], "Look at what a batch call did not do"),
        ("loses data", ["duplicate"], "Let a marker expire"),
        ("loses data", [], "Fail, so that the event comes again"),
        ("depends on order", ["preemption"], "Change values where they lie"),
        ("depends on order", ["swap"], "Ask for order where it matters"),
        ("poisons its queue", ["poison"], "Report the messages that failed, not the batch"),
    ],
)
def test_each_verdict_has_a_pattern_that_aws_documents(name, kinds, first):
    found = advice(name, kinds)
    assert found[0].title == first
    assert all(each.url.startswith("https://docs.aws.amazon.com/") for each in found)
    assert len(found) == len(set(found))


def test_what_is_good_needs_no_advice():
    assert advice("idempotent", ["duplicate"]) == ()


def invocation(function: str, note: str = "", **more: str) -> Track:
    arn = f"arn:aws:lambda:us-east-1:1:function:{function}"
    made = Track("a", "r", "", 0, "lambda", "Invoke", arn, "p", "1", "us-east-1", note=note)
    return msgspec.structs.replace(made, **more)


def test_a_handler_that_always_fails_without_faults_is_doubted():
    tracks = [
        invocation("app-Charge-1X", "Unhandled: KeyError"),
        invocation("app-Charge-1X", "Unhandled: KeyError"),
        invocation("Flaky", "Unhandled: KeyError"),
        invocation("Flaky"),
        invocation("Good"),
        invocation("Batch", "failed items: 1"),
        invocation("Gone", error="ResourceNotFoundException"),
        invocation("Listed", error="X", operation="GetFunction"),
        invocation("Later", id="took it"),
        invocation("Later", "Unhandled: KeyError", operation="invoke_event", cause="took it"),
    ]
    found = doubts(tracks, {"app-Charge-1X": "Charge"})
    assert set(found) == {"Charge", "Gone", "Later"}
    assert found["Charge"] == (
        "Charge fails at every event even without faults (Unhandled: KeyError): its verdict proves nothing"
    )

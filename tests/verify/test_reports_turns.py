"""A race as people read it: two deliveries side by side, whose calls lie between each other's."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import msgspec
from rich.console import Console

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.advice import advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import judge
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.as_json import as_dict
from cloudchamber.verify.reports.html import page
from cloudchamber.verify.reports.junit import junit
from cloudchamber.verify.reports.text import render
from cloudchamber.verify.reports.turns import CALLS_MAX, LANES_MAX, turn_lines, turns_of

TWICE = Fault("duplicate", service="lambda", operation="delivery", resource="Charge", nth=1)
RACED = Schedule((TWICE,), (Preemption(2),))
EXTRA = Difference("extra", "table/Payments", "table/Payments", "table Payments: 3 items instead of 2")
SERVICE, PERSON = "lambda.amazonaws.com", "arn:aws:iam::123456789012:root"


def invocation(number: int, name: str, note: str = "") -> Track:
    return Track(
        name, "1-0-1", "", 0, "lambda", "Invoke", "Charge", SERVICE, "123456789012", "us-east-1",
        note=note, number=number, is_delivery=True,
    )  # fmt: skip


def call(number: int, by: str, what: str, principal: str = PERSON, error: str = "") -> Track:
    operation, _, table = what.partition(" ")
    return Track(
        f"call-{number}", "1-0-1", by, 0, "dynamodb", operation, table, principal, "123456789012", "us-east-1",
        error=error, number=number,
    )  # fmt: skip


RACE = [
    invocation(1, "a"),
    invocation(2, "b", "fault: duplicate"),
    call(3, "a", "GetItem Done"),
    call(4, "b", "GetItem Done"),
    call(6, "a", "PutItem Done", error="ConditionalCheckFailedException"),
    call(5, "b", "PutItem Done"),
    call(7, "a", "PutLogEvents x", principal=SERVICE),
    invocation(8, "c"),
    call(9, "c", "GetItem Done"),
]


def finding(tracks: list[Track], schedule: Schedule = RACED) -> Finding:
    return Finding("Charge", "duplicates its effect", schedule, [EXTRA], tracks=tracks)


def report(tracks: list[Track]) -> Report:
    return Report("shop", "scenario", 0, [judge("Charge", [(RACED, [EXTRA], [])])], [finding(tracks)])


def test_calls_stand_in_the_order_in_which_they_were_made_in_a_column_for_each_invocation():
    turns = turns_of(finding(RACE))
    assert turns is not None
    assert turn_lines(turns, 80) == [
        "Charge (1)                              Charge (2)",
        "dynamodb GetItem Done",
        "                                        dynamodb GetItem Done",
        "                                        dynamodb PutItem Done",
        "dynamodb PutItem Done [ConditionalCheckFailedException]",
    ]


def test_without_a_race_there_is_nothing_to_show():
    one_after_the_other = [
        invocation(1, "a"),
        call(2, "a", "GetItem x"),
        invocation(3, "b"),
        call(4, "b", "GetItem x"),
    ]
    assert turns_of(finding(one_after_the_other)) is None
    assert turns_of(finding([])) is None
    assert turns_of(finding(RACE, Schedule((TWICE,)))) is None, "its tree says all that its fault does"


def test_those_that_were_struck_come_before_those_that_were_not():
    quiet = [msgspec.structs.replace(each, note="", error="") for each in RACE[:6]]
    later = [
        msgspec.structs.replace(each, id=f"{each.id}-2", cause=f"{each.cause}-2", number=each.number + 100)
        for each in RACE[:6]
    ]
    turns = turns_of(finding([*quiet, *later]))
    assert turns is not None
    assert [each.error for each in turns.calls] == ["", "", "", "ConditionalCheckFailedException"]


def test_a_crowd_is_cut():
    crowd = [invocation(number, f"i-{number}") for number in range(LANES_MAX + 2)]
    calls = [call(10 + index, crowd[index % len(crowd)].id, "GetItem x") for index in range(100)]
    turns = turns_of(finding(crowd + calls))
    assert turns is not None
    assert len(turns.names) == LANES_MAX
    assert len(turns.calls) == CALLS_MAX


def test_every_report_shows_them():
    raced = report(RACE)
    file = io.StringIO()
    render(raced, Console(file=file, width=100))
    assert "side by side\n  Charge (1)" in file.getvalue()
    assert "side by side:" in (ElementTree.fromstring(junit([raced])).findtext(".//failure") or "")
    assert "<h3>Side by side</h3>" in page([raced])
    turns = as_dict(raced)["findings"][0]["turns"]
    assert list(turns["names"]) == ["Charge (1)", "Charge (2)"]
    assert turns["calls"][1] == {"lane": 1, "text": "dynamodb GetItem Done", "error": ""}


def test_advice_is_told_once_at_length():
    twice = report(RACE)
    told = msgspec.structs.replace(finding(RACE), advice=advice("duplicates its effect", ["kill"]))
    file = io.StringIO()
    render(msgspec.structs.replace(twice, findings=[told, told]), Console(file=file, width=100))
    assert file.getvalue().count(told.advice[0].url) == 1
    assert f"1. {told.advice[0].title} (as above)" in file.getvalue()

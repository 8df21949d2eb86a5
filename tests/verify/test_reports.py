"""Reports as people and programs read them: a shop whose Charge handler charges twice when it is killed.

`python tests/verify/test_reports.py` writes the golden files anew; look at the difference before you commit it.
"""

from __future__ import annotations

import io
import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.advice import advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import judge
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.as_json import as_dict, as_json
from cloudchamber.verify.reports.html import page
from cloudchamber.verify.reports.junit import junit
from cloudchamber.verify.reports.text import render
from cloudchamber.verify.reports.wording import conclusion, fault_sentence, ordinal, schedule_lines

GOLDEN = Path(__file__).parent / "golden"

BEGAN_MS = 1_767_225_600_000
KILLED = Schedule(
    (
        Fault(
            "kill",
            service="dynamodb",
            operation="PutItem",
            resource="Charges",
            caller="Charge",
            nth=1,
            effect="after",
        ),
    )
)
POISONED = Schedule((Fault("poison", service="lambda", operation="delivery", resource="Ship", nth=1),))
RACED = Schedule((), (Preemption(4),))
TWICE = Difference(
    "extra",
    "http/http://payments/charge",
    "http/http://payments/charge",
    "http http://payments/charge: 2 calls like {order: o-1, amount: 100} instead of 1",
    found={"order": "o-1", "amount": 100},
)
SUM = Difference(
    "changed",
    "table/Totals",
    "table/Totals/day/total",
    "table Totals: item {id: day} has total 200 instead of 100",
    expected=100,
    found=200,
    direction="more",
)
GONE = Difference(
    "missing",
    "queue/Shipments",
    "queue/Shipments",
    "queue Shipments: no message like {order: o-2} instead of 1",
    expected={"body": {"order": "o-2"}},
)
LESS = Difference(
    "changed",
    "table/Totals",
    "table/Totals/day/count",
    "table Totals: item {id: day} has count 1 instead of 2",
    expected=2,
    found=1,
    direction="less",
)


def track(number: int, cause: int, after_ms: int, what: str, resource: str, **more: str) -> Track:
    """One call, as `service Operation`."""
    service, operation = what.split(" ")
    return Track(
        f"{number:016x}",
        "1-00000000-1",
        f"{cause:016x}" if cause else "",
        BEGAN_MS + after_ms,
        service,
        operation,
        resource,
        more.pop("principal", "arn:aws:iam::123456789012:root"),
        "123456789012",
        "us-east-1",
        **more,
    )


TRACKS = [
    track(1, 0, 0, "sqs SendMessage", "http://localhost:4566/123456789012/Incoming"),
    track(2, 0, 5, "sqs ReceiveMessage", "Incoming", principal="lambda.amazonaws.com"),
    track(
        3,
        1,
        5,
        "lambda Invoke",
        "arn:aws:lambda:us-east-1:123456789012:function:Charge",
        note="Unhandled: Runtime.ExitError",
    ),
    track(4, 3, 12, "http POST", "http://payments/charge"),
    track(5, 3, 20, "dynamodb PutItem", "Charges", note="fault: kill"),
    track(6, 3, 21, "logs PutLogEvents", "/aws/lambda/Charge"),
    track(7, 1, 30_020, "lambda Invoke", "arn:aws:lambda:us-east-1:123456789012:function:Charge"),
    track(8, 7, 30_025, "http POST", "http://payments/charge"),
    track(9, 7, 30_031, "dynamodb PutItem", "Charges", error="ConditionalCheckFailedException"),
    track(10, 7, 30_040, "events PutEvents", ""),
    track(11, 10, 30_041, "sqs SendMessage", "http://localhost:4566/123456789012/Shipments"),
]


def sample() -> Report:
    """Three handlers that are not safe, one that is, one never reached, one accepted."""
    good = Schedule((Fault("duplicate", nth=1),))
    return Report(
        application="shop",
        scenario="scenario_two_orders",
        seed=7,
        verdicts=[
            judge("Charge", [(KILLED, [TWICE, SUM], ["every order is charged once"]), (good, [], [])]),
            judge("Ship", [(POISONED, [GONE], [])]),
            judge("Count", [(RACED, [LESS], [])]),
            judge("Notify", [(good, [], [])] * 41),
            judge("Legacy", [(good, [SUM], [])]),
            judge("Audit", []),
        ],
        findings=[
            Finding(
                "Charge",
                "duplicates its effect",
                KILLED,
                [TWICE, SUM],
                ["every order is charged once"],
                tracks=TRACKS,
                repeat="cloudchamber verify shop --scenario scenario_two_orders --seed 7 --only Charge",
                advice=advice("duplicates its effect", ["kill"]),
            ),
            Finding(
                "Ship",
                "poisons its queue",
                POISONED,
                [GONE],
                notes=["queue Dead: 1 message like ??? instead of none: what became of the bad message"],
                advice=advice("poisons its queue", ["poison"]),
            ),
            Finding(
                "Count", "depends on order", RACED, [LESS], advice=advice("depends on order", ["preemption"])
            ),
            Finding("Legacy", "duplicates its effect", good, [SUM]),
        ],
        runs_count=213,
        schedules_per_minute=1040.4,
        elapsed_ms=12_290,
        accepted=["Legacy"],
        notes=["Audit has no event source in this template"],
    )


def as_text(report: Report, *, terminal: bool = False, width: int = 100) -> str:
    file = io.StringIO()
    render(
        report,
        Console(
            file=file, width=width, force_terminal=terminal, color_system="standard" if terminal else None
        ),
    )
    return file.getvalue()


RENDERED = {"report.txt": as_text, "report.json": as_json, "report.xml": lambda report: junit([report])}


@pytest.mark.parametrize("name", RENDERED)
def test_a_report_reads_as_it_did(name):
    assert RENDERED[name](sample()) == (GOLDEN / name).read_text("utf-8")


def test_piped_text_is_plain():
    text = as_text(sample())
    assert text.isascii()
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_terminal_gets_colour_and_marks():
    text = as_text(sample(), terminal=True)
    assert "\x1b[" in text
    assert "⚡" in text
    assert "✗" in text


def test_a_narrow_terminal_breaks_paragraphs_but_no_commands():
    lines = as_text(sample(), width=60).splitlines()
    assert any(line.endswith("--only Charge") for line in lines)
    prose = [line for line in lines if line.startswith("     ") and "://" not in line and "|" not in line]
    assert max(map(len, prose)) <= 60


def test_handlers_and_verdicts_are_whole_on_a_narrow_terminal():
    long = judge("A" * 30, [(KILLED, [TWICE, GONE], ["an invariant that has " + "many words " * 20])])
    text = as_text(msgspec.structs.replace(sample(), verdicts=[long], findings=[]), width=80)
    assert "A" * 30 + "   loses data" in text
    assert max(map(len, text.splitlines())) <= 80


def test_markup_in_values_is_text():
    finding = msgspec.structs.replace(sample().findings[0], handler="[red]H[/red]", problems=["[bold]x"])
    text = as_text(msgspec.structs.replace(sample(), findings=[finding]))
    assert "[red]H[/red] duplicates its effect" in text
    assert "! [bold]x" in text


def test_the_json_is_what_its_schema_says():
    found = json.loads(as_json(sample()))
    assert found["version"] == 1
    assert found["good"] is False
    assert {each["handler"]: each["standing"] for each in found["verdicts"]} == {
        "Charge": "bad",
        "Ship": "bad",
        "Count": "bad",
        "Notify": "good",
        "Legacy": "accepted",
        "Audit": "unknown",
    }
    charge = found["findings"][0]
    assert charge["schedule"]["faults"][0]["kind"] == "kill"
    assert [line["fault"] for line in charge["trace"] if line["fault"]] == ["kill"]
    assert found == as_dict(sample())


def test_the_junit_counts_are_right_and_what_xml_forbids_is_replaced():
    finding = msgspec.structs.replace(sample().findings[0], problems=["bell \x07 <&>"])
    root = ElementTree.fromstring(junit([msgspec.structs.replace(sample(), findings=[finding])]))
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["Charge", "Ship", "Count", "Notify", "Legacy", "Audit"]
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure")) == 3
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped")) == 2
    assert "bell \ufffd <&>" in (suite.findtext("testcase/failure") or "")


class _Page(HTMLParser):
    """The elements of a page; it fails where they do not nest."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_is_whole_and_asks_for_nothing_from_outside():
    text = page([sample()])
    found = _Page(text)
    assert found.open == []
    tags = [tag for tag, _ in found.elements]
    assert not {"link", "img", "iframe", "object", "embed"} & set(tags)
    assert all("src" not in attributes for _, attributes in found.elements)
    assert "@import" not in text
    assert "url(" not in text
    links = [attributes["href"] or "" for tag, attributes in found.elements if tag == "a"]
    assert all(link.startswith(("https://docs.aws.amazon.com/", "#finding-")) for link in links)
    ids = {attributes.get("id") for _, attributes in found.elements}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_the_page_shows_every_verdict_and_finding_in_light_and_dark():
    text = page([sample()])
    found = _Page(text)
    assert [tag for tag, _ in found.elements].count("details") == 4
    assert "prefers-color-scheme: dark" in text
    for wanted in ("Charge", "poisons its queue", "not reached", "every order is charged once", "+30.020 s"):
        assert any(wanted in each for each in found.texts), wanted


def test_text_from_an_application_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    finding = Finding(
        evil,
        "loses data",
        Schedule((Fault("error", resource=evil),)),
        [Difference("changed", evil, evil, evil, evil, evil)],
        [evil],
        [evil],
        [track(1, 0, 0, "sqs Send", evil, error=evil)],
        repeat=evil,
    )
    report = Report(evil, evil, 1, [judge(evil, [(KILLED, [GONE], [evil])])], [finding], notes=[evil])
    text = page([report])
    assert evil not in text
    assert _Page(text).open == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            Fault("duplicate", service="lambda", operation="delivery", resource="Charge", nth=2),
            "the 2nd event for Charge is delivered twice",
        ),
        (
            Fault("kill", service="lambda", operation="delivery", resource="Charge", nth=1),
            "Charge is killed before it begins with its 1st event",
        ),
        (
            Fault("kill", service="lambda", operation="delivery", resource="Charge", nth=1, effect="after"),
            "Charge is killed after its last effect, before it answers to its 1st event",
        ),
        (
            Fault(
                "kill",
                service="sqs",
                operation="SendMessage",
                resource="Out",
                caller="Charge",
                nth=3,
                effect="before",
            ),
            "Charge is killed before its 3rd sqs SendMessage call on Out",
        ),
        (
            Fault(
                "drop_answer", service="dynamodb", operation="PutItem", resource="T", caller="Charge", nth=1
            ),
            "the 1st dynamodb PutItem call on T by Charge has its effect, but its answer is lost",
        ),
        (
            Fault("error", service="s3", code="SlowDown", times=2),
            "each of the first 2 s3 calls fails with SlowDown",
        ),
        (
            Fault("throttle", service="s3", operation="PutObject", nth=1, attempts="one"),
            "the 1st s3 PutObject call is throttled at its first attempt",
        ),
        (Fault("delay", service="sqs", nth=1, delay_ms=90_000), "the 1st sqs call begins 1 m 30 s later"),
        (
            Fault("hang", service="sns", operation="Publish", nth=1),
            "the 1st sns Publish call is never answered",
        ),
        (
            Fault("hang", service="sns", operation="Publish", nth=1, effect="after"),
            "the 1st sns Publish call has its effect, but is never answered",
        ),
        (Fault("partial", operation="PutRecords", nth=1), "one entry of the 1st PutRecords call fails"),
        (
            Fault("swap", service="lambda", operation="delivery", resource="Charge", nth=1),
            "the 1st event for Charge comes only after the next one",
        ),
        (
            Fault("poison", service="lambda", operation="delivery", resource="Charge", nth=1),
            "a message that nobody understands comes before the 1st event for Charge",
        ),
        (
            Fault("restart", service="dynamodb", operation="PutItem", nth=11),
            "the cloud dies after the 11th dynamodb PutItem call, and starts again",
        ),
        (Fault("error", service="s3", chance=0.25), "every s3 call (by a chance of 25%) fails"),
    ],
)
def test_a_fault_is_a_sentence(fault, sentence):
    assert fault_sentence(fault) == sentence


def test_interleavings_are_sentences_too():
    schedule = Schedule((), (Preemption(0), Preemption(10, 1)), priorities=4, changes=2)
    assert schedule_lines(schedule) == [
        "where several could go on for the 1st time, another interrupts the one that runs",
        "where several could go on for the 11th time, the 2nd of the others interrupts the one that runs",
        "steps go on by priorities drawn from seed 4, with 2 changes on the way",
    ]
    assert schedule_lines(Schedule()) == ["nothing unusual"]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (12, "12th"), (22, "22nd")]
)
def test_ordinals(number, text):
    assert ordinal(number) == text


def test_the_conclusion_says_what_it_comes_to():
    good, unknown = judge("A", [(KILLED, [], [])]), judge("B", [])
    bad = judge("C", [(KILLED, [GONE], [])])

    def of(*verdicts, accepted=()) -> str:
        return conclusion(Report("a", "s", 1, list(verdicts), accepted=list(accepted)))

    assert of(good, unknown) == "1 handler safe under every schedule that was tried"
    assert of(unknown) == "No handler was reached: the scenario proves nothing"
    assert of(good, bad) == "1 of 2 handlers not safe"
    assert of(good, bad, accepted=["C"]) == "Nothing new: 1 handler with findings that were accepted"
    assert of(bad, accepted=["C: depends on order"]) == "1 of 1 handler not safe"
    assert of(bad, accepted=["C: loses data"]) == "Nothing new: 1 handler with findings that were accepted"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file_name, rendered in RENDERED.items():
        (GOLDEN / file_name).write_text(rendered(sample()), "utf-8")

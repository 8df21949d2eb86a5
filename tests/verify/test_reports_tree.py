"""The chain of events of a run as people read it."""

from __future__ import annotations

import pytest

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.tree import named, since, text_lines, tree

BEGAN_MS = 1_767_225_600_000


def track(number: str, cause: str, what: str, resource: str = "", after_ms: int = 0, **more: str) -> Track:
    service, operation = what.split(" ")
    principal = more.pop("principal", "arn:aws:iam::123456789012:root")
    return Track(
        number,
        "root",
        cause,
        BEGAN_MS + after_ms,
        service,
        operation,
        resource,
        principal,
        "1",
        "us-east-1",
        **more,
    )


def lines(*tracks: Track, places=(), names=None, lines_max=40, plain=True) -> list[str]:
    return text_lines(tree(list(tracks), places, names or {}, lines_max), plain=plain)


def test_what_is_caused_stands_below_its_cause_in_order():
    found = lines(
        track("a", "", "sns Publish", "arn:aws:sns:us-east-1:1:Orders"),
        track("c", "a", "sqs SendMessage", "http://localhost:4566/1/Second", 20),
        track("b", "a", "sqs SendMessage", "http://localhost:4566/1/First", 10),
        track(
            "d", "b", "lambda Invoke", "arn:aws:lambda:us-east-1:1:function:Charge", 30, note="fault: kill"
        ),
    )
    assert found == [
        "   +0.000 s  sns Publish Orders",
        "   +0.010 s  |- sqs SendMessage First",
        "   +0.030 s  |  `- ! function Charge  <- kill",
        "   +0.020 s  `- sqs SendMessage Second",
    ]


def test_an_asynchronous_call_and_its_function_are_two_things():
    found = lines(track("a", "", "lambda Invoke", "F"), track("b", "a", "lambda invoke_event", "F", 5))
    assert found == ["   +0.000 s  lambda Invoke F", "   +0.005 s  `- function F"]


def test_on_a_terminal_the_fault_is_a_flash():
    found = lines(track("a", "", "sqs SendMessage", "Q", note="fault: duplicate"), plain=False)
    assert found == ["   +0.000 s  ⚡ sqs SendMessage Q  ← duplicate"]


def test_housekeeping_is_left_out_and_its_consequences_take_its_place():
    found = lines(
        track("a", "", "sqs SendMessage", "Q"),
        track("b", "a", "lambda poll_queue"),
        track("c", "b", "lambda Invoke", "Charge"),
        track("d", "c", "logs PutLogEvents", "/aws/lambda/Charge"),
        track("e", "c", "dynamodb DescribeTable", "T"),
        track("f", "", "sqs DeleteMessage", "Q", principal="lambda.amazonaws.com"),
    )
    assert found == ["   +0.000 s  sqs SendMessage Q", "   +0.000 s  `- function Charge"]


def test_what_failed_is_told_though_it_only_looks():
    found = lines(track("a", "", "dynamodb DescribeTable", "T", error="ResourceNotFoundException"))
    assert found == ["   +0.000 s  dynamodb DescribeTable T  [ResourceNotFoundException]"]


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("Unhandled: KeyError", "function F  [Unhandled: KeyError]"),
        ("failed items: 2", "function F  [failed items: 2]"),
        (
            "fault: kill; Unhandled: Runtime.ExitError",
            "! function F  [Unhandled: Runtime.ExitError]  <- kill",
        ),
    ],
)
def test_how_a_function_failed_is_told(note, told):
    assert lines(track("a", "", "lambda Invoke", "F", note=note)) == [f"   +0.000 s  {told}"]


def test_only_events_with_faults_or_at_the_places_are_told():
    tracks = [
        track("a", "", "sqs SendMessage", "Q", note="fault: kill"),
        track("b", "", "sns Publish", "News", 1),
        track("c", "", "dynamodb PutItem", "shop-Orders-1X", 2),
    ]
    names = {"shop-Orders-1X": "Orders"}
    assert [line[13:] for line in lines(*tracks)] == ["! sqs SendMessage Q  <- kill"]
    found = lines(*tracks, places=["table/Orders"], names=names)
    assert [line[13:] for line in found] == ["! sqs SendMessage Q  <- kill", "dynamodb PutItem Orders"]


def test_without_a_fault_everything_is_told():
    assert len(lines(track("a", "", "sns Publish", "A"), track("b", "", "sns Publish", "B"))) == 2


def test_many_alike_are_counted_but_a_fault_never_hides():
    tracks = [track("a", "", "lambda Invoke", "F")]
    tracks += [
        track(f"b{n}", "a", "dynamodb PutItem", "T", n, note="fault: kill" if n == 8 else "")
        for n in range(10)
    ]
    assert [line[13:] for line in lines(*tracks)] == [
        "function F",
        "|- dynamodb PutItem T",
        "|- dynamodb PutItem T",
        "|- dynamodb PutItem T",
        "|- ! dynamodb PutItem T  <- kill",
        "`- … 6 more: dynamodb PutItem T",
    ]


def test_a_long_tree_is_cut_to_the_events_around_its_fault():
    tracks = [track("a", "", "lambda Invoke", "F")]
    tracks += [
        track(f"b{n:03}", "a", "sns Publish", f"T{n}", n, note="fault: kill" if n == 60 else "")
        for n in range(100)
    ]
    found = [line[13:] for line in lines(*tracks, lines_max=9)]
    assert found == [
        "function F",
        "… 57 more",
        "|- sns Publish T57",
        "|- sns Publish T58",
        "|- sns Publish T59",
        "|- ! sns Publish T60  <- kill",
        "|- sns Publish T61",
        "|- sns Publish T62",
        "… 37 more",
    ]


def test_a_call_that_names_itself_as_its_cause_is_a_root():
    assert len(lines(track("a", "a", "sns Publish", "T"))) == 1


def test_an_endless_chain_of_events_is_told_too():
    tracks = [
        track(f"{n}", f"{n - 1}", "lambda Invoke", f"F{n}", n, note="fault: kill" if n == 3000 else "")
        for n in range(3001)
    ]
    found = [line[13:] for line in lines(*tracks, lines_max=5)]
    assert found[-1].strip() == "`- ! function F3000  <- kill"
    assert len(found) <= 5
    assert max(map(len, found)) < 80


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "+0.000 s"),
        (59_999, "+59.999 s"),
        (60_000, "+1 m 00 s"),
        (3_725_000, "+1 h 02 m"),
        (14 * 86_400_000, "+14 d 00 h"),
    ],
)
def test_times_count_from_the_start(ms, text):
    assert since(ms) == text


def test_no_tracks_make_no_tree():
    assert tree([]) == []


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("arn:aws:events:us-east-1:1:rule/bus/Placed", "Placed"),
        ("http://localhost:4566/1/Q", "Q"),
        ("Plain", "Plain"),
        ("x-1", "X"),
    ],
)
def test_resources_have_short_names(resource, name):
    assert named(resource, {"x-1": "X"}) == name

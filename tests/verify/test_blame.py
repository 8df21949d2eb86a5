"""Whose difference it is."""

from __future__ import annotations

import pytest
from tests.verify.test_points import ROOT

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.blame import blamed, effects
from cloudchamber.verify.compare import Difference

NAMES = {"app-Stock-1": "Stock", "app-Payments-1": "Payments"}


def delivery(number, function):
    return Track(
        f"d{number}",
        "r",
        "",
        0,
        "lambda",
        "Invoke",
        function,
        "lambda.amazonaws.com",
        "1",
        "r",
        is_delivery=True,
    )


def call(cause, operation, resource, *, error="", note="", principal=ROOT):
    return Track(
        "c", "r", f"d{cause}", 0, "dynamodb", operation, resource, principal, "1", "r", error=error, note=note
    )


BASELINE = [
    delivery(1, "reserve"),
    call(1, "TransactWriteItems", ""),
    delivery(2, "release"),
    call(2, "UpdateItem", "app-Stock-1"),
]
TWICE = [*BASELINE, delivery(3, "release"), call(3, "UpdateItem", "app-Stock-1")]
MORE_STOCK = Difference("changed", "table/Stock", "table/Stock/widget/quantity", "", direction="more")


def blame(tracks, struck, difference=MORE_STOCK):
    return blamed([difference], effects(BASELINE, NAMES), effects(tracks, NAMES), struck)


def test_who_had_more_effects_is_to_blame_though_another_was_struck():
    assert blame(TWICE, ("reserve",)) == ["release"]


def test_the_struck_one_is_when_its_own_effects_differ():
    assert blame([*TWICE, delivery(4, "reserve"), call(4, "TransactWriteItems", "")], ("reserve",)) == [
        "reserve"
    ]


def test_who_was_given_fewer_events_is_not_for_having_fewer_effects():
    less_stock = Difference("changed", "table/Stock", "table/Stock/widget/quantity", "", direction="less")
    assert blame(BASELINE[:2], ("reserve",), less_stock) == ["reserve"]
    assert blame(BASELINE[:3], ("reserve",), less_stock) == ["release"]


def test_the_struck_one_is_when_nobodys_effects_tell():
    assert blame(BASELINE, ("charge",)) == ["charge"]


@pytest.mark.parametrize(
    ("more", "guilty"),
    [
        (call(3, "UpdateItem", "app-Stock-1", error="ConditionalCheckFailedException"), ["charge"]),
        (
            call(3, "UpdateItem", "app-Stock-1", error="InternalServerError", note="fault: drop_answer"),
            ["release"],
        ),
        (call(3, "GetItem", "app-Stock-1"), ["charge"]),
        (call(3, "UpdateItem", "app-Payments-1"), ["charge"]),
        (call(3, "PutItem", "app-Stock-1", principal="logs.amazonaws.com"), ["charge"]),
    ],
)
def test_only_effects_on_the_place_count(more, guilty):
    assert blame([*BASELINE, delivery(3, "release"), more], ("charge",)) == guilty


def test_who_had_fewer_effects_is_to_blame_for_what_is_missing():
    missing = Difference("missing", "table/Stock", "table/Stock/widget", "")
    assert blame(BASELINE[:3], ("charge",), missing) == ["release"]


def test_a_call_that_names_no_table_changes_no_queue():
    more_mail = Difference("extra", "queue/Mails", "queue/Mails/0", "")
    tracks = [
        *TWICE,
        delivery(5, "charge"),
        call(5, "TransactWriteItems", ""),
        call(3, "SendMessage", "Mails"),
    ]
    assert blame(tracks, ("charge",), more_mail) == ["release"]

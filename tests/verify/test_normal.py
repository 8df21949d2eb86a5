"""What may differ between good runs is made the same; what the application decided stays."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.verify.normal import Ignores, Normal, canonical, plain

BEGAN_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
START = datetime.fromtimestamp(BEGAN_MS / 1000, UTC)
NORMAL = Normal(BEGAN_MS, BEGAN_MS + 3_600_000)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "<uuid>"),
        ("order-3F2504E0-4F89-41D3-9A0C-0305E82C3301!", "order-<uuid>!"),
        ("01KDVCJ2M0D5Z7E7G0W5N4R3QX", "<ulid>"),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "<hex 64>"),
        ("req-9f86d081", "req-<hex 8>"),
        ("2026-01-01T00:00:12Z", "<time>"),
        ("2026-01-01T00:00:12.345678+00:00", "<time>"),
        ("2026-01-01 00:00:12", "<time>"),
        ("2026-01-01T01:02", "<time>"),
        ("20260101T000012Z", "<time>"),
        ("Thu, 01 Jan 2026 00:00:12 GMT", "<time>"),
        ("01/Jan/2026:00:00:12 +0000", "<time>"),
        ("Thu Jan  1 00:00:12 2026", "<time>"),
        ("1767225612", "<time>"),
        ("1767225612345", "<time>"),
        ("1767225612.5", "<time>"),
        ("2026-01-01", "<date>"),
        ("logs/2026/01/01/00/part", "logs/<date>/part"),
        ("year=2026/month=01/day=01/hour=00/x.json", "<date>/x.json"),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "<trace>"),
        ("49590338271490256608559692538361571095921575989136588898", "<sequence>"),
        ("at 2026-01-01T00:00:01Z by 3f2504e0-4f89-41d3-9a0c-0305e82c3301", "at <time> by <uuid>"),
    ],
)
def test_what_nobody_chose_has_a_placeholder(text, normal):
    assert NORMAL.value(text) == normal


@pytest.mark.parametrize(
    "value",
    [
        "o-1",
        "PENDING",
        "order 42",
        "12345678",
        "1e1000000",
        "deadbeef",
        "customer@example.com",
        "arn:aws:sqs:us-east-1:123456789012:Orders",
        "2019-07-05T10:00:00Z",  # somebody gave it: the run was not there
        "2019-07-05",
        "2031-01-01T00:00:00Z",
        "1562320800",
        "ABCDEFGHJKMNPQRSTVWXYZABCD",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",  # an ULID of 2016
        "2026-02-30T00:00:00Z",
        "<5 bytes, sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08>",
        0,
        42,
        True,
        False,
        None,
        10**9,
        10**12,
        4_000_000_000,
        Decimal("12.34"),
    ],
)
def test_what_the_application_decided_stays(value):
    assert NORMAL.value(value) == value
    assert type(NORMAL.value(value)) is type(value)


@pytest.mark.parametrize("value", [1_767_225_612, 1_767_225_612_345, 1_767_225_612.5, Decimal(1767225612)])
def test_numbers_that_are_instants_of_the_run_have_a_placeholder(value):
    assert NORMAL.value(value) == "<time>"


def test_a_time_to_live_some_weeks_ahead_is_an_instant_too():
    assert NORMAL.value({"expires": BEGAN_MS // 1000 + 30 * 86_400}) == {"expires": "<time>"}


def test_what_aws_counts_and_names_is_known_by_its_key():
    record = {
        "messageId": "m-1",
        "receiptHandle": "AQEB" + "x" * 200,
        "attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": str(BEGAN_MS)},
        "X-Amzn-Trace-Id": "anything",
    }
    assert NORMAL.value(record) == {
        "messageId": "m-1",
        "receiptHandle": "<receipt>",
        "attributes": {"ApproximateReceiveCount": "<count>", "SentTimestamp": "<time>"},
        "X-Amzn-Trace-Id": "<trace>",
    }


def test_keys_that_become_one_keep_all_their_values():
    value = {str(uuid.UUID(int=2)): "b", str(uuid.UUID(int=1)): "a", "n": 1}
    assert NORMAL.value(value) == {"<uuid>": "a", "<uuid>#2": "b", "n": 1}


def test_ids_that_the_scenario_gave_stay():
    given_id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    normal = Normal(BEGAN_MS, BEGAN_MS, frozenset({given_id}))
    assert normal.value({"id": given_id, "key": f"o/{given_id}", "run": str(uuid.UUID(int=7))}) == {
        "id": given_id,
        "key": f"o/{given_id}",
        "run": "<uuid>",
    }


@given(st.uuids(), st.text("abc_-/:# ", max_size=5))
def test_any_two_uuids_are_the_same(found, around):
    edge = around + "/" if around[-1:].isalnum() else around
    assert NORMAL.text(f"{edge}{found}") == f"{edge}<uuid>"


@given(
    st.integers(0, 365 * 86_400).map(lambda after_s: START + timedelta(seconds=after_s)),
    st.sampled_from(
        ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%f", "%a, %d %b %Y %H:%M:%S GMT", "%Y%m%dT%H%M%SZ", "%c"]
    ),
)
def test_instants_in_many_forms_are_the_same(at, form):
    assert NORMAL.text(at.strftime(form)) == "<time>"


@given(
    st.integers(0, 365 * 86_400),
    st.sampled_from([1, 1000, 1_000_000, 1_000_000_000]),
)
def test_epochs_in_every_unit_are_the_same(offset_s, unit):
    number = (BEGAN_MS // 1000 + offset_s) * unit
    assert NORMAL.value(number) == NORMAL.value(str(number)) == "<time>"


@given(st.integers(-(10**9), 10**9 - 1) | st.decimals(-1000, 1000, allow_nan=False, places=2) | st.booleans())
def test_counters_and_amounts_stay(number):
    assert canonical(NORMAL.value({"n": number})) == canonical({"n": number})


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_ ", max_size=30))
def test_statuses_stay(text):
    assert NORMAL.text(text) == text


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=40), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_nothing_is_lost_and_twice_is_once(value):
    once = NORMAL.value(value)
    assert canonical(NORMAL.value(once)) == canonical(once)
    assert leaves(once) == leaves(value)


def leaves(value) -> int:
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, Decimal("1.00"), True),
        (1, 1.0, True),
        (0.1, Decimal("0.1"), True),
        (1, True, False),
        (1, "1", False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        (None, "None", False),
        ({"a": None}, {}, False),
    ],
)
def test_equal_values_have_one_text(left, right, same):
    assert (canonical(left) == canonical(right)) is same


def test_whole_numbers_are_ints_and_fractions_exact():
    assert (plain(Decimal("1E+2")), plain(2.5), plain(Decimal("0.10"))) == (
        100,
        Decimal("2.5"),
        Decimal("0.10"),
    )


@pytest.mark.parametrize(
    ("pattern", "path", "hidden"),
    [
        ("table/Orders/updated_at", "table/Orders/updated_at", True),
        ("table/Orders/updated_at", "table/Orders/total", False),
        ("table/*/updated_at", "table/Orders/meta/updated_at", True),
        ("queue/Audit*", "queue/AuditTrail", True),
        ("queue/Audit*", "queue/Orders", False),
        ("bucket/Reports/*", "bucket/Reports/a/b.json", True),
        ("http/*", "http/http://payments/charge", True),
    ],
)
def test_globs_hide_paths(pattern, path, hidden):
    assert Ignores([pattern]).hides(path) is hidden


def test_what_may_differ_is_cut_out_of_values_and_lists():
    value = {"at": 1, "lines": [{"at": 2, "n": 3}], "n": 4}
    assert Ignores(["table/T/at", "table/T/lines/at"]).prune(value, "table/T") == {
        "lines": [{"n": 3}],
        "n": 4,
    }
    assert Ignores([]).prune(value, "table/T") is value


def test_instants_outside_of_the_run_are_told_apart():
    far = START - timedelta(days=30)
    assert NORMAL.text(far.isoformat()) == far.isoformat()

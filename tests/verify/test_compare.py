"""Differences between two states, in words."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.verify.compare import differences
from cloudchamber.verify.state import DeadLetters, Layout, State

BEGAN_MS = 1_767_225_600_000
LAYOUT = Layout(
    keys={"Orders": ("id",), "Lines": ("id", "n")},
    fifo=("Steps",),
    dead_letters={"Dead": (DeadLetters("queue Incoming", 3), DeadLetters("rule Placed", 186))},
    consumed=("Incoming", "Dead"),
)


def state(**places) -> State:
    return State(**places, layout=LAYOUT, began_at_ms=BEGAN_MS, ended_at_ms=BEGAN_MS + 60_000)


def texts(baseline: State, found: State, ignore=()) -> list[str]:
    return [each.text for each in differences(baseline, found, ignore)]


def orders(*items) -> State:
    return state(tables={"Orders": list(items)})


def queue(name, *bodies) -> State:
    return state(queues={name: [{"body": body} for body in bodies]})


def steps(*bodies) -> State:
    return state(queues={"Steps": [{"body": body, "group": group} for body, group in bodies]})


A, B = {"id": "o-1", "total": 100}, {"id": "o-2", "total": 7}
U1, U2, U3 = (str(uuid.UUID(int=n)) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("baseline", "found", "expected"),
    [
        (orders(A), orders(A | {"total": 200}), ["table Orders: item {id: o-1} has total 200 instead of 100"]),
        (orders(A, B), orders(B), ["table Orders: item {id: o-1, total: 100} is missing"]),
        (orders(A), orders(B, A), ["table Orders: item {id: o-2, total: 7} should not be there"]),
        (
            orders(A),
            orders(A | {"error": "boom"}),
            ["table Orders: item {id: o-1} has error boom, which should not be there"],
        ),
        (orders(A | {"paid": True}), orders(A), ["table Orders: item {id: o-1} has no paid instead of true"]),
        (
            orders({"id": U1, "sum": 5}),
            orders({"id": U2, "sum": 5}, {"id": U3, "sum": 5}),
            ["table Orders: 2 items like {id: <uuid>} instead of 1"],
        ),
        (queue("Out", A), queue("Out", A, A), ["queue Out: 2 messages like {id: o-1, total: 100} instead of 1"]),
        (queue("Out", A, A), queue("Out", A), ["queue Out: 1 message like {id: o-1, total: 100} instead of 2"]),
        (queue("Out", A), queue("Out"), ["queue Out: no message like {id: o-1, total: 100} instead of 1"]),
        (
            queue("Out", A),
            queue("Out", A | {"total": 50}),
            ["queue Out: message {id: o-1, total: 100} has body.total 50 instead of 100"],
        ),
        (
            queue("Dead"),
            queue("Dead", "x"),
            ["queue Dead: 1 message like x instead of none (the dead letters of queue Incoming, rule Placed)"],
        ),
        (
            steps(("1", "a"), ("2", "a"), ("1", "b")),
            steps(("2", "a"), ("1", "b"), ("1", "a")),
            ["queue Steps: {body: 2, group: a} comes before {body: 1, group: a} of group a"],
        ),
        (
            state(buckets={"Reports": {"a.json": {"n": 1}, "b.txt": "x"}}),
            state(buckets={"Reports": {"a.json": {"n": 2}, "c.txt": "x"}}),
            [
                "bucket Reports: object a.json has n 2 instead of 1",
                "bucket Reports: object b.txt is missing",
                "bucket Reports: object c.txt should not be there",
            ],
        ),
        (
            state(buckets={"Reports": {f"r/{U1}": "x"}}),
            state(buckets={"Reports": {f"r/{U2}": "x", f"r/{U3}": "x"}}),
            ["bucket Reports: 2 objects like r/<uuid> instead of 1"],
        ),
        (
            state(http={"http://pay/charge": [{"body": {"n": 1}}]}),
            state(http={"http://pay/charge": [{"body": {"n": 1}}] * 2}),
            ["http http://pay/charge: 2 calls like {n: 1} instead of 1"],
        ),
        (
            state(workflows={"Ship": [{"status": "SUCCEEDED", "input": {"id": 1}, "output": "ok"}]}),
            state(workflows={"Ship": [{"status": "FAILED", "input": {"id": 1}, "output": "ok"}]}),
            ["workflow Ship: execution {status: SUCCEEDED, input: {id: 1}, output: ok} has status FAILED instead of SUCCEEDED"],
        ),
        (
            state(streams={"Clicks": [{"key": "k", "data": 1}, {"key": "k", "data": 2}]}),
            state(streams={"Clicks": [{"key": "k", "data": 2}, {"key": "k", "data": 1}]}),
            ["stream Clicks: 2 comes before 1 of key k"],
        ),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_one_line(baseline, found, expected):
    assert texts(baseline, found) == expected


@pytest.mark.parametrize(
    ("baseline", "found"),
    [
        (orders(A, B), orders(B, A)),
        (orders(A | {"at": "2026-01-01T00:00:01Z"}), orders(A | {"at": "2026-01-01T00:05:01Z"})),
        (orders({"id": U1}, {"id": U2}), orders({"id": U3}, {"id": U1})),
        (queue("Out", A, B), queue("Out", B, A)),
        (steps(("1", "a"), ("1", "b")), steps(("1", "b"), ("1", "a"))),
        (orders(), state()),
    ],
)
def test_what_legitimately_differs_is_no_difference(baseline, found):
    assert texts(baseline, found) == []


@pytest.mark.parametrize(
    ("found", "ignore"),
    [
        (orders(A | {"total": 1}), ["table/Orders/total"]),
        (orders(A | {"total": 1}, B), ["table/*"]),
        (state(tables={"Orders": [A]}, queues={"Audit1": [{"body": "x"}]}), ["queue/Audit*"]),
        (state(tables={"Orders": [A]}, buckets={"R": {"tmp/x": "1"}}), ["bucket/R/tmp/*"]),
        (state(tables={"Orders": [A]}, http={"http://x/y": [{"body": 1}]}), ["http/*"]),
    ],
)
def test_what_the_user_ignores_is_no_difference(found, ignore):
    assert texts(orders(A), found) != []
    assert texts(orders(A), found, ignore) == []


def test_a_member_of_a_body_is_ignored_by_its_name():
    left, right = queue("Out", {"id": 1, "n": "a"}), queue("Out", {"id": 1, "n": "b"})
    assert texts(left, right) != []
    assert texts(left, right, ["queue/Out/n"]) == []


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (1, 2, "more"),
        (2, 1, "less"),
        ([1], [1, 1], "more"),
        ([1, 2], [1], "less"),
        ("a", "b", ""),
        (1, "1", ""),
    ],
)
def test_more_and_less_are_told_apart(before, after, direction):
    (found,) = differences(orders({"id": "o", "v": before}), orders({"id": "o", "v": after}))
    assert (found.kind, found.direction, found.path) == ("changed", direction, "table/Orders/o/v")


def test_paths_name_the_whole_key_and_the_way_inside():
    left = state(tables={"Lines": [{"id": "o", "n": 1, "deep": {"list": [1, 2]}}]})
    right = state(tables={"Lines": [{"id": "o", "n": 1, "deep": {"list": [1, 3]}}]})
    (found,) = differences(left, right)
    assert found.path == "table/Lines/o,1/deep.list[1]"


def test_a_dead_letter_carries_the_fewest_tries_and_a_waiting_message_is_stuck():
    (dead,) = differences(queue("Dead"), queue("Dead", "x"))
    assert (dead.tries_count, dead.stuck) == (3, False)
    (stuck,) = differences(queue("Incoming"), queue("Incoming", "x"))
    assert (stuck.tries_count, stuck.stuck) == (0, True)
    (other,) = differences(queue("Out"), queue("Out", "x"))
    assert (other.tries_count, other.stuck) == (0, False)


def test_what_is_extra_may_be_known_from_the_run_without_faults():
    (one_more,) = differences(queue("Dead", "x"), queue("Dead", "x", "x"))
    (unknown,) = differences(queue("Dead", "x"), queue("Dead", "x", "y"))
    assert (one_more.known, unknown.known) == (True, False)


items = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abc"), "n": st.integers(0, 3), "s": st.sampled_from("xy")}),
    max_size=6,
    unique_by=lambda item: item["id"],
)


@given(items)
def test_a_state_does_not_differ_from_itself(found):
    assert differences(orders(*found), orders(*reversed(found))) == []


@given(items, items)
def test_every_real_difference_of_a_table_is_found(left, right):
    same = sorted(left, key=lambda item: item["id"]) == sorted(right, key=lambda item: item["id"])
    assert (differences(orders(*left), orders(*right)) == []) is same


@given(st.lists(st.integers(0, 3), max_size=6), st.lists(st.integers(0, 3), max_size=6))
def test_every_real_difference_of_a_queue_is_found(left, right):
    same = sorted(left) == sorted(right)
    assert (differences(queue("Out", *left), queue("Out", *right)) == []) is same


@given(st.lists(st.integers(0, 3), max_size=6), st.lists(st.integers(0, 3), max_size=6))
def test_the_order_of_a_group_counts(left, right):
    found = differences(steps(*((n, "g") for n in left)), steps(*((n, "g") for n in right)))
    assert (found == []) is (left == right)


@given(st.lists(st.integers(0, 5), max_size=5), st.lists(st.integers(0, 5), max_size=5))
def test_counts_add_up(left, right):
    found = differences(queue("Out", *left), queue("Out", *right))
    balance = sum(each.count * {"extra": 1, "missing": -1}.get(each.kind, 0) for each in found)
    assert balance == len(right) - len(left)

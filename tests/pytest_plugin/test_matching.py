"""Which events match, and how a difference reads."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from cloudchamber.pytest_plugin.matching import difference, matches

EVENT = {
    "source": "shop",
    "detail": {"id": 1, "lines": [{"sku": "a", "count": 2}], "total": 0.30000000000000004},
}


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"source": "shop"},
        {"detail": {"id": 1}},
        {"detail": {"lines": [{"sku": "a"}]}},
        {"detail": {"total": pytest.approx(0.3)}},
        {"detail": ANY},
        {"detail": lambda detail: detail["id"] > 0},
        lambda event: event["source"] == "shop",
    ],
)
def test_a_pattern_matches_what_has_all_of_it(pattern):
    assert matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": "other"},
        {"missing": ANY},
        {"detail": {"lines": []}},
        {"detail": {"lines": [{"sku": "a"}, {"sku": "b"}]}},
        {"source": {"deeper": 1}},
        {"detail": {"id": "1"}},
        lambda event: False,
        "shop",
    ],
)
def test_a_pattern_does_not_match_what_lacks_some_of_it(pattern):
    assert not matches(pattern, EVENT)


def test_each_pattern_takes_an_event_of_its_own_whatever_the_order():
    events = [{"id": 1, "kind": "a"}, {"id": 2, "kind": "a"}]
    assert difference([{"kind": "a"}, {"id": 1}], events) == ""
    assert difference([{"id": 2}, {"id": 1}], events) == ""
    assert difference([{"id": 2}, {"id": 1}], events, in_order=True) != ""
    assert difference([], []) == ""


def test_a_missing_event_is_shown_beside_the_one_that_comes_nearest():
    events = [{"id": 1, "total": 5, "at": "noon"}, {"id": 2, "total": 9, "at": "noon"}]
    assert difference([{"id": 1}, {"id": 2, "total": 10, "at": ANY}], events) == (
        "Event 2 of those expected did not come:\n"
        "--- expected\n+++ came nearest\n"
        ' {\n   "at": "<ANY>",\n   "id": 2,\n-  "total": 10\n+  "total": 9\n }'
    )


def test_what_was_not_expected_is_shown():
    text = difference([{"id": 1}], [{"id": 1}, *({"id": 2} for _ in range(7))])
    assert text.startswith('7 of 8 events were not expected:\n{\n  "id": 2\n}')
    assert text.endswith("… and 2 more")


def test_nothing_at_all_is_said():
    assert difference([{"id": 1}], []) == (
        'Event 1 of those expected did not come, and nothing like it:\n{\n  "id": 1\n}'
    )

    def is_large(event):
        return event["total"] > 100

    assert "none satisfies is_large" in difference([is_large], [{"total": 1}])

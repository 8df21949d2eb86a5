"""Metric math: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html."""

import math

import pytest

from cloudchamber.languages.metric_math import (
    InvalidExpression,
    Scope,
    Series,
    compile_expression,
    evaluate,
)

M1 = Series({0: 2.0, 60: 4.0, 180: 6.0}, 60)
M2 = Series({0: 1.0, 120: 3.0, 180: 0.0}, 60)
SCOPE = Scope({"m1": M1, "m2": M2, "e1": Series({0: 9.0}, 60)}, ("m1", "m2"), (0, 60, 120, 180), 60)


def value(text):
    return evaluate(compile_expression(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 ^ 2", 4),
        ("2 - 1 - 1", 0),
        ("1 < 2 AND 2 < 1", 0),
        ("1 < 2 || 2 < 1", 1),
        ("1e3 / 4", 250),
        ("SUM(m1)", 12),
        ("AVG(m1)", 4),
        ("MAX(m2)", 3),
        ("MIN(m2)", 0),
        ("STDDEV(m1)", math.sqrt(8 / 3)),
        ("PERIOD(m1)", 60),
        ("DATAPOINT_COUNT(m1)", 3),
        ("METRIC_COUNT(METRICS())", 2),
        ("ABS(-3)", 3),
        ("IF(1 > 2, 5, 6)", 6),
    ],
)
def test_numbers(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m1 * 10", {0: 20, 60: 40, 180: 60}),
        ("10 - m1", {0: 8, 60: 6, 180: 4}),
        ("m1 + m2", {0: 3, 180: 6}),  # only where both have a value
        ("m1 / m2", {0: 2}),  # nothing is divided by zero
        ("m1 > 3", {0: 0, 60: 1, 180: 1}),
        ("SUM([m1, m2])", {0: 3, 60: 4, 120: 3, 180: 6}),  # of those that have a value
        ("SUM(METRICS())", {0: 3, 60: 4, 120: 3, 180: 6}),
        ('AVG(METRICS("m1"))', {0: 2, 60: 4, 180: 6}),
        ("FILL(m1, 0)", {0: 2, 60: 4, 120: 0, 180: 6}),
        ("FILL(m1, REPEAT)", {0: 2, 60: 4, 120: 4, 180: 6}),
        ("FILL(m1, LINEAR)", {0: 2, 60: 4, 120: 5, 180: 6}),
        ("FILL(m2, m1)", {0: 1, 60: 4, 120: 3, 180: 0}),
        ("DIFF(m1)", {60: 2, 180: 2}),
        ("DIFF_TIME(m1)", {60: 60, 180: 120}),
        ("RATE(m1)", {60: 2 / 60, 180: 2 / 120}),
        ("RUNNING_SUM(m1)", {0: 2, 60: 6, 180: 12}),
        ("IF(m1 > 3, m1, 0)", {0: 0, 60: 4, 180: 6}),
        ("IF(m1 > 3, m1)", {60: 4, 180: 6}),
        ("TIME_SERIES(7)", {0: 7, 60: 7, 120: 7, 180: 7}),
        ("MINUTE(m1)", {0: 0, 60: 1, 180: 3}),
        ("YEAR(e1)", {0: 1970}),
        ("DAY(e1)", {0: 4}),  # Monday is 1
        ("LOG10(e1 + 1)", {0: 1}),
        ("LAST([m1, e1])", {0: 9}),
        ("SLICE([m1, m2, e1], 2)", {0: 9}),
        ("FIRST(SORT([m1, e1], MAX, DESC))", {0: 9}),
    ],
)
def test_time_series(text, expected):
    assert value(text).points == pytest.approx(expected)


def test_an_operator_on_an_array_is_applied_to_each_of_its_series():
    assert [series.points[0] for series in value("METRICS() * 2")] == [4, 2]


def test_series_without_a_value_are_removed():
    assert len(value("REMOVE_EMPTY([m1, m1 / 0, m2])")) == 2


@pytest.mark.parametrize(
    "text",
    ["", "m1 +", "m3", "(m1", "m1 m2", "NOSUCH(m1)", "SUM(1)", "m1 ? 2", "'a' + 1", "FILL(m1, 'x')", "1 / 0"],
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(InvalidExpression):
        value(text)


def test_nesting_has_a_limit():
    with pytest.raises(InvalidExpression):
        value("(" * 1000 + "1" + ")" * 1000)

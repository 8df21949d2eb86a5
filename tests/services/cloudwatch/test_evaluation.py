"""How alarms judge datapoints, real and missing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.cloudwatch.rules.alarm_rules import InvalidRule, compile_rule, holds, names_in
from cloudchamber.services.cloudwatch.rules.evaluation import Rule, judge, samples_needed
from cloudchamber.services.cloudwatch.rules.reasons import Datapoint, number, state_reason

# The page's tables: 0 does not breach, X does, - is missing. Then MISSING, IGNORE, BREACHING, NOT BREACHING.
OK, ALARM, UNKNOWN, SAME = "OK", "ALARM", "INSUFFICIENT_DATA", None
THREE_OUT_OF_THREE = [
    ("0-X-X", OK, OK, OK, OK),
    ("0----", OK, OK, OK, OK),
    ("-----", UNKNOWN, SAME, ALARM, OK),
    ("0XX-X", ALARM, ALARM, ALARM, ALARM),
    ("--X--", ALARM, SAME, ALARM, OK),
    ("----X", UNKNOWN, SAME, ALARM, OK),
    ("X----", ALARM, SAME, ALARM, OK),
]
TWO_OUT_OF_THREE = [
    ("0-X-X", ALARM, ALARM, ALARM, ALARM),
    ("00X0X", ALARM, ALARM, ALARM, ALARM),
    ("0-X--", OK, OK, ALARM, OK),
    ("----0", OK, OK, ALARM, OK),
    ("---X-", ALARM, SAME, ALARM, OK),
    ("----X", UNKNOWN, SAME, ALARM, OK),
]
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
VALUES = {"0": 0.0, "X": 5.0, "-": None}


@pytest.mark.parametrize(
    ("m", "points", "expected"),
    [(3, row[0], row[1:]) for row in THREE_OUT_OF_THREE] + [(2, row[0], row[1:]) for row in TWO_OUT_OF_THREE],
)
def test_the_documented_tables(m, points, expected):
    values = [VALUES[point] for point in points]
    found = tuple(judge(Rule("GreaterThanThreshold", 1, 3, m, each), values).state for each in TREATMENTS)
    assert found == expected


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        ("GreaterThanThreshold", OK, OK, ALARM),
        ("GreaterThanOrEqualToThreshold", OK, ALARM, ALARM),
        ("LessThanThreshold", ALARM, OK, OK),
        ("LessThanOrEqualToThreshold", ALARM, ALARM, OK),
    ],
)
def test_every_comparison(comparison, below, equal, above):
    rule = Rule(comparison, 10, 1, 1)
    assert tuple(judge(rule, [value]).state for value in (9.0, 10.0, 11.0)) == (below, equal, above)


@given(
    st.lists(st.sampled_from("0X"), min_size=5, max_size=5), st.integers(1, 3), st.sampled_from(TREATMENTS)
)
def test_without_missing_datapoints_their_treatment_does_not_matter(points, m, missing):
    verdict = judge(Rule("GreaterThanThreshold", 1, 3, m, missing), [VALUES[point] for point in points])
    assert verdict.state == (ALARM if points[-3:].count("X") >= m else OK)
    assert (verdict.used, verdict.filled_count) == ((2, 3, 4), 0)


@pytest.mark.parametrize(("percentile", "samples"), [(0.99, 1000), (0.5, 20), (0.1, 100), (1.0, 0)])
def test_samples_that_a_percentile_needs(percentile, samples):
    assert samples_needed(percentile) == pytest.approx(samples)


def reason(points, missing="missing", m=None, threshold=1.0, n=None):
    n = n or len(points)
    rule = Rule("GreaterThanThreshold", threshold, n, m or n, missing)
    verdict = judge(rule, [VALUES[point] for point in points])
    used = [Datapoint(1_570_035_540 + 60 * i, VALUES[points[i]], 1) for i in verdict.used]
    return state_reason(rule, verdict, used, m_out_of_n=m is not None)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            reason("X"),
            "Threshold Crossed: 1 datapoint [5.0 (02/10/19 16:59:00)] was greater than the threshold (1.0).",
        ),
        (
            reason("X", m=1),
            "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (02/10/19 16:59:00)] was greater than the threshold (1.0) "
            "(minimum 1 datapoint for OK -> ALARM transition).",
        ),
        (
            reason("00", m=1),
            "Threshold Crossed: 2 out of the last 2 datapoints [0.0 (02/10/19 17:00:00), 0.0 (02/10/19 16:59:00)] were not "
            "greater than the threshold (1.0) (minimum 2 datapoints for ALARM -> OK transition).",
        ),
        (
            reason("X0X", m=2),
            "Threshold Crossed: 2 out of the last 3 datapoints [5.0 (02/10/19 17:01:00), 5.0 (02/10/19 16:59:00)] were greater "
            "than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).",
        ),
        (
            reason("-", "notBreaching"),
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
        ),
        (
            reason("--", "breaching"),
            "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].",
        ),
        (reason("-"), "Insufficient Data: 1 datapoint was unknown."),
        (reason("---"), "Insufficient Data: 3 datapoints were unknown."),
    ],
)
def test_reasons_in_the_words_of_aws(found, expected):
    assert found == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0"),
        (50, "50.0"),
        (-3, "-3.0"),
        (0.0666851903306472, "0.0666851903306472"),
        (0.0001, "1.0E-4"),
        (1e7, "1.0E7"),
        (12345678.5, "1.23456785E7"),
    ],
)
def test_numbers_as_aws_prints_them(value, text):
    assert number(value) == text


STATES = {"a": "ALARM", "b": "OK", "my alarm": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALARM(a)", True),
        ("ALARM(a) AND OK(b)", True),
        ("ALARM(b) OR ALARM(a) AND OK(a)", False),
        ("(ALARM(b) OR ALARM(a)) AND NOT OK(a)", True),
        ('INSUFFICIENT_DATA("my alarm")', True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", True),
        ("ALARM(gone)", False),
        ("TRUE AND NOT FALSE", True),
        ("AT_LEAST(1, ALARM, (a, b))", True),
        ("AT_LEAST(2, ALARM, (a, b))", False),
    ],
)
def test_rules_of_composite_alarms(text, expected):
    assert holds(compile_rule(text), STATES) is expected


def test_the_names_in_a_rule():
    assert names_in(compile_rule('ALARM("a b") AND (OK(c) OR NOT ALARM(c))')) == {"a b", "c"}


@pytest.mark.parametrize("text", ["", "a", "ALARM(a", "ALARM()", "ALARM(a) OK(b)", "AND", "(" * 500 + "TRUE"])
def test_rules_that_cannot_be_read(text):
    with pytest.raises(InvalidRule):
        compile_rule(text)

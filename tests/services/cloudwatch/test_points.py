"""Points: whatever is put together in whatever order, nothing is lost but a little sharpness of percentiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.cloudwatch.rules.points import COUNTS_MAX, merged, of_statistics, of_values
from cloudchamber.services.cloudwatch.rules.statistics import statistic_of

VALUES = st.lists(st.floats(0, 1e9).map(lambda value: round(value, 3)), min_size=1, max_size=300)


@given(VALUES, st.integers(1, 10))
def test_sums_counts_and_bounds_are_exact(values, parts):
    points = [of_values(part, [1.0] * len(part)) for n in range(parts) if (part := values[n::parts])]
    point = points[0]
    for other in points[1:]:
        point = merged(point, other)
    assert point.sample_count == len(values)
    assert point.sum == pytest.approx(sum(values))
    assert (point.minimum, point.maximum) == (min(values), max(values))
    assert len(point.counts) <= COUNTS_MAX
    assert sum(count for _, count in point.counts) == len(values)


@given(VALUES)
def test_up_to_150_values_percentiles_are_exact(values):
    values = values[:COUNTS_MAX]
    point = of_values(values, [1.0] * len(values))
    median = statistic_of("p50")(point)
    assert median == sorted(values)[(len(values) + 1) // 2 - 1]
    assert statistic_of("p100")(point) == max(values)


@given(st.lists(st.floats(1, 1000), min_size=200, max_size=400))
def test_beyond_that_they_are_near(values):
    point = of_values(values, [1.0] * len(values))
    assert statistic_of("p50")(point) == pytest.approx(sorted(values)[(len(values) + 1) // 2 - 1], rel=0.1)


def test_a_statistic_set_hides_its_values_unless_they_are_all_the_same():
    p50 = statistic_of("p50")
    assert p50(of_statistics(3, 6, 2, 2)) == 2
    assert p50(of_statistics(1, 6, 6, 6)) == 6
    assert p50(merged(of_statistics(3, 6, 1, 3), of_values([1.0], [1.0]))) is None


@pytest.mark.parametrize(
    "name",
    [
        "p50",
        "p99.99",
        "tm99",
        "TM(10%:90%)",
        "PR(:300)",
        "PR(100:2000)",
        "WM(:95%)",
        "TS(80:500)",
        "tc90",
        "IQM",
    ],
)
def test_names_of_statistics(name):
    assert statistic_of(name)


@pytest.mark.parametrize(
    "name", ["", "average", "p", "p101", "PR(10%:20%)", "TM(:)", "TM(10:20%)", "TM(a:b)", "xx9"]
)
def test_names_that_are_none(name):
    assert statistic_of(name) is None

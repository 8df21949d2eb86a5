"""Durations as people write them."""

from datetime import timedelta

import pytest

from cloudchamber.clock.durations import duration_ms, span


@pytest.mark.parametrize(
    ("duration", "expected_ms"),
    [
        ("250ms", 250),
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("14d", 14 * 86_400_000),
        ("0.5s", 500),
        ("1m30s250ms", 90_250),
        (20, 20_000),
        (0.25, 250),
        (timedelta(hours=1, milliseconds=1), 3_600_001),
    ],
)
def test_a_duration_in_milliseconds(duration, expected_ms):
    assert duration_ms(duration) == expected_ms


@pytest.mark.parametrize("duration", ["", "1", "1 h", "h", "1h 30m", "-1s", "1y"])
def test_what_is_no_duration(duration):
    with pytest.raises(ValueError, match="is no duration"):
        duration_ms(duration)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (-5, "0ms"), (0, "0ms"), (999, "999ms"), (1_000, "1s"), (1_500, "1.5s"), (59_999, "59.999s"), (60_000, "1m"),
        (90_000, "1m 30s"), (3_600_000, "1h"), (3_605_000, "1h"), (86_398_500, "23h 59m"), (14 * 86_400_000, "14d"),
        (90_000_000, "1d 1h"),
    ],
)  # fmt: skip
def test_a_span_as_people_read_it(duration, text):
    assert span(duration) == text

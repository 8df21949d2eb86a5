"""Durations as people write them."""

from datetime import timedelta

import pytest

from cloudchamber.clock.durations import duration_ms


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

"""Durations as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def duration_ms(duration: str | float | timedelta) -> int:
    """Milliseconds of `250ms`, `90s`, `1h30m`, `14d`, a number of seconds, or a timedelta. Raises ValueError."""
    if isinstance(duration, timedelta):
        return round(duration.total_seconds() * 1000)
    if not isinstance(duration, str):
        return round(duration * 1000)
    parts = _PART.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"{duration!r} is no duration: write 250ms, 90s, 1h30m or 14d")
    return round(sum(float(number) * _UNITS_MS[unit] for number, unit in parts))


def span(duration: int) -> str:
    """Milliseconds in the two largest units that count: `250ms`, `1.5s`, `1m 30s`, `1h`, `14d`."""
    if duration < 1_000:
        return f"{max(duration, 0)}ms"
    if duration < 60_000:
        return f"{duration / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    parts: list[str] = []
    for unit, unit_ms in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        count, duration = divmod(duration, unit_ms)
        if count or parts:
            parts.append(f"{count}{unit}")
    return " ".join(part for part in parts[:2] if not part.startswith("0"))

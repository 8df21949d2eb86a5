"""Schedule expressions: `cron(...)`, `rate(...)` and `at(...)` of EventBridge and its Scheduler.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

YEAR_MIN, YEAR_MAX = 1970, 2199
_UNITS_MS = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidSchedule(Exception):
    """A schedule expression that AWS refuses; `message` is EventBridge's text."""

    def __init__(self, message: str = "Parameter ScheduleExpression is not valid.") -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate(value unit)`: every so many milliseconds, counted from an instant the caller gives."""

    period_ms: int

    def next_after(self, at_ms: int, timezone: str = "UTC", *, anchor_ms: int = 0) -> int | None:
        """Return the first instant after `at_ms` that is whole periods after `anchor_ms`."""
        passed = max((at_ms - anchor_ms) // self.period_ms, 0)
        return anchor_ms + (passed + 1) * self.period_ms


@dataclass(frozen=True, slots=True)
class At:
    """`at(yyyy-mm-ddThh:mm:ss)`: once, in the schedule's time zone."""

    local: datetime

    def next_after(self, at_ms: int, timezone: str = "UTC", *, anchor_ms: int = 0) -> int | None:
        """Return the instant, or None once it has passed."""
        instant_ms = _instant_ms(self.local, _zone(timezone))
        return instant_ms if instant_ms > at_ms else None


@dataclass(frozen=True, slots=True)
class Cron:
    """`cron(minutes hours day-of-month month day-of-week year)`."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: "DayRule"
    months: frozenset[int]
    years: frozenset[int]

    def next_after(self, at_ms: int, timezone: str = "UTC", *, anchor_ms: int = 0) -> int | None:
        """Return the first instant after `at_ms`, or None when there is none until 2199.

        A local time that daylight saving skips has no run; one that occurs twice has one run, the first.
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
        """
        zone = _zone(timezone)
        # A day earlier: the local time of a repeated hour may lie before that of the instant.
        start = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).date() - timedelta(days=1)
        for day in self._days_from(start):
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001
                    if not _exists(local, zone):
                        continue
                    instant_ms = _instant_ms(local, zone)
                    if instant_ms > at_ms:
                        return instant_ms
        return None

    def _days_from(self, start: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= start.year):
            for month in sorted(self.months):
                if (year, month) < (start.year, start.month):
                    continue
                for day in self.days.of_month(year, month):
                    found = date(year, month, day)
                    if found >= start:
                        yield found


Schedule = Rate | At | Cron


@dataclass(frozen=True, slots=True)
class DayRule:
    """Which days of a month: plain days and week days, and the forms with L, W and #."""

    days: frozenset[int] = frozenset()
    week_days: frozenset[int] = frozenset()
    last_day: bool = False
    last_working_day: bool = False
    nearest_working_days: frozenset[int] = frozenset()
    last_week_days: frozenset[int] = frozenset()
    nth_week_days: frozenset[tuple[int, int]] = frozenset()

    def of_month(self, year: int, month: int) -> list[int]:
        """Return the days of a month, in order. Week days count from Sunday, 1."""
        first_iso, length = calendar.monthrange(year, month)
        found = {day for day in self.days if day <= length}
        for day in range(1, length + 1):
            week_day = (first_iso + day) % 7 + 1
            nth, from_end = (day - 1) // 7 + 1, (length - day) // 7
            if (
                week_day in self.week_days
                or (week_day, nth) in self.nth_week_days
                or (week_day in self.last_week_days and from_end == 0)
            ):
                found.add(day)
        if self.last_day:
            found.add(length)
        if self.last_working_day:
            found.add(_nearest_working_day(length, first_iso, length))
        found.update(
            _nearest_working_day(day, first_iso, length) for day in self.nearest_working_days if day <= length
        )
        return sorted(found)


def _nearest_working_day(day: int, first_iso: int, length: int) -> int:
    """Return the day itself or the Monday-to-Friday nearest to it in the same month."""
    iso = (first_iso + day - 1) % 7
    if iso == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if iso == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day


@lru_cache(maxsize=1024)
def parse_schedule(text: str) -> Schedule:
    """Parse a schedule expression; raises `InvalidSchedule`."""
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", text.strip())
    if match is None:
        raise InvalidSchedule
    kind, inside = match.groups()
    if kind == "rate":
        return _rate(inside)
    return _at(inside) if kind == "at" else _cron(inside)


def _rate(text: str) -> Rate:
    match = re.fullmatch(r"\s*([1-9]\d*)\s+(minute|hour|day)(s?)\s*", text)
    # One unit is singular and several are plural, or the expression is refused.
    if match is None or (match[1] == "1") is bool(match[3]):
        raise InvalidSchedule
    return Rate(int(match[1]) * _UNITS_MS[match[2]])


def _at(text: str) -> At:
    try:
        return At(datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S"))  # noqa: DTZ007
    except ValueError:
        raise InvalidSchedule from None


def _cron(text: str) -> Cron:
    fields = text.upper().split()
    if len(fields) != 6:
        raise InvalidSchedule
    minutes, hours, day, month, week_day, year = fields
    # Exactly one of the two day fields is a question mark.
    if (day == "?") is (week_day == "?"):
        raise InvalidSchedule
    return Cron(
        tuple(sorted(_values(minutes, 0, 59))),
        tuple(sorted(_values(hours, 0, 23))),
        _days_of_week(week_day) if day == "?" else _days_of_month(day),
        _values(month, 1, 12, _MONTHS),
        _values(year, YEAR_MIN, YEAR_MAX),
    )


def _days_of_month(text: str) -> DayRule:
    if text == "LW":
        return DayRule(last_working_day=True)
    plain: list[str] = []
    nearest: set[int] = set()
    last = False
    for part in text.split(","):
        if part == "L":
            last = True
        elif part.endswith("W"):
            nearest.add(_number(part[:-1], 1, 31, {}))
        else:
            plain.append(part)
    days = _values(",".join(plain), 1, 31) if plain else frozenset[int]()
    return DayRule(days=days, last_day=last, nearest_working_days=frozenset(nearest))


def _days_of_week(text: str) -> DayRule:
    plain: list[str] = []
    last: set[int] = set()
    nth: set[tuple[int, int]] = set()
    for part in text.split(","):
        if part == "L":
            plain.append("7")
        elif part.endswith("L"):
            last.add(_number(part[:-1], 1, 7, _DAYS))
        elif "#" in part:
            week_day, _, count = part.partition("#")
            nth.add((_number(week_day, 1, 7, _DAYS), _number(count, 1, 5, {})))
        else:
            plain.append(part)
    week_days = _values(",".join(plain), 1, 7, _DAYS) if plain else frozenset[int]()
    return DayRule(week_days=week_days, last_week_days=frozenset(last), nth_week_days=frozenset(nth))


def _values(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """Return the numbers of a field: `*`, numbers, ranges (which may wrap) and increments, in a list."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, increment = part.partition("/")
        step = _number(increment, 1, high, {}) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, low, high, names or {})
            last = _number(end, low, high, names or {}) if dash else (high if slash else first)
        if first > last:
            last += high - low + 1
        found.update(low + (value - low) % (high - low + 1) for value in range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isdecimal() or not low <= int(text) <= high:
        raise InvalidSchedule
    return int(text)


@lru_cache(maxsize=128)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSchedule("The ScheduleExpressionTimezone is not valid.") from None


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) == local


def _instant_ms(local: datetime, zone: ZoneInfo) -> int:
    return (local.replace(tzinfo=zone) - _EPOCH) // timedelta(milliseconds=1)

"""Timestamps on the wire: text or number <-> epoch seconds.

https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _seconds(instant: datetime) -> float:
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    seconds = (instant - _EPOCH).total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def parse_number(value: str | float) -> float:
    """Epoch seconds from a number or its text. Raises ValueError."""
    number = float(value)
    if not isfinite(number):
        raise ValueError(value)
    return int(number) if number.is_integer() else number


def parse_timestamp(value: str | float) -> float:
    """Epoch seconds from a number, an ISO 8601 text or an RFC 822 date. Raises ValueError."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if text[:1].isalpha():
            return _seconds(parsedate_to_datetime(text))
        if len(text) > 4 and text[4] == "-":
            return _seconds(datetime.fromisoformat(text))
        return parse_number(text)
    except (TypeError, OverflowError, IndexError) as error:
        raise ValueError(value) from error


def _moment(seconds: float) -> tuple[datetime, int]:
    milliseconds = round(seconds * 1000)
    whole, fraction_ms = divmod(milliseconds, 1000)
    return _EPOCH + timedelta(seconds=whole), fraction_ms


def iso8601(seconds: float) -> str:
    """`2015-01-29T00:00:00Z`, with milliseconds only when there are some."""
    moment, fraction_ms = _moment(seconds)
    text = moment.isoformat()[:19]
    return f"{text}.{fraction_ms:03}Z" if fraction_ms else text + "Z"


def iso8601_milliseconds(seconds: float) -> str:
    """`2015-01-29T00:00:00.000Z`, as S3 writes it."""
    moment, fraction_ms = _moment(seconds)
    return f"{moment.isoformat()[:19]}.{fraction_ms:03}Z"


def rfc822(seconds: float) -> str:
    """`Thu, 29 Jan 2015 00:00:00 GMT`."""
    moment, _ = _moment(seconds)
    day = f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04}"
    return f"{day} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"


def unix(seconds: float) -> str:
    """Epoch seconds as the text of a number."""
    return str(int(seconds)) if float(seconds).is_integer() else repr(round(seconds, 3))


def formatter(timestamp_format: str) -> Callable[[float], str]:
    """The writer of a model's timestampFormat."""
    return {"iso8601": iso8601, "rfc822": rfc822, "unixTimestamp": unix}[timestamp_format]

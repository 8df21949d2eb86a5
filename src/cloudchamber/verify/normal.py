"""What may differ between two good runs is made the same: ids, instants, receipts. What the application decided stays.

A token is replaced only where its form says that nobody chose it: a UUID, a hexadecimal number of eight digits or more, an ULID
or KSUID whose own time lies in the run, an instant that lies in the run or within a year behind it (a lease, a time to live).
An instant from another time was given by somebody and stays; so do counters, amounts, versions and statuses.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fnmatch import translate
from typing import Any

import msgspec

_DAY_MS = 86_400_000
_BEFORE_MS, _BEHIND_MS = _DAY_MS, 366 * _DAY_MS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Where AWS itself counts or names; the names are held without case and punctuation.
_BY_NAME = {
    "approximatefirstreceivetimestamp": "<time>",
    "approximateinvokecount": "<count>",
    "approximatereceivecount": "<count>",
    "awstraceheader": "<trace>",
    "logstream": "<log stream>",
    "logstreamname": "<log stream>",
    "receipthandle": "<receipt>",
    "traceparent": "<trace>",
    "xamznrequestid": "<request id>",
    "xamzntraceid": "<trace>",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "(?:" + "|".join(_MONTHS) + ")"
_CLOCK = r"\d{2}:\d{2}(?::\d{2})?(?:[.,]\d{1,9})?"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_TOKENS = re.compile(
    "|".join(
        (
            r"(?P<trace>Root=1-[0-9a-f]{8}-[0-9a-f]{24}[\w;=:-]*|\b1-[0-9a-f]{8}-[0-9a-f]{24}\b|\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b)",
            r"(?P<uuid>(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z]))",
            rf"(?P<iso>(?<!\d)\d{{4}}-\d{{2}}-\d{{2}}[T ]{_CLOCK}{_ZONE})",
            r"(?P<basic>(?<!\d)\d{8}T\d{6}(?:\.\d{1,9})?Z?)",
            rf"(?P<mail>(?:[A-Z][a-z]{{2}}, )?(?<!\d)\d{{1,2}} {_MONTH} \d{{4}} {_CLOCK}{_ZONE})",
            rf"(?P<log>(?<!\d)\d{{2}}/{_MONTH}/\d{{4}}:\d{{2}}:\d{{2}}:\d{{2}}(?: [+-]\d{{4}})?)",
            rf"(?P<ctime>[A-Z][a-z]{{2}} {_MONTH} [ \d]\d {_CLOCK} \d{{4}})",
            r"(?P<parts>year=\d{4}/month=\d{1,2}/day=\d{1,2}(?:/hour=\d{1,2})?(?:/minute=\d{1,2})?)",
            r"(?P<path>(?<!\d)\d{4}/\d{2}/\d{2}(?:/\d{2})?(?=/|$))",
            r"(?P<day>(?<!\d)\d{4}-\d{2}-\d{2}(?!\d))",
            r"(?P<sequence>(?<![0-9A-Za-z.])\d{20,}(?![0-9A-Za-z]))",
            r"(?P<epoch>(?<![0-9A-Za-z.-])\d{10}(?:\d{3}|\d{6}|\d{9}|\.\d{1,9})?(?![0-9A-Za-z]))",
            r"(?P<hex>(?<![0-9A-Za-z])(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])(?:[0-9a-f]{8,}|[0-9A-F]{8,})(?![0-9A-Za-z]))",
            r"(?P<ulid>(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}(?![0-9A-Za-z]))",
            r"(?P<ksuid>(?<![0-9A-Za-z])[0-9A-Za-z]{27}(?![0-9A-Za-z]))",
        )
    )
)
_MAY_HOLD = re.compile(r"\d{4}|[0-9A-Za-z]{8}")
_DIGEST = re.compile(r"<\d+ bytes, \w+ [\w-]+>")  # what stands for a long body: it is content
_EXPONENT = re.compile(r"\d+e\d+", re.IGNORECASE)
_NUMBER_TYPES = frozenset({int, float, Decimal})
_NUMBERS = re.compile(r"\d+")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH_S = 1_400_000_000  # https://github.com/segmentio/ksuid#how-do-they-work


class Normal(msgspec.Struct, frozen=True):
    """What is taken for the clock's: instants from a day before `began_at_ms` until a year behind `ended_at_ms`.

    `keep`: tokens that the scenario itself gave, such as the ids of its orders. They stay.
    """

    began_at_ms: int
    ended_at_ms: int
    keep: frozenset[str] = frozenset()

    def value(self, value: Any, name: str = "") -> Any:
        """The value with what may differ replaced, in keys too. `name`: the key it lies under."""
        kind = type(value)
        if kind is dict:
            return self._dictionary(value)
        if kind is list or kind is tuple:
            return [self.value(each, name) for each in value]
        if value is None or kind is bool:
            return value
        if name and (placeholder := _BY_NAME.get(_bare(name))):
            return placeholder
        if kind is str:
            return self.text(value)
        if kind in _NUMBER_TYPES:
            return "<time>" if self._is_instant(value) else plain(value)
        return value

    def text(self, text: str) -> str:
        """The text with its tokens replaced."""
        if len(text) < 8 or text in self.keep or not _MAY_HOLD.search(text) or _DIGEST.fullmatch(text):
            return text
        return _TOKENS.sub(self._replace, text)

    def _dictionary(self, value: dict[str, Any]) -> dict[str, Any]:
        """Keys that become one are told apart by their values, so that none is lost."""
        made: dict[str, Any] = {}
        alike: dict[str, list[Any]] = {}
        for key, each in value.items():
            alike.setdefault(self.text(str(key)), []).append(self.value(each, str(key)))
        for key, values in alike.items():
            for index, each in enumerate(sorted(values, key=canonical) if len(values) > 1 else values):
                made[key if index == 0 else f"{key}#{index + 1}"] = each
        return made

    def _replace(self, match: re.Match[str]) -> str:
        token, kind = match.group(), match.lastgroup or ""
        if token in self.keep:
            return token
        if kind in ("uuid", "trace", "sequence"):
            return f"<{kind}>"
        if kind == "hex":
            return token if _EXPONENT.fullmatch(token) else f"<hex {len(token)}>"
        if kind in ("ulid", "ksuid"):
            at_ms = _ulid_ms(token) if kind == "ulid" else _ksuid_ms(token)
            return f"<{kind}>" if self._is_near(at_ms) else token
        if kind == "epoch":
            return "<time>" if self._is_instant(Decimal(token)) else token
        at_ms = _instant_ms(token, kind)
        if at_ms is None or not self._is_near(at_ms):
            return token
        return "<date>" if kind in ("day", "path", "parts") else "<time>"

    def _is_near(self, at_ms: float | Decimal) -> bool:
        return self.began_at_ms - _BEFORE_MS <= at_ms <= self.ended_at_ms + _BEHIND_MS

    def _is_instant(self, number: float | Decimal) -> bool:
        """Whether a number is an instant near the run: seconds, milli-, micro- or nanoseconds since the epoch."""
        if not 1e9 <= number < 1e19:
            return False
        return any(self._is_near(number * 1000 / unit) for unit in (1, 1000, 1_000_000, 1_000_000_000))


def plain(number: float | Decimal) -> int | float | Decimal:
    """One form for equal numbers: 1, 1.0 and Decimal("1.00") are the same amount."""
    if isinstance(number, int):
        return number
    exact = Decimal(str(number)) if isinstance(number, float) else number
    return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else exact


def canonical(value: Any) -> str:
    """A text that is the same for equal values and differs for others: to count and to sort by."""
    kind = type(value)
    if kind is str:
        return repr(value)
    if kind is dict:
        entries = [f"{key!r}:{canonical(each)}" for key, each in sorted(value.items())]
        return "{" + ",".join(entries) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([canonical(each) for each in value]) + "]"
    return str(plain(value)) if kind in _NUMBER_TYPES else repr(value)


class Ignores:
    """Glob patterns of paths that may differ; `*` stands for anything, slashes too.

    `table/Orders/updated_at` an attribute, `queue/Audit*` and `http/*` whole places, `bucket/Reports/*` objects.
    """

    def __init__(self, patterns: tuple[str, ...] | list[str]) -> None:
        self._matches = (
            re.compile("|".join(translate(p.rstrip("/")) for p in patterns)).match if patterns else None
        )

    def hides(self, path: str) -> bool:
        """Whether what lies there may differ."""
        return bool(self._matches and self._matches(path))

    def prune(self, value: Any, path: str) -> Any:
        """The value without what may differ. Entries of a list lie at the list's path."""
        if self._matches is None:
            return value
        if isinstance(value, dict):
            return {
                key: self.prune(each, f"{path}/{key}")
                for key, each in value.items()
                if not self.hides(f"{path}/{key}")
            }
        return [self.prune(each, path) for each in value] if isinstance(value, list) else value


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _ms(year: int, month: int, day: int, *clock: int) -> int | None:
    try:
        at = datetime(year, month, day, *clock[:3], tzinfo=UTC)
    except ValueError:
        return None
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _instant_ms(token: str, kind: str) -> int | None:
    """The instant that a text of that form stands for, zones left aside; None when there is no such day."""
    numbers = [int(each) for each in _NUMBERS.findall(token)]
    if kind == "basic":
        digits = token[:8] + token[9:15]
        numbers = [int(digits[:4])] + [int(digits[at : at + 2]) for at in range(4, 14, 2)]
        return _ms(*numbers[:3], *numbers[3:6])
    if kind in ("mail", "log"):
        day, year, *clock = numbers
        return _ms(year, _month(token), day, *clock)
    if kind == "ctime":
        return _ms(numbers[-1], _month(token), numbers[0], *numbers[1:4])
    return _ms(numbers[0], numbers[1], numbers[2], *numbers[3:6])


def _month(token: str) -> int:
    return next(index for index, name in enumerate(_MONTHS, 1) if f"{name} " in token or f"{name}/" in token)


def _ulid_ms(token: str) -> int:
    """https://github.com/ulid/spec: ten digits of milliseconds, sixteen of chance."""
    at_ms = 0
    for letter in token[:10].upper():
        at_ms = at_ms * 32 + _CROCKFORD.index(letter)
    return at_ms


def _ksuid_ms(token: str) -> int:
    number = 0
    for letter in token:
        number = number * 62 + _BASE62.index(letter)
    return ((number >> 128) + _KSUID_EPOCH_S) * 1000

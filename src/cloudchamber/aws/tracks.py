"""What happened: every call leaves a track. Kept in memory, bounded; everything that shows events reads it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

import msgspec

TRACKS_MAX = 20_000


class Track(msgspec.Struct, gc=False):
    """One call: who caused it, what it touched, how long it took, how it ended.

    `error` is AWS's code, empty when it went well; `note` is a word for people (a function's error, a fault's name);
    `caller` names the call that caused this one, as `service resource`; `count` says how many things it did at once, such as
    the messages of a batch: none when it only accepted something for later.
    """

    id: str
    root: str
    cause: str
    at_ms: int
    service: str
    operation: str
    resource: str
    principal: str
    account: str
    region: str
    duration_us: int = 0
    error: str = ""
    note: str = ""
    request_id: str = ""
    caller: str = ""
    count: int = 1
    number: int = 0  # the order in which calls began
    is_delivery: bool = False  # whether it gives an event to a function now


class Tracks:
    """The latest tracks, and those who listen to new ones."""

    def __init__(self) -> None:
        # Ordered: the first key of a plain dict lies behind the places of all that were removed before it.
        self._kept: OrderedDict[str, Track] = OrderedDict()
        self._open: dict[str, Track] = {}
        self._listeners: list[Callable[[Track], None]] = []
        self._begun = 0
        self.calls: dict[tuple[str, str, str], int] = {}  # (service, operation, error) -> count

    def begin(self, track: Track) -> None:
        """Know a call from its start, so that what it causes can name it."""
        cause = self._open.get(track.cause) or self._kept.get(track.cause)
        if cause is not None:
            track.caller = f"{cause.service} {cause.resource or cause.operation}"
        self._begun += 1
        track.number = self._begun
        self._open[track.id] = track
        if len(self._open) > TRACKS_MAX:
            del self._open[next(iter(self._open))]

    def forget_open(self) -> None:
        """The chamber has died: what was under way will not end."""
        self._open.clear()

    def note(self, track_id: str, text: str) -> None:
        """Say on a track how its call goes."""
        track = self._open.get(track_id)
        if track is not None:
            track.note = f"{track.note}; {text}" if track.note else text

    def tally(self, track_id: str, count: int) -> None:
        """Say on a track how many things its call does at once."""
        track = self._open.get(track_id)
        if track is not None:
            track.count = count

    def open_count(self, service: str, operations: tuple[str, ...], resource: str) -> int:
        """How many calls of some operations on a resource are under way."""
        return sum(
            track.service == service and track.resource == resource and track.operation in operations
            for track in self._open.values()
        )

    def add(self, track: Track) -> None:
        """Keep a call that ended."""
        self._open.pop(track.id, None)
        self._kept[track.id] = track
        if len(self._kept) > TRACKS_MAX:
            self._kept.popitem(last=False)
        key = (track.service, track.operation, track.error)
        self.calls[key] = self.calls.get(key, 0) + 1
        for listener in self._listeners:
            listener(track)

    def latest(self, count: int = TRACKS_MAX) -> Iterable[Track]:
        """The last `count` tracks, oldest first."""
        kept = list(self._kept.values())
        return kept[-count:] if count else []

    def listen(self, listener: Callable[[Track], None]) -> Callable[[], None]:
        """Call `listener` with each new track; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

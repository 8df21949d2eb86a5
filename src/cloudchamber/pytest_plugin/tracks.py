"""What has happened in a test's chamber."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, overload

import msgspec

from cloudchamber.aws.tracks import TRACKS_MAX, Track

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.hosts import Host

TAP_PREFIX = "cloudchamber-tap-"  # of the names of everything that a tap makes
_INVOCATIONS = frozenset({"Invoke", "InvokeWithResponseStream", "invoke_event"})


class Tracks(Sequence[Track]):
    """`chamber.tracks`: the calls that were made since the test began, in the order in which they ended, as they are now.

    What deployments and the taps of `chamber.events` did is left out.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._left_out: set[str] = set()
        self._ids: dict[str, str] = {}

    def know(self, ids: Mapping[str, str]) -> None:
        """The logical ids of a stack, by which its resources are called from now on, with their physical ones."""
        self._ids |= ids

    @contextmanager
    def left_out(self) -> Generator[None]:
        """What happens meanwhile is not told."""
        before = {track.id for track in self._fetched()}
        yield
        self._left_out |= {track.id for track in self._fetched()} - before

    def of(
        self,
        service: str,
        operation: str | None = None,
        *,
        resource: str | None = None,
        error: str | None = None,
        caller: str | None = None,
    ) -> list[Track]:
        """Those of one service: `chamber.tracks.of("sqs", "SendMessage", resource="orders")`.

        `resource` and `caller` by their logical ids, names, or the ends of their ARNs. `error`: AWS's code; `""` for none.
        """
        return [
            track
            for track in self
            if track.service == service
            and operation in (None, track.operation)
            and error in (None, track.error)
            and (resource is None or self._is_named(track.resource, resource))
            and (caller is None or self._is_named(track.caller.partition(" ")[2], caller))
        ]

    def invocations(self, function: str) -> list[Track]:
        """The times a function was given an event, and how that ended; by its logical id or name."""
        runs = [track for track in self.of("lambda", resource=function) if track.operation in _INVOCATIONS]
        queued = {track.cause for track in runs if track.operation == "invoke_event"}
        return [track for track in runs if track.operation == "invoke_event" or track.id not in queued]

    @property
    def errors(self) -> list[Track]:
        """Those that failed."""
        return [track for track in self if track.error]

    def tree(self, lines_max: int = 200) -> str:
        """All of it as text: who caused what, with errors and faults marked; the chamber's housekeeping is left out."""
        from cloudchamber.verify.tree import named, short_name, text_lines, tree

        names = {short_name(physical_id): logical_id for logical_id, physical_id in self._ids.items()}
        tracks = list(self)
        everywhere = {named(track.resource, names) for track in tracks}
        lines = tree(tracks, places=everywhere, names=names, lines_max=lines_max)
        return "\n".join(text_lines(lines, plain=False))

    def _is_named(self, resource: str, name: str) -> bool:
        name = self._ids.get(name, name)
        return resource == name or resource.endswith((f":{name}", f"/{name}"))

    def _all(self) -> list[Track]:
        return [
            track
            for track in self._fetched()
            if track.id not in self._left_out and TAP_PREFIX not in track.resource
        ]

    def _fetched(self) -> list[Track]:
        return msgspec.convert(self._host.ask("GET", f"tracks?count={TRACKS_MAX}")["tracks"], list[Track])

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, index: int) -> Track: ...
    @overload
    def __getitem__(self, index: slice) -> list[Track]: ...
    def __getitem__(self, index: int | slice) -> Track | list[Track]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Track]:
        return iter(self._all())

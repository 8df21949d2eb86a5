"""Tracks as people read them: a line for each call, indented under the call that caused it."""

from __future__ import annotations

import asyncio
import re
import select
import sys
from collections import OrderedDict, deque
from datetime import UTC, datetime

import click

from cloudchamber.aws.tracks import Track

REMEMBERED_MAX = 10_000
WAITING_LINES_MAX = 400
FLUSH_S = 0.05
_READS = re.compile(r"^(Describe|List|Get(?!Item|Object)|Head|ReceiveMessage|GetQueueAttributes)")
_QUIET_SERVICES = {"logs", "sts"}


def is_housekeeping(track: Track) -> bool:
    """Whether a track is of little interest to who watches events flow: the chamber's own tasks, and what only looks."""
    if track.error:
        return False
    is_task = track.operation[:1].islower()
    return is_task or track.service in _QUIET_SERVICES or _READS.match(track.operation) is not None


class LiveView:
    """Makes a line of each track worth showing."""

    def __init__(self, *, show_all: bool = False) -> None:
        self._show_all = show_all
        self._depths: OrderedDict[str, int] = OrderedDict()
        self._colour = sys.stdout.isatty()

    def add(self, track: Track) -> None:
        """Print one track, unless it is housekeeping."""
        line = self.line(track)
        if line:
            click.echo(line)

    def line(self, track: Track) -> str:
        """The line of one track; empty for housekeeping."""
        hidden = not self._show_all and is_housekeeping(track)
        depth = self._depths.get(track.cause, -1) + (0 if hidden else 1)
        self._remember(track.id, max(depth, 0))
        return "" if hidden else self._line(track, max(depth, 0))

    def _remember(self, track_id: str, depth: int) -> None:
        self._depths[track_id] = depth
        if len(self._depths) > REMEMBERED_MAX:
            self._depths.popitem(last=False)

    def _line(self, track: Track, depth: int) -> str:
        at = datetime.fromtimestamp(track.at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
        took = f"{track.duration_us / 1000:8.1f} ms"
        what = f"{'   ' * depth}{'└─ ' if depth else ''}{track.service} {track.operation}"
        end = track.error or track.note or "ok"
        bad = bool(track.error) or track.note.startswith(("Unhandled", "5", "4", "fault"))
        resource = short_name(track.resource)
        if not self._colour:
            return f"{at}  {took}  {what}  {resource}  {end}".rstrip()
        return "  ".join(
            (
                click.style(at, dim=True),
                click.style(took, dim=True),
                click.style(what, fg="cyan"),
                click.style(resource, bold=True),
                click.style(("✗ " if bad else "✓ ") + end, fg="red" if bad else "green"),
            )
        )


class Ticker:
    """Prints lines beside a running chamber and never makes it wait: what a slow reader cannot take is only counted."""

    def __init__(self, view: LiveView) -> None:
        self._view = view
        self._waiting: deque[str] = deque()
        self._left_out = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, track: Track) -> None:
        """Show one track soon."""
        if len(self._waiting) >= WAITING_LINES_MAX:
            self._left_out += 1
            return
        line = self._view.line(track)
        if line:
            self._waiting.append(line)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._flush)

    def _flush(self) -> None:
        self._timer = None
        while self._waiting and self._writable():
            click.echo(self._waiting.popleft())
        if self._left_out and not self._waiting and self._writable():
            click.echo(f"… and {self._left_out} more")
            self._left_out = 0
        if self._waiting or self._left_out:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._flush)

    @staticmethod
    def _writable() -> bool:
        """Whether standard output takes a line without blocking."""
        try:
            return bool(select.select([], [sys.stdout], [], 0)[1])
        except (OSError, ValueError):
            return True

    def close(self) -> None:
        """Print what is left, as far as it can be."""
        if self._timer:
            self._timer.cancel()
        while self._waiting and self._writable():
            click.echo(self._waiting.popleft())


def short_name(resource: str) -> str:
    """The last part of an ARN or URL: what people call the thing."""
    if resource.startswith("arn:"):
        resource = resource.split(":", 5)[5]
        return re.sub(r"^(function|table|rule|event-bus|stateMachine)[:/]", "", resource)
    if resource.startswith(("http://", "https://")):
        return resource.rstrip("/").rsplit("/", 1)[1]
    return resource

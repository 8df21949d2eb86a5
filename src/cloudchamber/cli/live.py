"""Tracks as people read them: a line for each call, with who made it."""

from __future__ import annotations

import asyncio
import re
import select
import sys
from collections import deque
from datetime import UTC, datetime

import click

from cloudchamber.aws.tracks import Track

WAITING_LINES_MAX = 400
FLUSH_S = 0.05
CALLER_WIDTH = 38
_READS = re.compile(r"^(Describe|List|Get(?!Item|Object)|Head|ReceiveMessage|GetQueueAttributes)")
_BAD_ENDS = ("Unhandled", "failed", "after", "4", "5", "fault")
_QUIET_SERVICES = {"logs", "sts"}


def is_housekeeping(track: Track) -> bool:
    """Whether a track is of little interest to who watches events flow: the chamber's own tasks, and what only looks."""
    if track.error or track.note:
        return False
    is_task = track.operation[:1].islower()
    by_poller = track.principal == "lambda.amazonaws.com" and track.service != "lambda"
    return (
        is_task or by_poller or track.service in _QUIET_SERVICES or _READS.match(track.operation) is not None
    )


class LiveView:
    """Makes a line of each track worth showing: when, who called, whom, how long it took, how it ended."""

    def __init__(self, *, show_all: bool = False) -> None:
        self._show_all = show_all
        self._colour = sys.stdout.isatty()

    def add(self, track: Track) -> None:
        """Print one track, unless it is housekeeping."""
        line = self.line(track)
        if line:
            click.echo(line)

    def line(self, track: Track) -> str:
        """The line of one track; empty for housekeeping."""
        if not self._show_all and is_housekeeping(track):
            return ""
        at = datetime.fromtimestamp(track.at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
        took = f"{track.duration_us / 1000:7.1f} ms"
        end = track.error or track.note or "ok"
        bad = bool(track.error) or end.startswith(_BAD_ENDS)
        caller, what, resource = (
            caller_of(track),
            f"{track.service} {track.operation}",
            short_name(track.resource),
        )
        if not self._colour:
            return f"{at}  {took}  {caller} -> {what} {resource}  {end}".replace("  ->", " ->")
        return "  ".join(
            (
                click.style(f"{at}  {took}", dim=True),
                click.style("✗" if bad else "✓", fg="red" if bad else "green"),
                f"{click.style(f'{caller:>{CALLER_WIDTH}}', fg='cyan')} → {click.style(what, fg='cyan', bold=True)}"
                f" {click.style(resource, bold=True)}",
                click.style("" if end == "ok" else end, fg="red" if bad else "green"),
            )
        )


def caller_of(track: Track) -> str:
    """Who made a call: the function, topic or rule behind it; else the service it came from; else a client."""
    if track.caller:
        service, _, resource = track.caller.partition(" ")
        return f"{service} {short_name(resource)}"
    if track.principal.endswith(".amazonaws.com"):
        return track.principal.removesuffix(".amazonaws.com")
    return "client"


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

"""`cloudchamber record`: what enters a running chamber, written down until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import click

from cloudchamber.cli.http import ask, body_of
from cloudchamber.clock.durations import duration_ms

PATH = "/_cloudchamber/recording"
LOOK_S = 0.25
REST_S = 10.0  # so long it waits at the end for what is under way
QUIET_LOOKS = 2  # what moves from one service to the next is in neither for a moment
_STOPS = (signal.SIGINT, signal.SIGTERM)


def run(
    file: Path, *, endpoint: str, lasting: str | None, stack_name: str | None, region: str, reads: bool
) -> int:
    """Record until told to stop; the exit status."""
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise click.ClickException(f"{file} cannot be written.")
    lasting_s = _seconds(lasting)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        wanted = {"reads": reads, "stack_name": stack_name or "", "region": region}
        ask(endpoint, "POST", PATH, wanted)
        until = f"for {lasting}" if lasting else "until Ctrl-C"
        click.echo(f"Recording what enters {endpoint} {until}.", err=True)
        try:
            count = _watch(endpoint, lasting_s)
            _rest(endpoint)
        finally:
            text = body_of(endpoint, "DELETE", PATH)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    file.write_bytes(text)
    kept = text.count(b"\n") - 2
    click.echo(f"{file}: {_requests(kept)}.", err=True)
    if kept == 0 and count == 0:
        click.echo("Nothing entered: is this the chamber that your client speaks to?", err=True)
    return 0


def _watch(endpoint: str, lasting_s: float | None) -> int:
    """Show how it goes until a signal comes, or the time is over; the number of requests."""
    passed_s, line = 0.0, _Line()
    while True:
        progress: dict[str, Any] = ask(endpoint, "GET", PATH)
        count, last = progress["requests_count"], progress["last"]
        line.show(f"recording  {_requests(count)}{f', the last one {last}' if last else ''}")
        left_s = LOOK_S if lasting_s is None else min(LOOK_S, lasting_s - passed_s)
        if left_s <= 0 or signal.sigtimedwait(_STOPS, left_s):
            line.end()
            return count
        passed_s += left_s


def _rest(endpoint: str) -> None:
    """Wait until nothing is under way; not for long, and not when told again to stop."""
    passed_s, quiet_looks, line = 0.0, 0, _Line()
    while passed_s < REST_S:
        waiting: dict[str, Any] = ask(endpoint, "GET", f"{PATH}?waiting=1")["waiting"]
        quiet_looks = 0 if waiting["now"] else quiet_looks + 1
        if quiet_looks == QUIET_LOOKS:
            break
        if waiting["now"]:
            line.show(f"waiting until nothing is under way: {', '.join(waiting['now'])} (Ctrl-C: do not)")
        if signal.sigtimedwait(_STOPS, LOOK_S):
            break
        passed_s += LOOK_S
    line.end()


class _Line:
    """One line of a terminal that is written again and again; nothing elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._text = ""

    def show(self, text: str) -> None:
        """Put `text` there."""
        if self._is_shown and text != self._text:
            self._text = text
            width = shutil.get_terminal_size().columns
            click.echo(f"\r\x1b[2K{text[: width - 1]}", nl=False, err=True)

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._text:
            click.echo("\r\x1b[2K", nl=False, err=True)


def _requests(count: int) -> str:
    return f"{count} request" if count == 1 else f"{count} requests"


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return duration_ms(text) / 1000
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None

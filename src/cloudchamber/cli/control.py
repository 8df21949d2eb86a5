"""The commands that speak to a running chamber: clock, faults, tracks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from cloudchamber.aws.tracks import Track
from cloudchamber.cli.http import ask, lines
from cloudchamber.cli.live import LiveView
from cloudchamber.clock.durations import duration_ms


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"


def _duration_ms(text: str) -> int:
    try:
        return duration_ms(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def _print_clock(shown: dict[str, Any]) -> None:
    click.echo(f"{_instant(shown['now_ms'])}  ({shown['kind']} clock)")
    for deadline in shown["deadlines"][:20]:
        click.echo(f"  {_instant(deadline['at_ms'])}  {'recurring' if deadline['recurring'] else 'once'}")
    if len(shown["deadlines"]) > 20:
        click.echo(f"  … and {len(shown['deadlines']) - 20} later ones")


def show_clock(endpoint: str) -> None:
    """`cloudchamber clock show`."""
    _print_clock(ask(endpoint, "GET", "/_cloudchamber/clock"))


def advance_clock(endpoint: str, duration: str) -> None:
    """`cloudchamber clock advance DURATION`."""
    _print_clock(
        ask(endpoint, "POST", "/_cloudchamber/clock/advance", {"duration_ms": _duration_ms(duration)})
    )


def run_until_idle(endpoint: str) -> None:
    """`cloudchamber clock run-until-idle`."""
    _print_clock(ask(endpoint, "POST", "/_cloudchamber/clock/run-until-idle"))


def _print_faults(plan: dict[str, Any]) -> None:
    if not plan["faults"]:
        click.echo("No faults.")
    for fault in plan["faults"]:
        click.echo("  ".join(f"{name}={value}" for name, value in fault.items() if value not in ("", None)))


def show_faults(endpoint: str) -> None:
    """`cloudchamber faults show`."""
    _print_faults(ask(endpoint, "GET", "/_cloudchamber/faults"))


def set_faults(endpoint: str, plan: Path) -> None:
    """`cloudchamber faults set PLAN`."""
    import yaml

    _print_faults(ask(endpoint, "POST", "/_cloudchamber/faults", yaml.safe_load(plan.read_text("utf-8"))))


def clear_faults(endpoint: str) -> None:
    """`cloudchamber faults clear`."""
    _print_faults(ask(endpoint, "DELETE", "/_cloudchamber/faults"))


def show_tracks(endpoint: str, *, follow: bool, show_all: bool, as_json: bool) -> None:
    """`cloudchamber tracks`."""
    view = LiveView(show_all=show_all)
    if follow:
        for line in lines(endpoint, "/_cloudchamber/tracks?follow=1"):
            click.echo(line.decode(), nl=False) if as_json else view.add(
                msgspec.json.decode(line, type=Track)
            )
        return
    for track in ask(endpoint, "GET", "/_cloudchamber/tracks?count=20000")["tracks"]:
        click.echo(msgspec.json.encode(track)) if as_json else view.add(msgspec.convert(track, Track))

"""The commands that speak to a running chamber: clock, faults, tracks."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.cli.http import ask, lines
from cloudchamber.cli.live import LiveView
from cloudchamber.cli.yaml_lines import with_line
from cloudchamber.clock.durations import duration_ms, span
from cloudchamber.verify.words import counted

DUE_SHOWN = 20


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"


def _duration_ms(text: str) -> int:
    try:
        return duration_ms(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def _print_clock(shown: dict[str, Any]) -> None:
    click.echo(f"{_instant(shown['now_ms'])}  ({shown['kind']} clock)")
    rows = [_due_row(due, shown["now_ms"]) for due in shown["due"][:DUE_SHOWN]]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    colour = sys.stdout.isatty()
    for relative, at, what, how in rows:
        line = f"  {relative:>{widths[0]}}  {at}  {what:<{widths[2]}}  {how}".rstrip()
        click.echo(click.style(line, dim=True) if colour and how.startswith("recurring") else line)
    if len(shown["due"]) > DUE_SHOWN:
        click.echo(f"  … and {len(shown['due']) - DUE_SHOWN} later ones (--json shows them)")


def _due_row(due: dict[str, Any], now_ms: int) -> tuple[str, str, str, str]:
    """When from now, when, what, and how: `+1m 30s`, the instant, `lambda Invoke Charge`, `attempt 2 of 3`."""
    how = "recurring" if due["recurring"] else "once"
    most_count = due["attempts_max"]
    if due["attempt"] > 1 or (due["service"] and not due["recurring"] and most_count != 1):
        most = f" of {most_count}" if most_count else ""
        how += f", attempt {due['attempt']}{most}"
    return f"+{span(due['at_ms'] - now_ms)}", _instant(due["at_ms"]), due["what"], how


def show_clock(endpoint: str, *, as_json: bool) -> None:
    """`cloudchamber clock show`."""
    shown = ask(endpoint, "GET", "/_cloudchamber/clock")
    click.echo(msgspec.json.encode(shown)) if as_json else _print_clock(shown)


def advance_clock(endpoint: str, duration: str) -> None:
    """`cloudchamber clock advance DURATION`."""
    _print_clock(
        ask(endpoint, "POST", "/_cloudchamber/clock/advance", {"duration_ms": _duration_ms(duration)})
    )


def run_until_idle(endpoint: str) -> None:
    """`cloudchamber clock run-until-idle`."""
    _print_clock(ask(endpoint, "POST", "/_cloudchamber/clock/run-until-idle"))


def _print_faults(plan: dict[str, Any]) -> None:
    from cloudchamber.verify.reports.wording import fault_sentence

    if not plan["faults"]:
        click.echo("No faults.")
        return
    for fault, count in zip(msgspec.convert(plan["faults"], list[Fault]), plan["struck"], strict=True):
        struck = f"struck {counted(count, 'time')}" if count else "not struck yet"
        click.echo(f"{fault_sentence(fault)}{_account(fault)}: {struck}")
    click.echo(f"Chances are drawn from seed {plan['seed']}.")


def _account(fault: Fault) -> str:
    return f" in account {fault.account}" if fault.account else ""


def show_faults(endpoint: str, *, as_json: bool) -> None:
    """`cloudchamber faults show`."""
    plan = ask(endpoint, "GET", "/_cloudchamber/faults")
    click.echo(msgspec.json.encode(plan)) if as_json else _print_faults(plan)


def set_faults(endpoint: str, file: Path) -> None:
    """`cloudchamber faults set PLAN`."""
    import yaml

    text = file.read_text("utf-8")
    try:
        plan = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise click.ClickException(f"{file} is no YAML: {error}") from None
    try:
        _print_faults(ask(endpoint, "POST", "/_cloudchamber/faults", plan))
    except click.ClickException as error:
        raise click.ClickException(with_line(error.message, text, str(file))) from None


def print_fault_schema() -> None:
    """`cloudchamber faults schema`."""
    from cloudchamber.aws.fault_plans import schema

    click.echo(msgspec.json.format(msgspec.json.encode(schema()), indent=2))


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

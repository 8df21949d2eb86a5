"""`cloudchamber replay`: a recording again, on an application that was changed, and what comes out otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec
from rich.console import Console

from cloudchamber.app.templates import template_in
from cloudchamber.cli.deployment import parameters_of
from cloudchamber.verify.model import Application
from cloudchamber.verify.replay_report import Replayed, replayed
from cloudchamber.verify.scenario import ScenarioError
from cloudchamber.verify.stage import DidNotDeploy

CANNOT = 2  # exit status: nothing could be replayed


def run(
    file: Path,
    template: Path | None,
    parameter: tuple[str, ...],
    ignore: tuple[str, ...],
    seed: int,
    *,
    as_json: bool,
) -> int:
    """Replay and compare; the exit status: 0 when all came to the same end, 1 when not."""
    found = template if template and template.is_file() else template_in(template or Path())
    if not found.is_file():
        click.echo(f"Nothing was replayed. There is no {found}. Name the template with --template.", err=True)
        return CANNOT
    application = Application(
        str(found), scenario="", recording=str(file), parameters=parameters_of(parameter)
    )
    try:
        with Console(stderr=True).status(f"{file}: deploying and replaying"):
            result = asyncio.run(replayed(application, seed, ignore))
    except (ScenarioError, DidNotDeploy) as error:
        click.echo(f"Nothing was replayed. {error}", err=True)
        return CANNOT
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_as_dict(result))).decode())
    else:
        _print(result, file, found)
    return 0 if result.is_equal else 1


def _as_dict(result: Replayed) -> dict[str, object]:
    return {"equal": result.is_equal, **msgspec.to_builtins(result)}


def _print(result: Replayed, file: Path, template: Path) -> None:
    count = result.requests_count
    click.echo(f"{file} on {template}: {count} request{'' if count == 1 else 's'}")
    for note in result.notes:
        click.secho(f"  {note}.", fg="yellow")
    if result.answers:
        click.secho("\nanswered otherwise", bold=True)
    for answer in result.answers:
        now = click.style(answer.now, fg="red" if answer.is_worse else "green")
        click.echo(f"  #{answer.number} {answer.title}: {now} instead of {answer.was}")
    if result.differences:
        click.secho("\nat the end", bold=True)
    for difference in result.differences:
        click.echo(f"  {difference.text}")
    if result.problems:
        click.secho("\nproblems", bold=True)
    for problem in result.problems:
        click.secho(f"  {problem}", fg="red")
    if result.is_equal:
        click.secho("Everything came to the same end.", fg="green")

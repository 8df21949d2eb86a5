"""`cloudchamber deploy`: a stack into a running chamber."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from cloudchamber.app.deploying import Deployed
from cloudchamber.app.templates import stack_name_of, template_in
from cloudchamber.cli.deployment import parameters_of, print_deployed, print_event
from cloudchamber.cli.http import lines


def run(
    template: Path | None, endpoint: str, stack_name: str | None, parameter: tuple[str, ...], region: str
) -> int:
    """Deploy, and show how it goes; the exit status."""
    found = template if template and template.is_file() else template_in(template or Path())
    if not found.is_file():
        raise click.ClickException(f"There is no template at {found}.")
    name = stack_name or stack_name_of(found)
    wanted = {
        "template": str(found.resolve()),
        "stack_name": name,
        "parameters": parameters_of(parameter),
        "region": region,
    }
    click.echo(f"Deploying {found} as stack {name}")
    for line in lines(endpoint, "/_cloudchamber/deploy", "POST", wanted):
        told: dict[str, Any] = msgspec.json.decode(line)
        if "say" in told:
            click.echo(f"  {told['say']}")
        elif "event" in told:
            print_event(told["event"])
        elif "deployed" in told:
            print_deployed(msgspec.convert(told["deployed"], Deployed), endpoint)
            return 0
        else:
            click.secho(told.get("failed") or told.get("message") or line.decode(), fg="red", err=True)
            return 1
    click.secho("The chamber ended before the deployment did.", fg="red", err=True)
    return 1

"""A deployment as people read it: its progress, and what it made."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from cloudchamber.app.addresses import local_url
from cloudchamber.app.deploying import Deployed
from cloudchamber.cli.live import short_name

_QUIET_TYPES = ("AWS::IAM::", "AWS::Lambda::Permission", "AWS::ApiGateway::Deployment", "AWS::CDK::Metadata")


def parameters_of(given: tuple[str, ...]) -> dict[str, str]:
    """Parameters as the command line gives them: `KEY=VALUE`."""
    made: dict[str, str] = {}
    for text in given:
        key, _, value = text.partition("=")
        made[key] = value
    return made


def print_event(event: dict[str, Any]) -> None:
    """One stack event, when it says that something ended."""
    status = event["ResourceStatus"]
    if status.endswith("IN_PROGRESS"):
        return
    colour = "red" if "FAILED" in status or "ROLLBACK" in status else "green"
    reason = (
        f"  {event['ResourceStatusReason']}" if event.get("ResourceStatusReason") and colour == "red" else ""
    )
    line = f"{event['LogicalResourceId']} ({event['ResourceType']}){reason}"
    click.echo(f"  {click.style(status.lower().replace('_', ' '), fg=colour)}  {line}")


def print_deployed(deployed: Deployed, base_url: str) -> None:
    """What a stack made, the URLs to use, and what of it has no behaviour here."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("resource", "type", "name"):
        table.add_column(title, no_wrap=True)
    for resource in deployed.resources:
        if not resource["ResourceType"].startswith(_QUIET_TYPES):
            physical = short_name(resource.get("PhysicalResourceId", ""))
            table.add_row(resource["LogicalResourceId"], resource["ResourceType"], physical)
    console.print(table)
    if deployed.outputs:
        click.secho("\noutputs", bold=True)
    for output in deployed.outputs:
        click.echo(f"  {output['OutputKey']}: {local_url(output['OutputValue'], base_url)}")
    if deployed.inert:
        click.secho("\nstored, without behaviour here", fg="yellow", bold=True)
        for resource in deployed.inert:
            click.echo(f"  {resource['LogicalId']} ({resource['Type']})")
    if deployed.recorded:
        click.secho("\nrecorded only, without effect here", fg="yellow", bold=True)
    for service, operation, member, reason in deployed.recorded:
        click.echo(f"  {service} {operation} {member}: {reason}")
    click.echo(f"\n  export AWS_ENDPOINT_URL={base_url}\n")

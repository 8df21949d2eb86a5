"""`cloudchamber fidelity`: the ledger, from the code itself; no chamber needs to run."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from cloudchamber.app.ledger import ledger


def show(service: str | None, *, as_json: bool) -> None:
    """Print the ledger of all services, or of one."""
    known = ledger()
    if service and service not in known:
        raise click.ClickException(f"There is no service {service} here. There are: {', '.join(known)}.")
    if as_json:
        chosen = {service: known[service]} if service else known
        click.echo(msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode())
    elif service:
        _print_service(service, known[service])
    else:
        _print_all(known)


def _print_all(known: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for title in ("service", "operations", "refused members", "recorded only", "resource types"):
        table.add_column(title, justify="left" if title == "service" else "right")
    for name, entry in known.items():
        table.add_row(
            name,
            f"{len(entry['implemented'])} of {entry['operations']}",
            str(sum(len(members) for members in entry["refused"].values())),
            str(sum(len(members) for members in entry["recorded"].values())),
            str(len(entry["resources"])),
        )
    Console().print(table)
    click.echo("\nDetails: cloudchamber fidelity SERVICE")


def _print_service(name: str, entry: dict[str, Any]) -> None:
    click.echo(f"{name}: {len(entry['implemented'])} of {entry['operations']} operations")
    for title, kind in (("refused (an error says so)", "refused"), ("recorded only (no effect)", "recorded")):
        if entry[kind]:
            click.echo(f"\n{title}:")
        for operation, members in sorted(entry[kind].items()):
            for member, reason in sorted(members.items()):
                click.echo(f"  {operation}.{member}: {reason}")
    if entry["missing"]:
        click.echo("\nnot available yet:\n  " + ", ".join(entry["missing"]))

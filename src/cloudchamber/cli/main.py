"""`cloudchamber`: the commands and their options. What each does stands in its own module, loaded when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

ENDPOINT = "http://127.0.0.1:4566"
_endpoint = click.option(
    "--endpoint",
    default=ENDPOINT,
    envvar="AWS_ENDPOINT_URL",
    show_default=True,
    help="The chamber to speak to.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cloudchamber")
def main() -> None:
    """An AWS-compatible serverless and event-driven cloud in one process, and a verifier of what runs on it."""


@main.command()
@click.argument("template", required=False, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=4566, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder that keeps everything until the next `up`."
)
@click.option("--durability", type=click.Choice(["normal", "full"]), default="normal", show_default=True,
              help="normal survives the death of the process, full a power failure too.")  # fmt: skip
@click.option("--clock", type=click.Choice(["system", "virtual"]), default="system", show_default=True,
              help="virtual stands still until `cloudchamber clock` turns it.")  # fmt: skip
@click.option("--seed", type=int, help="Make identifiers and chances repeat.")
@click.option("--verify-signatures", is_flag=True, help="Refuse requests whose SigV4 signature is wrong.")
@click.option("--stack-name", help="Name of the stack; the template's folder when left out.")
@click.option(
    "--parameter", "-p", multiple=True, metavar="KEY=VALUE", help="A parameter of the template; may repeat."
)
@click.option("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], default="us-east-1", show_default=True)
@click.option("--all", "show_all", is_flag=True, help="Show every call, also the chamber's own housekeeping.")
@click.option("--quiet", is_flag=True, help="Do not show the calls.")
@click.option(
    "--exit",
    "exit_after",
    is_flag=True,
    help="End once the template is deployed (with --data: to prepare a folder).",
)
def up(**options: Any) -> None:
    """Start the cloud, deploy TEMPLATE into it, and watch its events flow. Ctrl-C stops everything."""
    from cloudchamber.cli.up import run

    raise SystemExit(run(**options))


@main.command()
@click.argument("template", required=False, type=click.Path(path_type=Path))
@click.option("--stack-name", help="Name of the stack; the template's folder when left out.")
@click.option(
    "--parameter", "-p", multiple=True, metavar="KEY=VALUE", help="A parameter of the template; may repeat."
)
@click.option("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], default="us-east-1", show_default=True)
@_endpoint
def deploy(
    template: Path | None, stack_name: str | None, parameter: tuple[str, ...], region: str, endpoint: str
) -> None:
    """Deploy TEMPLATE (a file or its folder; else template.yaml here) into a running chamber, or what changed of it."""
    from cloudchamber.cli.deploy import run

    raise SystemExit(run(template, endpoint, stack_name, parameter, region))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--for", "lasting", metavar="DURATION", help="Stop after so long (30s, 5m); else at Ctrl-C.")
@click.option("--all", "reads", is_flag=True, help="Also the calls that cannot change anything.")
@click.option("--stack-name", help="The stack that it is about, where there are several; else the oldest.")
@click.option("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], default="us-east-1", show_default=True)
@_endpoint
def record(file: Path, **options: Any) -> None:
    """Write what enters a running chamber from outside into FILE: calls and HTTP requests, and what was there at the end."""
    from cloudchamber.cli.record import run

    raise SystemExit(run(file, **options))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--template",
    "-t",
    type=click.Path(path_type=Path),
    help="The template or its folder; else template.yaml here.",
)
@click.option(
    "--parameter", "-p", multiple=True, metavar="KEY=VALUE", help="A parameter of the template; may repeat."
)
@click.option(
    "--ignore", multiple=True, metavar="PATH", help="What may differ: table/Orders/updated_at, queue/*."
)
@click.option("--seed", default=0, show_default=True, help="Everything that is drawn is drawn from it.")
@click.option("--json", "as_json", is_flag=True, help="What differs as JSON.")
def replay(file: Path, **options: Any) -> None:
    """Play the recording FILE on the application of a template, and show what comes out otherwise.

    Ends with 0 when all came to the same end, 1 when not, 2 when nothing could be replayed.
    """
    from cloudchamber.cli.replay import run

    raise SystemExit(run(file, **options))


@main.group()
def clock() -> None:
    """Look at the chamber's time, and turn it (`up --clock virtual`)."""


@clock.command("show")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for machines.")
@_endpoint
def clock_show(endpoint: str, as_json: bool) -> None:
    """The instant, and what would happen next: calls that wait, functions that sleep, messages that become visible."""
    from cloudchamber.cli.control import show_clock

    show_clock(endpoint, as_json=as_json)


@clock.command("advance")
@click.argument("duration")
@_endpoint
def clock_advance(duration: str, endpoint: str) -> None:
    """Go DURATION forward (90s, 15m, 24h, 14d) through every deadline on the way."""
    from cloudchamber.cli.control import advance_clock

    advance_clock(endpoint, duration)


@clock.command("run-until-idle")
@_endpoint
def clock_run_until_idle(endpoint: str) -> None:
    """Jump from deadline to deadline until nothing waits but what recurs."""
    from cloudchamber.cli.control import run_until_idle

    run_until_idle(endpoint)


@main.group()
def faults() -> None:
    """Faults on purpose: which calls fail, wait, lose their answer or happen twice."""


@faults.command("show")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for machines.")
@_endpoint
def faults_show(endpoint: str, as_json: bool) -> None:
    """The plan in force, a sentence for each fault, and how often each has struck."""
    from cloudchamber.cli.control import show_faults

    show_faults(endpoint, as_json=as_json)


@faults.command("schema")
def faults_schema() -> None:
    """The JSON schema of plans, for editors."""
    from cloudchamber.cli.control import print_fault_schema

    print_fault_schema()


@faults.command("set")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_endpoint
def faults_set(plan: Path, endpoint: str) -> None:
    """Put the PLAN of a YAML or JSON file into force: `{seed: 1, faults: [{kind: error, service: sqs, chance: 0.1}]}`."""
    from cloudchamber.cli.control import set_faults

    set_faults(endpoint, plan)


@faults.command("clear")
@_endpoint
def faults_clear(endpoint: str) -> None:
    """No faults any more."""
    from cloudchamber.cli.control import clear_faults

    clear_faults(endpoint)


@main.command()
@click.argument("service", required=False)
@click.option("--json", "as_json", is_flag=True, help="The whole ledger, for machines.")
def fidelity(service: str | None, as_json: bool) -> None:
    """What is enforced, what is refused, what is recorded only: of every service, or of SERVICE in detail."""
    from cloudchamber.cli.fidelity import show

    show(service, as_json=as_json)


@main.command()
@click.option("--follow", "-f", is_flag=True, help="Go on with new ones.")
@click.option("--all", "show_all", is_flag=True, help="Also the chamber's own housekeeping.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_endpoint
def tracks(follow: bool, show_all: bool, as_json: bool, endpoint: str) -> None:
    """The calls that were made: who called whom, how long it took, how it ended."""
    from cloudchamber.cli.control import show_tracks

    show_tracks(endpoint, follow=follow, show_all=show_all, as_json=as_json)


@main.command("event", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def event(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Print the event that AWS sends for a source; give it to a function (--to), or put it onto the bus (--send)."""
    from cloudchamber.cli.event import command

    with command(ENDPOINT).make_context("event", list(words), ctx.parent) as inner:
        inner.command.invoke(inner)


@main.command()
@click.argument("scenario", required=False)
@click.option(
    "--template",
    "-t",
    type=click.Path(path_type=Path),
    help="The template or its folder; else template.yaml here.",
)
@click.option("--seed", default=0, show_default=True, help="Everything that is drawn is drawn from it.")
@click.option("--runs", type=int, help="Stop after so many runs.")
@click.option("--time", help="Stop after so long: 60s, 10m.")
@click.option("--jobs", "-j", default=0, help="Runs side by side; one for each core when left out.")
@click.option(
    "--parameter", "-p", multiple=True, metavar="KEY=VALUE", help="A parameter of the template; may repeat."
)
@click.option("--repeat", metavar="SCHEDULE", help="Run one schedule of a report again, and show it.")
@click.option("--json", is_flag=True, help="The report as JSON, on standard output.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the report as one page.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write the report as JUnit XML.")
@click.option(
    "--accept",
    type=click.Path(exists=True, path_type=Path),
    help="A file of findings that are known and fail nothing.",
)
@click.option(
    "--write-accepted", type=click.Path(path_type=Path), help="Write the findings into such a file."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(**options: Any) -> None:
    """Does the application survive what AWS says will happen? Run SCENARIO under many schedules of faults; judge each handler.

    SCENARIO: a function of scenario.py beside the template, `file.py`, `file.py::function`, or a recording; else all of the file.
    Ends with 0 when every handler is safe, 1 when one is not, 2 when nothing could be verified.
    """
    from cloudchamber.cli.verify import run

    raise SystemExit(run(**options))

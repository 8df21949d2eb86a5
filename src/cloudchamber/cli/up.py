"""`cloudchamber up`: start a chamber, deploy into it, show what flows."""

from __future__ import annotations

import asyncio
import gc
import signal
from pathlib import Path
from typing import Any

import click

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.app.templates import stack_name_of, template_in
from cloudchamber.cli.live import LiveView, Ticker
from cloudchamber.kv import DataFolderInUse
from cloudchamber.verify.recording_control import Recorder

ACCOUNT = "000000000000"


def run(**options: Any) -> int:
    """Everything from start to Ctrl-C; the exit status."""
    import uvloop

    try:
        return uvloop.run(_up(**options))
    except KeyboardInterrupt:
        return 0


async def _up(template: Path | None, host: str, port: int, data: Path | None, **options: Any) -> int:
    chosen = Options(
        host=host,
        port=port,
        data=data,
        durability=options["durability"],
        clock=options["clock"],
        seed=options["seed"],
        verify_signatures=options["verify_signatures"],
    )
    chamber = Chamber(chosen, Recorder())
    try:
        await chamber.start()
    except DataFolderInUse as error:
        click.echo(f"{error}. Stop it, or choose another folder with --data.", err=True)
        return 1
    except OSError as error:
        click.echo(f"Port {port} cannot be used ({error}). Choose another with --port.", err=True)
        return 1
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
    gc.set_threshold(20_000, 20, 20)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        return await _serve(chamber, template, stop, options)
    finally:
        await chamber.stop()


async def _serve(
    chamber: Chamber, template: Path | None, stop: asyncio.Event, options: dict[str, Any]
) -> int:
    click.secho(f"Cloud Chamber is ready at {chamber.cloud.settings.base_url}", bold=True)
    if template is not None:
        if template.is_dir():
            template = template_in(template)
        if not template.is_file():
            click.echo(f"There is no template at {template}.", err=True)
            return 1
        deployment = asyncio.ensure_future(_deploy(chamber, template, options))
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({deployment, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not deployment.done():
            deployment.cancel()
            return 0
        stopped.cancel()
        if not deployment.result():
            return 1
    if options["exit_after"]:
        return 0
    click.secho("Watching. Ctrl-C stops everything.", dim=True)
    ticker = Ticker(LiveView(show_all=options["show_all"]))
    silence = (lambda: None) if options["quiet"] else chamber.cloud.tracks.listen(ticker.add)
    await stop.wait()
    silence()
    ticker.close()
    click.echo("Stopping.")
    return 0


async def _deploy(chamber: Chamber, template: Path, options: dict[str, Any]) -> bool:
    from cloudchamber.app.building import BuildFailed
    from cloudchamber.app.deploying import DeployFailed, deploy
    from cloudchamber.aws import AwsError
    from cloudchamber.aws.session import Session
    from cloudchamber.cli.deployment import print_deployed, print_event

    name = options["stack_name"] or stack_name_of(template)
    parameters = dict(text.partition("=")[::2] for text in options["parameter"])
    click.echo(f"Deploying {template} as stack {name}")
    session = Session(chamber.cloud, ACCOUNT, options["region"])
    try:
        deployed = await deploy(
            session,
            template,
            name,
            parameters,
            say=lambda text: click.echo(f"  {text}"),
            on_event=print_event,
        )
    except (BuildFailed, DeployFailed, FileNotFoundError) as error:
        click.secho(str(error), fg="red", err=True)
        return False
    except AwsError as error:
        click.secho(f"{error.code}: {error.message}", fg="red", err=True)
        return False
    print_deployed(deployed, chamber.cloud.settings.base_url)
    return True

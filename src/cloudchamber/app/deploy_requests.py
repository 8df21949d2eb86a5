"""A deployment asked for over HTTP: the template lies on this machine, the answer tells how it goes, a JSON object a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.app.building import BuildFailed
from cloudchamber.app.deploying import DeployFailed, deploy
from cloudchamber.aws import AwsError, Cloud
from cloudchamber.aws.session import Session
from cloudchamber.clock import VirtualClock


class DeployRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /_cloudchamber/deploy`. `template`: the path of a file on the machine of the chamber."""

    template: str
    stack_name: str
    parameters: dict[str, str] = {}
    account: str = "000000000000"
    region: str = "us-east-1"


async def deployment(cloud: Cloud, wanted: DeployRequest) -> AsyncIterator[bytes]:
    """Deploy, and tell it: `{"say": text}` and `{"event": {...}}` on the way, at the end `{"deployed": {...}}` or
    `{"failed": text}`. Virtual time goes on meanwhile. It ends with the client that listens."""
    lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    task = asyncio.ensure_future(_deploy(cloud, wanted, lines))
    task.add_done_callback(lambda _: lines.put_nowait(None))
    try:
        while (line := await lines.get()) is not None:
            yield msgspec.json.encode(line) + b"\n"
        yield msgspec.json.encode(task.result()) + b"\n"
    finally:
        task.cancel()


async def _deploy(
    cloud: Cloud, wanted: DeployRequest, lines: asyncio.Queue[dict[str, Any] | None]
) -> dict[str, Any]:
    work = deploy(
        Session(cloud, wanted.account, wanted.region),
        Path(wanted.template),
        wanted.stack_name,
        wanted.parameters,
        say=lambda text: lines.put_nowait({"say": text}),
        on_event=lambda event: lines.put_nowait({"event": event}),
    )
    try:
        if isinstance(cloud.clock, VirtualClock):
            deployed = await cloud.clock.run(work)
            await cloud.clock.advance(0)  # what the deployment caused is not part of what comes
        else:
            deployed = await work
    except (BuildFailed, DeployFailed, FileNotFoundError) as error:
        return {"failed": str(error)}
    except AwsError as error:
        return {"failed": f"{error.code}: {error.message}"}
    return {"deployed": deployed}

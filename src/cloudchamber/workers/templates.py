"""Warm templates: for each function one process that has done its init phase, and forks environments from there.

An environment that would cost a whole import costs a fork. Only what cannot be told from a cold start is forked: the init
phase of a template must have opened nothing, started no thread, drawn nothing random, read no clock and written no file;
see `python.template`. A function whose init phase does any of that is started cold each time.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cloudchamber.workers import frames
from cloudchamber.workers.description import Circumstances, Site, Traits, describe
from cloudchamber.workers.fork_client import ForkClient, ForkerDied, OnExit
from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.runtime_packages import link_packages
from cloudchamber.workers.runtimes import Program
from cloudchamber.workers.spec import EnvironmentSpec
from cloudchamber.workers.zygote_client import ZygoteClient

TEMPLATES_MAX = 64
_INIT_S_MAX = 10.0


class Template:
    """One process that has done the init phase of a function."""

    def __init__(self, client: ForkClient, log: int) -> None:
        self._client = client
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(log, self._read_log)
        #: What the init phase wrote to its log.
        self.init_log = b""

    async def ready(self) -> bool:
        """Wait for the end of the init phase: whether environments can be forked from here."""
        try:
            async with asyncio.timeout(_INIT_S_MAX):
                await asyncio.shield(self._client.ready)
        except (ForkerDied, TimeoutError):
            self.close()
            return False
        self._read_log()
        return True

    @property
    def alive(self) -> bool:
        """Whether it can still fork."""
        return self._client.alive

    async def spawn(self, descriptors: Sequence[int], on_exit: OnExit) -> int:
        """Fork an environment; see `ForkClient.spawn`."""
        return await self._client.spawn(descriptors, on_exit)

    def close(self) -> None:
        """End it, and what it has forked."""
        self._client.close()
        if self._log >= 0:
            self._loop.remove_reader(self._log)
            os.close(self._log)
            self._log = -1

    def _read_log(self) -> None:
        while self._log >= 0:
            try:
                data = os.read(self._log, 65536)
            except BlockingIOError:
                return
            if not data:
                self._loop.remove_reader(self._log)
                return
            self.init_log += data


class Templates:
    """The templates of functions by all that decides what they are; several Workers, one after another, may share them."""

    def __init__(self, zygote: ZygoteClient) -> None:
        self._zygote = zygote
        self._folder = Path(tempfile.mkdtemp(prefix="cloudchamber-templates-"))
        self.runtime_dir = link_packages(self._folder / "runtime")
        self._page = ClockPage(self._folder / "clock")
        self._templates: dict[str, asyncio.Task[Template | None]] = {}

    async def of(self, spec: EnvironmentSpec, program: Program, site: Site) -> Template | None:
        """The template of a function, started if it is new; None if it cannot have one."""
        blank = Circumstances("", str(self._folder), Traits("", "", 0))
        described = describe(replace(spec, log_stream=""), program, site, blank)
        key = json.dumps([described, _version_of(spec)], sort_keys=True)
        if key not in self._templates:
            if len(self._templates) >= TEMPLATES_MAX:
                return None
            self._templates[key] = asyncio.ensure_future(self._start(described))
        template = await asyncio.shield(self._templates[key])
        if template and not template.alive:
            del self._templates[key]
            return None
        return template

    async def stop(self) -> None:
        """End all of them, and what was forked from them."""
        for task in self._templates.values():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                template = await task
                if template:
                    template.close()
        self._templates.clear()
        self._page.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start(self, described: dict[str, object]) -> Template | None:
        ours, theirs = socket.socketpair()
        log_read, log_write = os.pipe()
        os.set_blocking(log_read, False)
        silent = os.open(os.devnull, os.O_RDWR)
        ours.sendall(frames.frame(frames.SPEC, json.dumps({**described, "is_template": True}).encode()))
        ours.setblocking(False)
        template = Template(ForkClient(ours), log_read)
        try:
            descriptors = [theirs.fileno(), log_write, silent, self._page.descriptor]
            await self._zygote.spawn(descriptors, lambda status: template.close())
        except BaseException as error:
            template.close()
            if isinstance(error, ForkerDied):
                return None
            raise
        finally:
            theirs.close()
            os.close(log_write)
            os.close(silent)
        return template if await template.ready() else None


def _version_of(spec: EnvironmentSpec) -> list[int]:
    """What changes when the code in a folder does."""
    versions: list[int] = []
    for path in (spec.code_dir, *spec.layer_dirs):
        for folder, _, names in os.walk(path):
            for name in ("", *sorted(names)):
                with contextlib.suppress(OSError):
                    versions.append(os.stat(os.path.join(folder, name)).st_mtime_ns)
            break
    return versions

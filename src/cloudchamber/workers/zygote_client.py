"""The zygote of a host: started when it is needed, and started again should it die."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cloudchamber
from cloudchamber.workers.fork_client import ForkClient, ForkerDied, OnExit
from cloudchamber.workers.python.zygote import VIRTUAL

_MAIN = "from cloudchamber.workers.python.zygote import main; main()"

ZygoteDied = ForkerDied


class ZygoteClient:
    """One zygote process at a time; a new one is started when it is needed and none is there."""

    def __init__(self, *, virtual: bool = False) -> None:
        """`virtual`: what it forks lives on a virtual clock, so even the order of sets is always the same."""
        self._virtual = virtual
        self._process: subprocess.Popen[bytes] | None = None
        self._client: ForkClient | None = None
        self.baseline_pages = 0

    def start(self) -> None:
        """Start the zygote; requests may be made at once, they wait until it is warm."""
        if self._process:
            self._process.kill()
            self._process.wait()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        source_root = str(Path(cloudchamber.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _MAIN],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "PYTHONPATH": source_root,
                "LANG": "C.UTF-8",
                **({"PYTHONHASHSEED": "0", VIRTUAL: "1"} if self._virtual else {}),
            },
            start_new_session=True,
        )
        theirs.close()
        self._client = ForkClient(ours)
        self._client.ready.add_done_callback(self._count_pages)

    def stop(self) -> None:
        """End the zygote, which ends everything it started."""
        if self._process and self._client and not self._client.ready.done():
            self._process.kill()  # it still imports, and has started nothing
        if self._client:
            self._client.close()
        if self._process:
            # It kills its children's groups when the control socket closes; a stuck one does not get the time.
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._client is not None and self._client.alive

    async def warm(self) -> None:
        """Start the zygote if there is none, and wait until it is ready to fork. Raises ZygoteDied."""
        await asyncio.shield(self._living().ready)

    async def spawn(self, descriptors: Sequence[int], on_exit: OnExit) -> int:
        """Fork a process that gets the descriptors: channel, log, and under virtual time alarm and page.

        The answer is its id. Raises ZygoteDied.
        """
        return await self._living().spawn(descriptors, on_exit)

    def _living(self) -> ForkClient:
        if not self.is_running:
            self.start()
        assert self._client is not None
        return self._client

    def _count_pages(self, ready: asyncio.Future[int]) -> None:
        if not ready.cancelled() and not ready.exception():
            self.baseline_pages = anonymous_pages(ready.result())


def anonymous_pages(pid: int) -> int:
    """The pages of a process that no file backs; 0 where that cannot be known."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb") as statm:
        fields = statm.read().split()
        return int(fields[1]) - int(fields[2])
    return 0

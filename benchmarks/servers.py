"""The servers that are measured: a chamber, and the same HTTP server with nothing behind it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

COMMAND = Path(sys.executable).with_name("cloudchamber")
EMPTY = """
import asyncio, uvloop
from cloudchamber.gateway.server import Server
from cloudchamber.wire.http import HttpResponse
async def main():
    server = Server("127.0.0.1", 0)
    server.bind()
    await server.start(lambda request, respond: respond(HttpResponse(200, [], b"{}")))
    print(f"ready at http://localhost:{server.port}", flush=True)
    await asyncio.Event().wait()
uvloop.run(main())
"""


class Process:
    """A server in a process of its own, on a free port."""

    def __init__(self, command: list[str]) -> None:
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "http://localhost:" in line:
                self.port = int(line.rsplit(":", 1)[1].strip())
                break
        self.pid = self._process.pid

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)


def chamber(folder: str) -> Process:
    """A chamber on a data folder."""
    return Process([str(COMMAND), "up", "--quiet", "--port", "0", "--data", folder])

"""`python -m cloudchamber.app.hosted`: a chamber for the process that starts it, and that does not outlive it.

One line on standard output says where it is: `{"port": 40123}`. It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from cloudchamber.app.chamber import Chamber, Options


async def serve() -> None:
    """Serve on a free port until standard input ends."""
    chamber = Chamber(Options(port=0, clock="virtual", seed=0, patient=True))
    await chamber.start()
    gc.collect()
    gc.freeze()
    print(msgspec.json.encode({"port": chamber.server.port}).decode(), flush=True)  # noqa: T201 - its answer
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C is for pytest, which then lets go of us
    loop.add_reader(sys.stdin.fileno(), lambda: sys.stdin.buffer.raw.read(4096) or ended.set())  # type: ignore[union-attr]
    try:
        await ended.wait()
    finally:
        await chamber.stop(_remove_later)


def _remove_later(folder: Path) -> None:
    """Let another process remove the files: thousands, where functions bring their dependencies; nobody is to wait for that."""
    subprocess.Popen(
        ["rm", "-rf", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve())

"""What functions on a virtual clock are tested in: workers, and a gateway that answers their calls when time has passed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

from tests.workers.conftest import Bench

from cloudchamber.clock import VirtualClock
from cloudchamber.workers import Environment, InvocationResult, Pool, Workers
from cloudchamber.workers.zygote_client import ZygoteClient

START_MS = 1_767_225_600_000


class Chamber(Bench):
    """Workers on a virtual clock; `run` lets time pass until the function has answered."""

    clock: VirtualClock

    async def run(self, spec, payload: bytes = b"{}", **changes) -> InvocationResult:
        return await self.clock.run(self.invoke(spec, payload, **changes))

    async def invoke(self, spec, payload: bytes = b"{}", **changes) -> InvocationResult:
        on_taken = changes.pop("on_taken", None)
        self.clock.hold()
        try:
            event = self.event(payload, **changes)
            return await self.pool.invoke(spec.code_dir, spec, event, on_taken=on_taken)
        finally:
            self.clock.release()


@asynccontextmanager
async def opened(zygote: ZygoteClient, folder: Path, seed: int = 7, **options) -> AsyncIterator[Chamber]:
    clock = VirtualClock(seed)
    logs, notices = [], []
    workers = Workers(clock, on_log=logs.append, on_notice=notices.append, zygote=zygote, **options)
    await workers.start()
    chamber = Chamber(workers, Pool(clock, workers.spawn), folder, logs, notices)
    chamber.clock = clock
    yield chamber
    await chamber.pool.stop()
    await workers.stop()


class Gateway:
    """Answers `/5000` five seconds after it was asked. `/fail` fails, and `/crash` kills who asks."""

    environment: Environment

    def __init__(self, clock: VirtualClock):
        self._clock = clock
        self.url = ""
        self.count = 0
        self._tasks = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, clock: VirtualClock) -> AsyncIterator["Gateway"]:
        gateway = cls(clock)
        server = await asyncio.start_server(gateway._serve, "127.0.0.1", 0)
        gateway.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield gateway
        server.close()
        for task in gateway._tasks:
            task.cancel()
        await asyncio.gather(*gateway._tasks, return_exceptions=True)

    def take(self, environment: Environment) -> None:
        self.environment = environment

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                sizes = [line for line in lines if line.startswith("content-length:")]
                await reader.readexactly(int(sizes[0].split(":")[1]) if sizes else 0)
                await self._answer(lines[0].split()[1], writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        environment = self.environment
        self.count += 1
        environment.blocked()
        if path == "/crash":
            environment.crash()
        delay_ms = int(path[1:]) if path[1:].isdigit() else 0
        done = asyncio.get_running_loop().create_future()
        self._clock.call_at(self._clock.now_ms() + delay_ms, lambda: done.set_result(None))
        await done
        self._clock.hold()
        environment.unblocked()
        status = HTTPStatus.SERVICE_UNAVAILABLE if path.startswith("/fail") else HTTPStatus.OK
        body = json.dumps({}).encode() if path.startswith("/fail") else path.encode()
        writer.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        self._clock.release()

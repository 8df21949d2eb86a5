"""Python functions on a virtual clock: they wait in the chamber's time, which stands still while they compute."""

import json
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.workers.conftest import Bench

from cloudchamber.clock import VirtualClock
from cloudchamber.workers import InvocationResult, Pool, Workers
from cloudchamber.workers.zygote_client import ZygoteClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def zygote() -> AsyncIterator[ZygoteClient]:
    client = ZygoteClient(virtual=True)
    client.start()
    yield client
    client.stop()


async def opened(zygote: ZygoteClient, folder: Path, seed: int = 7) -> Chamber:
    clock = VirtualClock(seed)
    logs, notices = [], []
    workers = Workers(clock, on_log=logs.append, on_notice=notices.append, zygote=zygote)
    await workers.start()
    chamber = Chamber(workers, Pool(clock, workers.spawn), folder, logs, notices)
    chamber.clock = clock
    return chamber


@pytest_asyncio.fixture(loop_scope="module")
async def chamber(zygote: ZygoteClient, tmp_path: Path) -> AsyncIterator[Chamber]:
    chamber = await opened(zygote, tmp_path)
    yield chamber
    await chamber.pool.stop()
    await chamber.workers.stop()


WAITS = {
    "time.sleep": "time.sleep(600)",
    "asyncio.sleep": "asyncio.run(asyncio.sleep(600))",
    "asyncio timeout": """
        async def wait():
            try:
                async with asyncio.timeout(600):
                    await asyncio.Event().wait()
            except TimeoutError:
                return
        asyncio.run(wait())
    """,
    "Event.wait": "assert not threading.Event().wait(600)",
    "Lock.acquire": """
        lock = threading.Lock()
        lock.acquire()
        assert not lock.acquire(timeout=600)
    """,
    "queue.get": """
        try:
            queue.Queue().get(timeout=600)
        except queue.Empty:
            pass
    """,
    "SimpleQueue.get": """
        try:
            queue.SimpleQueue().get(timeout=600)
        except queue.Empty:
            pass
    """,
    "Thread.join": """
        gate = threading.Event()
        thread = threading.Thread(target=gate.wait, daemon=True)
        thread.start()
        thread.join(600)
        assert thread.is_alive()
        gate.set()
    """,
    "a thread that sleeps": """
        thread = threading.Thread(target=time.sleep, args=(600,))
        thread.start()
        thread.join()
    """,
    "Future.result": """
        with ThreadPoolExecutor() as pool:
            future = pool.submit(time.sleep, 600)
            try:
                future.result(timeout=300)
            except TimeoutError:
                assert time.time() == begun + 300
            future.result(timeout=301)
    """,
    "select": "assert select.select([], [], [], 600) == ([], [], [])",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
async def test_who_waits_ten_minutes_is_done_at_once(chamber, wait):
    body = textwrap.indent(textwrap.dedent(wait), "    ")
    spec = chamber.python(
        "import asyncio, queue, select, threading, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def handler(event, context):\n"
        "    begun = time.time()\n"
        f"{body}\n"
        "    return [begun, time.time()]\n",
        timeout_ms=900_000,
    )
    begun = time.monotonic()

    result = await chamber.run(spec)

    assert json.loads(result.payload) == [START_MS / 1000, START_MS / 1000 + 600]
    assert chamber.clock.now_ms() == START_MS + 600_000
    assert (result.duration_ms, result.init_ms) == (600_000, 0)
    assert time.monotonic() - begun < 5

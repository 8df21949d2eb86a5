import asyncio
import itertools
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest_asyncio

from cloudchamber.clock import Ids
from cloudchamber.workers import (
    EnvironmentSpec,
    Invocation,
    InvocationResult,
    Limits,
    LogEvent,
    Pool,
    Workers,
)


class CountedIds:
    def __init__(self):
        self._numbers = itertools.count(1)

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._numbers):012x}"


class RealClock:
    is_virtual = False
    ids = Ids()

    def hold(self) -> None:
        pass

    def release(self) -> None:
        pass

    def now_ms(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_REALTIME) // 1_000_000

    def call_at(self, at_ms: int, callback: Callable[[], None], *, recurring: bool = False, label: str = ""):
        return asyncio.get_running_loop().call_later(max(at_ms - self.now_ms(), 0) / 1000, callback)


@dataclass
class Bench:
    """Workers with a folder for code, and what they logged."""

    workers: Workers
    pool: Pool
    folder: Path
    logs: list[LogEvent]
    notices: list[str]
    ids: CountedIds = field(default_factory=CountedIds)

    def code(self, files: dict[str, str], name: str = "code") -> Path:
        folder = self.folder / name
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text))
        return folder

    def spec(self, folder: Path, **changes) -> EnvironmentSpec:
        values = {
            "code_dir": str(folder),
            "handler": "app.handler",
            "runtime": "python3.11",
            "function_name": "fn",
            "function_arn": "arn:aws:lambda:us-east-1:000000000000:function:fn",
            "log_group": "/aws/lambda/fn",
            "log_stream": "2024/01/01/[$LATEST]abc",
        }
        return EnvironmentSpec(**(values | changes))

    def python(self, source: str, **changes) -> EnvironmentSpec:
        return self.spec(self.code({"app.py": source}), **changes)

    def node(self, source: str, name: str = "index.js", **changes) -> EnvironmentSpec:
        return self.spec(
            self.code({name: source}), **({"runtime": "nodejs20.x", "handler": "index.handler"} | changes)
        )

    def event(self, payload: bytes = b"{}", **changes) -> Invocation:
        return Invocation(self.ids.uuid(), payload, **changes)

    async def run(self, spec: EnvironmentSpec, payload: bytes = b"{}", **changes) -> InvocationResult:
        return await self.pool.invoke(spec.code_dir, spec, self.event(payload, **changes))


class Sink:
    """Where the shared workers of a module log to: the lists of the test that runs."""

    def __init__(self):
        self.logs: list[LogEvent] = []
        self.notices: list[str] = []

    def log(self, event: LogEvent) -> None:
        self.logs.append(event)

    def notice(self, text: str) -> None:
        self.notices.append(text)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[tuple[Workers, Sink]]:
    """One zygote for all tests of a module."""
    sink = Sink()
    workers = Workers(
        RealClock(),
        on_log=sink.log,
        on_notice=sink.notice,
        endpoint_url="http://127.0.0.1:4566",
        limits=Limits(init_ms_max=1000),
    )
    await workers.start()
    yield workers, sink
    await workers.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def bench(tmp_path: Path, shared: tuple[Workers, Sink]) -> AsyncIterator[Bench]:
    workers, sink = shared
    sink.logs, sink.notices = [], []
    pool = Pool(RealClock(), workers.spawn)
    yield Bench(workers, pool, tmp_path, sink.logs, sink.notices)
    await pool.stop()

"""Workers side by side, one for each core."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, TypeVar

import msgspec

from cloudchamber.verify.messages import LENGTH, Failed, Job, Outcome, Ready, Setup, frame
from cloudchamber.verify.model import Application, Schedule
from cloudchamber.verify.tokens import token_of

T = TypeVar("T")


class CannotVerify(Exception):
    """A worker could not begin, or has died; the message says why."""


class Worker:
    """One process that runs schedules."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def open(cls, setup: Setup) -> tuple[Worker, Ready]:
        """Start one, and wait until it is ready. Raises CannotVerify."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cloudchamber.verify.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "0"},  # the order of sets is the same in all of them
        )
        worker = cls(process)
        worker._say(setup)
        try:
            answer = await worker._hear(Failed | Ready)
        except BaseException:
            await worker.close()
            raise
        if isinstance(answer, Failed):
            await worker.close()
            raise CannotVerify(answer.text)
        return worker, answer

    async def run(self, job: Job) -> Outcome:
        """Run one schedule. Raises CannotVerify when the process has died."""
        self._say(job)
        answer = await self._hear(Failed | Outcome)
        if isinstance(answer, Failed):
            raise CannotVerify(f"{answer.text} It was run with --repeat {token_of(job.schedule)}")
        return answer

    async def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    def _say(self, message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(frame(message))

    async def _hear(self, kind: Any) -> Any:
        assert self._process.stdout is not None
        try:
            head = await self._process.stdout.readexactly(LENGTH.size)
            body = await self._process.stdout.readexactly(LENGTH.unpack(head)[0])
        except asyncio.IncompleteReadError:
            raise CannotVerify("A worker has died; what it said stands above.") from None
        return msgspec.msgpack.decode(body, type=kind)


class Pool:
    """The workers of one verification. `ready` is what the first of them found."""

    def __init__(self, workers: list[Worker], ready: Ready) -> None:
        self.workers, self.ready = workers, ready
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        for worker in workers:
            self._free.put_nowait(worker)

    @classmethod
    async def open(cls, application: Application, seed: int, count: int) -> Pool:
        """Start `count` workers; 0 means one for each core. Raises CannotVerify."""
        setup = Setup(application, seed)
        count = count or os.cpu_count() or 1
        opened = await asyncio.gather(*(Worker.open(setup) for _ in range(count)), return_exceptions=True)
        workers = [each[0] for each in opened if not isinstance(each, BaseException)]
        failures = [each for each in opened if isinstance(each, BaseException)]
        if failures:
            await asyncio.gather(*(worker.close() for worker in workers))
            raise failures[0]
        first = opened[0]
        assert not isinstance(first, BaseException)
        return cls(workers, first[1])

    async def run(self, schedule: Schedule, struck: tuple[str, ...] = (), *, told: bool = False) -> Outcome:
        """Run a schedule that strikes these functions on the next worker that is free."""
        worker = await self._free.get()
        try:
            return await worker.run(Job(schedule, struck, told))
        finally:
            self._free.put_nowait(worker)

    async def close(self) -> None:
        """Let all of them end."""
        await asyncio.gather(*(worker.close() for worker in self.workers))

"""One operating-system process that runs a function: its channel, its log, its end."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

from cloudchamber.workers import frames
from cloudchamber.workers.alarm_line import AlarmLine, OnDeadline
from cloudchamber.workers.channel import FrameChannel
from cloudchamber.workers.description import Circumstances, Site, Traits, describe
from cloudchamber.workers.fork_client import ForkerDied
from cloudchamber.workers.log_events import LogSplitter
from cloudchamber.workers.runtime_api import RuntimeApi
from cloudchamber.workers.runtimes import Program
from cloudchamber.workers.session import Cause, Ended, RuntimeSession
from cloudchamber.workers.spec import EnvironmentSpec

_PAGE_BYTES = resource.getpagesize()
_MB = 1024 * 1024
#: What a bare Python interpreter takes in Lambda; the fork's own share cannot be told from the zygote's.
_PYTHON_BASELINE_MB = 32
_STATM_BYTES = 256


@dataclass(frozen=True, slots=True)
class Travel:
    """What a process on a virtual clock needs; `on_deadline` hears until when it waits."""

    traits: Traits
    on_deadline: OnDeadline


class RuntimeProcess:
    """A started process. `session` is how it is spoken to; `on_events` gets what it writes to its log."""

    def __init__(
        self,
        spec: EnvironmentSpec,
        program: Program,
        site: Site,
        on_events: Callable[[list[bytes]], object],
        travel: Travel | None = None,
    ) -> None:
        self._spec = spec
        self._program = program
        self._site = site
        self._on_events = on_events
        self._travel = travel
        self._alarm: AlarmLine | None = None
        self._told_ms = travel.traits.now_ms if travel else 0
        self._loop = asyncio.get_running_loop()
        self._splitter = LogSplitter()
        self._log: int | None = None
        self._statm: int | None = None
        self._frozen = False
        self._doomed = False
        self._cause: Cause = "exit"
        self._api: RuntimeApi | None = None
        self._exited = asyncio.Event()
        self.pid: int | None = None
        self.session = RuntimeSession(on_waiting=self.freeze)
        self._channel = FrameChannel(
            self.session,
            self.drain_log,
            on_garbage=lambda: self.kill("garbage"),
            on_deadline=travel.on_deadline if travel else lambda _: None,
        )

    async def start(self, tmp_dir: str) -> None:
        """Start the process. Raises ZygoteDied."""
        ours, theirs = socket.socketpair()
        log_read, log_write = os.pipe()
        try:
            ours.setblocking(False)
            os.set_blocking(log_read, False)
            self._log = log_read
            self._loop.add_reader(log_read, self.drain_log)
            await self._loop.create_unix_connection(lambda: self._channel, sock=ours)
            self._api = await RuntimeApi.open(self.session, self.drain_log)
            described = describe(
                self._spec,
                self._program,
                self._site,
                Circumstances(self._api.address, tmp_dir, self._travel and self._travel.traits),
            )
            self._channel.send(frames.frame(frames.SPEC, json.dumps(described).encode()))
            self.pid = await self._spawn([theirs.fileno(), log_write])
        except BaseException:
            self._ended(-signal.SIGKILL)
            raise
        finally:
            theirs.close()
            os.close(log_write)
            if self._alarm:
                self._alarm.theirs.close()
        with contextlib.suppress(OSError):
            self._statm = os.open(f"/proc/{self.pid}/statm", os.O_RDONLY)
        if self._exited.is_set():
            self._close_statm()
        elif self._doomed:
            self.kill(self._cause)

    async def _spawn(self, descriptors: list[int]) -> int:
        """Fork from the function's template if it can have one, else from the zygote."""
        site, page = self._site, self._site.page
        if self._travel is None or page is None or self._program.argv:
            return await site.zygote.spawn(descriptors, self._ended)
        self._alarm = AlarmLine(self._travel.on_deadline)
        descriptors += [self._alarm.theirs.fileno(), page.descriptor]
        template = await site.templates.of(self._spec, self._program, site) if site.templates else None
        if template is None:
            return await site.zygote.spawn(descriptors, self._ended)
        try:
            pid = await template.spawn(descriptors, self._ended)
        except ForkerDied:
            return await site.zygote.spawn(descriptors, self._ended)
        if events := self._splitter.feed(template.init_log):
            self._on_events(events)
        return pid

    def tell_time(self, now_ms: int) -> None:
        """The clock has moved. A Python process sees that by itself."""
        if self._alarm is None and self._program.framed and now_ms != self._told_ms:
            self._told_ms = now_ms
            self._channel.send(frames.frame(frames.TIME, str(now_ms).encode()))

    def wake(self, now_ms: int) -> None:
        """The deadline that the process has named has come."""
        if self._alarm:
            self._alarm.wake()
        elif self._program.framed:
            self._told_ms = now_ms
            self._channel.send(frames.frame(frames.TIME, str(now_ms).encode()))

    def freeze(self) -> None:
        """Stop the process: between invocations nothing runs, https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html."""
        if not self._frozen and self.session.request_id is None:
            self._frozen = self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process run on."""
        if self._frozen:
            self._frozen = False
            self._signal(signal.SIGCONT)

    def kill(self, cause: Cause = "exit") -> None:
        """Kill the process and all that it started; the session hears of it when it has happened."""
        self._cause = cause
        self._doomed = True
        self._signal(signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return not self._exited.is_set()

    async def exited(self) -> None:
        """Wait until the process is no more."""
        await self._exited.wait()

    def memory_mb(self) -> int:
        """What the process holds in memory; 0 where that cannot be known."""
        if self._statm is None:
            return 0
        try:
            fields = os.pread(self._statm, _STATM_BYTES, 0).split()
        except OSError:
            return 0
        if len(fields) < 3:
            return 0
        if self._program.argv:
            return int(fields[1]) * _PAGE_BYTES // _MB
        pages = int(fields[1]) - int(fields[2]) - self._site.zygote.baseline_pages
        return max(pages, 0) * _PAGE_BYTES // _MB + _PYTHON_BASELINE_MB

    def drain_log(self, *, final: bool = False) -> None:
        """Pass on what the process has written so far."""
        events: list[bytes] = []
        while self._log is not None:
            try:
                data = os.read(self._log, 65536)
            except BlockingIOError:
                break
            if not data:
                self._close_log()
                break
            events += self._splitter.feed(data)
        if final and (rest := self._splitter.rest()):
            events.append(rest)
        if events:
            self._on_events(events)

    def _signal(self, number: signal.Signals) -> bool:
        if self.pid is None or self._exited.is_set():
            return False
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _ended(self, status: int) -> None:
        self._exited.set()
        self.drain_log(final=True)
        self._close_log()
        self._close_statm()
        if self._api:
            self._api.close()
        if self._alarm:
            self._alarm.close()
        # What the process said before it ended may still lie in the channel.
        self._loop.call_soon(self._close_channel, Ended(self._cause, status))

    def _close_channel(self, ended: Ended) -> None:
        self.session.end(ended)
        self._channel.close()

    def _close_log(self) -> None:
        if self._log is not None:
            self._loop.remove_reader(self._log)
            os.close(self._log)
            self._log = None

    def _close_statm(self) -> None:
        if self._statm is not None:
            os.close(self._statm)
            self._statm = None

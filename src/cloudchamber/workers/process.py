"""One operating-system process that runs a function: its channel, its log, its end."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cloudchamber.workers import frames
from cloudchamber.workers.alarm_line import AlarmLine, OnDeadline
from cloudchamber.workers.channel import FrameChannel
from cloudchamber.workers.log_events import LogSplitter
from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.runtime_api import RuntimeApi
from cloudchamber.workers.runtimes import Program, environ_for, python_paths
from cloudchamber.workers.session import Cause, Ended, RuntimeSession
from cloudchamber.workers.spec import EnvironmentSpec
from cloudchamber.workers.zygote_client import ZygoteClient

_PAGE_BYTES = resource.getpagesize()
_MB = 1024 * 1024
#: What a bare Python interpreter takes in Lambda; the fork's own share cannot be told from the zygote's.
_PYTHON_BASELINE_MB = 32
#: Allocation beyond the memory size that is refused at once; the size itself is enforced on resident memory.
_DATA_HEADROOM_MB = 1024
_STATM_BYTES = 256


@dataclass(frozen=True, slots=True)
class Site:
    """What all processes of one host share."""

    zygote: ZygoteClient
    state_dir: Path
    runtime_dir: str
    endpoint_url: str | None
    node_modules_dir: str | None
    #: Under virtual time.
    page: ClockPage | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """What a process on a virtual clock needs: its randomness, who its calls in the init phase belong to, who wakes it."""

    seed: str
    init_id: str
    now_ms: int
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
        self._told_ms = travel.now_ms if travel else 0
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
            self._channel.send(frames.frame(frames.SPEC, self._spec_frame(tmp_dir)))
            descriptors = [theirs.fileno(), log_write]
            if self._travel and not self._program.argv:
                self._alarm = AlarmLine(self._travel.on_deadline)
                descriptors.append(self._alarm.theirs.fileno())
            self.pid = await self._site.zygote.spawn(descriptors, self._ended)
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

    def _spec_frame(self, tmp_dir: str) -> bytes:
        spec, site = self._spec, self._site
        assert self._api is not None
        environ = environ_for(
            spec,
            api_address=self._api.address,
            runtime_dir=site.runtime_dir,
            endpoint_url=site.endpoint_url,
            node_modules_dir=site.node_modules_dir,
        )
        clock: dict[str, object] | None = None
        if self._travel and site.page and self._program.framed:
            environ["_X_AMZN_TRACE_ID"] = (
                f"Root=1-00000000-000000000000000000000000;Parent={self._travel.init_id};Sampled=0"
            )
            clock = {
                "page": str(site.page.path),
                "seed": self._travel.seed,
                "now_ms": self._travel.now_ms,
            }
        if clock and self._program.argv:
            environ["CLOUDCHAMBER_CLOCK"] = json.dumps(clock)
        visible = [spec.code_dir, *spec.layer_dirs, site.runtime_dir, str(Path(__file__).parent)]
        visible += [site.node_modules_dir] if site.node_modules_dir else []
        visible += [sys.prefix, sys.base_prefix]  # a project may lie under /tmp itself
        programs = [os.path.realpath(path) for path in self._program.argv]
        limit_mb = 0 if self._program.argv else spec.memory_mb + _DATA_HEADROOM_MB
        return json.dumps(
            {
                "argv": self._program.argv,
                "keep_channel": self._program.framed,
                "handler": spec.handler,
                "clock": clock,
                "environ": environ,
                "code_dir": spec.code_dir,
                "layer_dirs": spec.layer_dirs,
                "python_paths": python_paths(spec),
                "runtime_dir": site.runtime_dir,
                "keep_opt": any(
                    path.startswith("/opt/")
                    for path in (*visible, *programs, os.path.realpath("/proc/self/exe"))
                ),
                "visible": visible,
                "tmp_mb": spec.ephemeral_mb,
                "tmp_dir": tmp_dir,
                "data_bytes_max": limit_mb * _MB,
            }
        ).encode()

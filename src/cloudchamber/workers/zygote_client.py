"""The host's side of the zygote: asks it for processes and hears of their end."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import cloudchamber
from cloudchamber.workers.python.zygote import EXITED, READY, REPORT, REQUEST, STARTED, VIRTUAL

_MAIN = "from cloudchamber.workers.python.zygote import main; main()"

OnExit = Callable[[int], object]


class ZygoteDied(RuntimeError):
    """The zygote ended before it could start the process."""


class ZygoteClient:
    """One zygote process at a time; a new one is started when it is needed and none is there."""

    def __init__(self, *, virtual: bool = False) -> None:
        """`virtual`: what it forks lives on a virtual clock, so even the order of sets is always the same."""
        self._virtual = virtual
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._numbers = 0
        self._starting: dict[int, asyncio.Future[int]] = {}
        self._on_exit: dict[int, OnExit] = {}
        self._unsent: deque[tuple[int, tuple[int, ...]]] = deque()
        self._reports = b""
        self._warm: asyncio.Future[None] = self._loop.create_future()
        self.baseline_pages = 0

    @property
    def is_running(self) -> bool:
        """Whether there is a zygote now."""
        return self._control is not None

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
        self._control = ours
        self._reports = b""
        self._warm = self._loop.create_future()
        self._loop.add_reader(ours.fileno(), self._hear)

    def stop(self) -> None:
        """End the zygote, which ends everything it started."""
        if self._process and not self._warm.done():
            self._process.kill()  # it still imports, and has started nothing
        self._lose()
        if self._process:
            # It kills its children's groups when the control socket closes; a stuck one does not get the time.
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    async def warm(self) -> None:
        """Start the zygote if there is none, and wait until it is ready to fork. Raises ZygoteDied."""
        if self._control is None:
            self.start()
        await asyncio.shield(self._warm)

    async def spawn(self, descriptors: Sequence[int], on_exit: OnExit) -> int:
        """Fork a process that gets the descriptors: channel, log, and perhaps the alarm. Raises ZygoteDied.

        The answer is its id.
        """
        if self._control is None:
            self.start()
        self._numbers += 1
        number = self._numbers
        started: asyncio.Future[int] = self._loop.create_future()
        self._starting[number] = started
        self._on_exit[number] = on_exit
        # The request may have to wait for the socket, and the caller closes its descriptors.
        self._unsent.append((number, tuple(map(os.dup, descriptors))))
        self._send()
        return await started

    def _send(self) -> None:
        while self._unsent and self._control:
            number, descriptors = self._unsent[0]
            try:
                socket.send_fds(self._control, [REQUEST.pack(b"f", number)], descriptors)
            except BlockingIOError:
                self._loop.add_writer(self._control.fileno(), self._send)
                return
            except OSError:
                self._lose()
                return
            self._unsent.popleft()
            for descriptor in descriptors:
                os.close(descriptor)
        if self._control:
            self._loop.remove_writer(self._control.fileno())

    def _hear(self) -> None:
        if self._control is None:
            return
        try:
            data = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        self._reports += data
        while len(self._reports) >= REPORT.size:
            report, self._reports = self._reports[: REPORT.size], self._reports[REPORT.size :]
            self._take(*REPORT.unpack(report))

    def _take(self, kind: bytes, number: int, value: int) -> None:
        if kind == STARTED:
            started = self._starting.pop(number)
            if started.cancelled():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(value, signal.SIGKILL)
            else:
                started.set_result(value)
        elif kind == EXITED:
            self._on_exit.pop(number)(value)
        elif kind == READY:
            self.baseline_pages = anonymous_pages(value)
            self._warm.set_result(None)

    def _lose(self) -> None:
        """The zygote is gone, and with it all that it started."""
        if self._control:
            self._loop.remove_reader(self._control.fileno())
            self._loop.remove_writer(self._control.fileno())
            self._control.close()
            self._control = None
        for _, descriptors in self._unsent:
            for descriptor in descriptors:
                os.close(descriptor)
        self._unsent.clear()
        if not self._warm.done():
            self._warm.set_exception(ZygoteDied())
            self._warm.exception()
        starting, self._starting = self._starting, {}
        for started in starting.values():
            if not started.done():
                started.set_exception(ZygoteDied())
        on_exit, self._on_exit = self._on_exit, {}
        for callback in on_exit.values():
            callback(-signal.SIGKILL)
        if self._process:
            self._process.poll()


def anonymous_pages(pid: int) -> int:
    """The pages of a process that no file backs; 0 where that cannot be known."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb") as statm:
        fields = statm.read().split()
        return int(fields[1]) - int(fields[2])
    return 0

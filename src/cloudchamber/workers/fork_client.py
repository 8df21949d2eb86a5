"""The host's side of a process that forks others on request (`python.zygote`): asks, and hears of their end."""

import asyncio
import contextlib
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Sequence

from cloudchamber.workers.python.zygote import EXITED, READY, REPORT, REQUEST, STARTED

OnExit = Callable[[int], object]


class ForkerDied(RuntimeError):
    """The process that should fork ended before it could."""


class ForkClient:
    """One forking process, from the host's end of its control socket to its end."""

    def __init__(self, control: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._control = control
        self._numbers = 0
        self._starting: dict[int, asyncio.Future[int]] = {}
        self._on_exit: dict[int, OnExit] = {}
        self._unsent: deque[tuple[int, tuple[int, ...]]] = deque()
        self._reports = b""
        #: Its process id, once it is ready to fork. Requests may be made before, they wait.
        self.ready: asyncio.Future[int] = self._loop.create_future()
        self.alive = True
        self._loop.add_reader(control.fileno(), self._hear)

    async def spawn(self, descriptors: Sequence[int], on_exit: OnExit) -> int:
        """Fork a process that gets the descriptors; the answer is its id. Raises ForkerDied."""
        if not self.alive:
            raise ForkerDied
        self._numbers += 1
        number = self._numbers
        started: asyncio.Future[int] = self._loop.create_future()
        self._starting[number] = started
        self._on_exit[number] = on_exit
        # The request may have to wait for the socket, and the caller closes its descriptors.
        self._unsent.append((number, tuple(map(os.dup, descriptors))))
        self._send()
        return await started

    def close(self) -> None:
        """It is gone, or goes when it sees the socket closed; and with it all that it started."""
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._control.fileno())
        self._loop.remove_writer(self._control.fileno())
        self._control.close()
        for _, descriptors in self._unsent:
            for descriptor in descriptors:
                os.close(descriptor)
        self._unsent.clear()
        if not self.ready.done():
            self.ready.set_exception(ForkerDied())
            self.ready.exception()
        starting, self._starting = self._starting, {}
        for started in starting.values():
            if not started.done():
                started.set_exception(ForkerDied())
        on_exit, self._on_exit = self._on_exit, {}
        for callback in on_exit.values():
            callback(-signal.SIGKILL)

    def _send(self) -> None:
        while self._unsent and self.alive:
            number, descriptors = self._unsent[0]
            try:
                socket.send_fds(self._control, [REQUEST.pack(b"f", number)], descriptors)
            except BlockingIOError:
                self._loop.add_writer(self._control.fileno(), self._send)
                return
            except OSError:
                self.close()
                return
            self._unsent.popleft()
            for descriptor in descriptors:
                os.close(descriptor)
        if self.alive:
            self._loop.remove_writer(self._control.fileno())

    def _hear(self) -> None:
        try:
            data = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
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
            self.ready.set_result(value)

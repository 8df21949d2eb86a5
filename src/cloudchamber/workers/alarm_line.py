"""The host's end of the line over which a Python process says until when it waits, and is woken."""

import asyncio
import socket
import struct
from collections.abc import Callable

#: Kept in step with cloudchamber.workers.python.alarm.
DEADLINE = struct.Struct("=q")
NONE = -1

OnDeadline = Callable[[int | None], object]


class AlarmLine:
    """A pair of sockets; the process gets `theirs`, which is closed here once it has it."""

    def __init__(self, on_deadline: OnDeadline) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_deadline = on_deadline
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ours.setblocking(False)
        self._loop.add_reader(self._ours.fileno(), self._hear)
        self._heard = b""

    def wake(self) -> None:
        """Its deadline has come."""
        try:
            self._ours.send(b"!")
        except OSError:
            self.close()

    def close(self) -> None:
        """Neither speak nor listen."""
        if self._ours.fileno() >= 0:
            self._loop.remove_reader(self._ours.fileno())
            self._ours.close()
        self.theirs.close()

    def _hear(self) -> None:
        try:
            data = self._ours.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._heard += data
        whole = len(self._heard) // DEADLINE.size * DEADLINE.size
        if whole:
            (at_ms,) = DEADLINE.unpack_from(self._heard, whole - DEADLINE.size)
            self._heard = self._heard[whole:]
            self._on_deadline(None if at_ms == NONE else at_ms)

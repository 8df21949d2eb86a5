"""The process that every environment is forked from.

It imports what functions usually import, then waits on its control socket (standard input). Each request is 9 bytes:
`f` and the number of the new environment, with its descriptors: channel, log, and under virtual time alarm and page.
It answers with the process id, and later with the exit status. It is single-threaded, so forking is safe. When the
host dies the control socket closes, and every environment is killed with its whole process group.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from typing import NoReturn

REQUEST = struct.Struct("!cQ")
REPORT = struct.Struct("!cQi")
#: Descriptors that come with a request: channel, log, and under virtual time alarm and page.
DESCRIPTORS_MAX = 4
READY, STARTED, EXITED = b"r", b"s", b"x"
#: In the zygote's variables when what it forks lives on a virtual clock.
VIRTUAL = "CLOUDCHAMBER_VIRTUAL"


def preload() -> None:
    """Import what a function is likely to import, and load what botocore reads from disk."""
    import asyncio  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import concurrent.futures  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import decimal  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import hashlib  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import logging.handlers  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import random  # noqa: F401  # pyright: ignore[reportUnusedImport]

    import cloudchamber.workers.python.bootstrap  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from cloudchamber.workers.python.warm import warm_boto3

    warm_boto3()


#: In the child: turn into an environment, given the parent's id and the descriptors.
Become = Callable[[int, list[int]], NoReturn]


class Zygote:
    """Forks environments on request and reports their end."""

    def __init__(self, control: socket.socket, become: Become) -> None:
        self._become = become
        self._control = control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._children: dict[int, int] = {}
        self._pidfds: dict[int, int] = {}

    def serve(self) -> None:
        """Answer until the host goes away, then kill everything."""
        wake, wake_write = os.pipe()
        if not hasattr(os, "pidfd_open"):
            os.set_blocking(wake_write, False)
            signal.set_wakeup_fd(wake_write)
            signal.signal(signal.SIGCHLD, lambda *_: None)
            self._poll.register(wake, select.POLLIN)
        self._send(REPORT.pack(READY, 0, os.getpid()))
        try:
            while True:
                for descriptor, _ in self._poll.poll():
                    if descriptor == self._control.fileno():
                        if not self._accept():
                            return
                    elif descriptor == wake:
                        os.read(wake, 4096)
                        self._reap_all()
                    else:
                        self._reap(self._pidfds[descriptor], descriptor)
        finally:
            for pid in self._children:
                _kill_group(pid)

    def _accept(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, REQUEST.size, DESCRIPTORS_MAX)
        except ConnectionResetError:
            return False  # whoever asked has gone without hearing the last reports
        if len(data) < REQUEST.size or len(descriptors) < 2:
            return False
        _, number = REQUEST.unpack(data)
        parent_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(parent_pid, descriptors)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        for descriptor in descriptors:
            os.close(descriptor)
        self._children[pid] = number
        if hasattr(os, "pidfd_open"):
            pidfd = os.pidfd_open(pid)
            self._pidfds[pidfd] = pid
            self._poll.register(pidfd, select.POLLIN)
        return self._send(REPORT.pack(STARTED, number, pid))

    def _reap(self, pid: int, pidfd: int) -> None:
        # The group dies before its leader is reaped: until then no other process can have this number.
        _kill_group(pid)
        _, status = os.waitpid(pid, 0)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        del self._pidfds[pidfd]
        self._ended(pid, status)

    def _reap_all(self) -> None:
        for pid in list(self._children):
            waited, status = os.waitpid(pid, os.WNOHANG)
            if waited:
                _kill_group(pid)
                self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        self._send(REPORT.pack(EXITED, self._children.pop(pid), os.waitstatus_to_exitcode(status)))

    def _send(self, report: bytes) -> bool:
        try:
            self._control.sendall(report)
        except OSError:
            return False
        return True


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _become(parent_pid: int, descriptors: list[int]) -> NoReturn:
    """In the child: turn into an environment; never returns into the zygote's loop."""
    from cloudchamber.workers.python import bootstrap
    from cloudchamber.workers.python.isolation import enter

    status = 1
    try:
        enter(parent_pid, descriptors)
        status = bootstrap.main()
    finally:
        os._exit(status)


def main() -> None:
    """Warm up, freeze the heap so that forks share it, and serve."""
    control = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if VIRTUAL in os.environ:
        from cloudchamber.workers.python import travel

        travel.install()
    preload()
    gc.collect()
    gc.freeze()
    Zygote(control, _become).serve()

"""A template in its process: does the init phase of a function, and then forks environments instead of serving events.

It leaves (and its function is started cold each time) as soon as its init phase does what a fork would share or repeat.
"""

import contextlib
import gc
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from cloudchamber.workers.python import faults, isolation, logs
from cloudchamber.workers.python.channel import Channel
from cloudchamber.workers.python.travel import Chronometer
from cloudchamber.workers.python.zygote import Zygote

#: Variables that each environment has for itself.
_OWN_VARIABLES = ("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "_X_AMZN_TRACE_ID")
_UNFIT = 75

Answer = Callable[[Channel, faults.Handler, logs.CurrentRequest], NoReturn]


class NoAlarm:
    """Who waits in the init phase of a template makes it unfit."""

    def wait(self, at_ms: int) -> NoReturn:
        """Nobody would wake it."""
        os._exit(_UNFIT)

    def set(self, at_ms: int, on_time: Callable[[], object]) -> NoReturn:
        """Nor call it."""
        os._exit(_UNFIT)


def run(spec: dict[str, Any], chronometer: Chronometer, answer: Answer) -> int:
    """Do the init phase, then fork until the host goes away. `answer` is what a forked environment does."""
    if sys.platform != "linux":
        os._exit(_UNFIT)
    control = socket.socket(fileno=os.dup(isolation.CHANNEL_FD))
    alarm: Any = NoAlarm()
    chronometer.alarm = alarm
    current = logs.CurrentRequest()
    possessions = _possessions()
    with _no_connections():
        logs.set_up(current)
        try:
            handler = faults.load_handler(spec["handler"])
        except BaseException:  # noqa: BLE001  a cold start will say what is wrong
            os._exit(_UNFIT)
    sys.stdout.flush()
    sys.stderr.flush()
    if not (_unused(chronometer) and _alone() and _possessions() == possessions):
        os._exit(_UNFIT)
    gc.collect()
    gc.freeze()

    def become(parent_pid: int, descriptors: list[int]) -> NoReturn:
        try:
            isolation.enter(parent_pid, descriptors)
            channel = Channel(socket.socket(fileno=isolation.CHANNEL_FD))
            _become_environment(json.loads(channel.receive()), chronometer)
            answer(channel, handler, current)
        except SystemExit as leaving:
            os._exit(faults.exit_status(leaving.code))
        finally:
            os._exit(1)

    Zygote(control, become).serve()
    return 0


def _unused(chronometer: Chronometer) -> bool:
    """Whether the init phase has asked neither what time it is nor for anything random."""
    return chronometer.read_count == 0 and chronometer.entropy.untouched


def _alone() -> bool:
    """Whether there is one thread, and no other process has been started."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as children:
        return len(os.listdir("/proc/self/task")) == 1 and not children.read()


def _possessions() -> tuple[list[str], list[str]]:
    """The open descriptors, and what lies in /tmp."""
    return sorted(os.listdir("/proc/self/fd")), sorted(os.listdir("/tmp"))


@contextlib.contextmanager
def _no_connections() -> Any:
    """A call in the init phase belongs to an environment: leave before it is made."""

    def refuse(*_: object) -> NoReturn:
        os._exit(_UNFIT)

    names = ("connect", "connect_ex", "sendto", "bind")
    for name in names:
        setattr(socket.socket, name, refuse)
    yield
    for name in names:
        delattr(socket.socket, name)


def _become_environment(spec: dict[str, Any], chronometer: Chronometer) -> None:
    if not isolation.private_tmp(spec):
        os.makedirs(spec["tmp_dir"], exist_ok=True)
        os.environ["TMPDIR"] = spec["environ"].get("TMPDIR", spec["tmp_dir"])
    for name in _OWN_VARIABLES:
        os.environ[name] = spec["environ"][name]
    chronometer.begin(isolation.PAGE_FD)
    os.close(isolation.PAGE_FD)
    chronometer.entropy.reseed(spec["seed"])

"""Whether a process is at rest: no thread of it, and of those that it started, runs or is about to.

https://docs.kernel.org/filesystems/proc.html, where the states of threads and what they have run are told. Where there is
no /proc, a process that waits for an answer is taken to be at rest.
"""

import os
import sys
from dataclasses import dataclass

_KNOWN = sys.platform == "linux" and os.path.exists("/proc/self/schedstat")


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process. `turns` tells how often its threads have run; None where that cannot be known."""

    at_rest: bool
    turns: int | None


def sample(pid: int) -> Sample:
    """Look at a process; one that is no more is not at rest: its end is yet to be heard of."""
    if not _KNOWN:
        return Sample(True, None)
    at_rest, turns = os.path.exists(f"/proc/{pid}/task"), 0
    processes = [pid]
    while processes:
        process = processes.pop()
        folder = f"/proc/{process}/task"
        for thread in _threads_of(folder):
            state = _read(f"{folder}/{thread}/stat").rpartition(b")")[2][1:2]
            # A zombie that the process has not waited for is at rest; the process itself, when it is one, has ended.
            at_rest = at_rest and (state == b"S" or (process != pid and state not in (b"R", b"D")))
            turns += int((_read(f"{folder}/{thread}/schedstat").split() or [b"0"])[-1])
            processes += map(int, _read(f"{folder}/{thread}/children").split())
    return Sample(at_rest, turns)


def _threads_of(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(path: str) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(file, 4096)
    except OSError:
        return b""
    finally:
        os.close(file)

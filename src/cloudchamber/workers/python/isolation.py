"""What a new process does to itself before user code runs: descriptors, limits, private /tmp and /opt.

Everything here degrades quietly: without privileges, or on another system than Linux, a process has less isolation
but works the same.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from typing import Any

LINUX = sys.platform == "linux"
CHANNEL_FD = 3
ALARM_FD = 4
PAGE_FD = 5

PR_SET_PDEATHSIG = 1
CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18

_LIBC = ctypes.CDLL(None, use_errno=True)


def enter(parent_pid: int, descriptors: list[int]) -> None:
    """In a process that was just forked: be one of its own."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent(parent_pid)
    claim_descriptors(*descriptors)


def claim_descriptors(channel: int, log: int, *more: int) -> None:
    """Make stdin /dev/null, stdout and stderr the log, 3 the channel, 4 the alarm, 5 the page; close everything else."""
    null = os.open(os.devnull, os.O_RDONLY)
    wanted = [null, log, log, channel, *more]
    last = len(wanted) - 1
    above = {descriptor: _above(last, descriptor) for descriptor in wanted}
    for target, descriptor in enumerate(wanted):
        os.dup2(above[descriptor], target, inheritable=target < CHANNEL_FD)
    os.closerange(last + 1, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 20))


def _above(last: int, descriptor: int) -> int:
    while descriptor <= last:
        descriptor = os.dup(descriptor)
    return descriptor


def die_with_parent(parent_pid: int) -> None:
    """Ask the kernel to kill this process when its parent dies, so that nothing survives the host."""
    os.setpgid(0, 0)
    if LINUX:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent_pid:
            os._exit(1)


def limit_data(limit_bytes: int) -> None:
    """Bound what the process may allocate; 0 leaves it unbounded."""
    if limit_bytes and LINUX:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def isolate_files(spec: dict[str, Any]) -> bool:
    """Give the process its own /tmp of `tmp_mb`, its layers at /opt and read-only code. True if /tmp is private."""
    if not private_tmp(spec):
        return False
    with contextlib.suppress(OSError):
        _mount(spec["code_dir"], spec["code_dir"], "", MS_BIND)
        _mount("none", spec["code_dir"], "", MS_REMOUNT | MS_BIND | MS_RDONLY)
    if spec["layer_dirs"] and not spec["keep_opt"]:
        with contextlib.suppress(OSError):
            _mount_layers(spec["layer_dirs"])
    return True


def private_tmp(spec: dict[str, Any]) -> bool:
    """Give the process its own /tmp, with what it must see of the shared one. False where that cannot be."""
    if not LINUX or os.geteuid() != 0 or _LIBC.unshare(CLONE_NEWNS) != 0:
        return False
    try:
        _mount("none", "/", "", MS_REC | MS_PRIVATE)
        exposed = _open_under_tmp(spec["visible"])
        _mount("tmpfs", "/tmp", "tmpfs", 0, f"size={spec['tmp_mb']}m,mode=1777")
    except OSError:
        return False
    for path, descriptor in exposed:
        with contextlib.suppress(OSError):
            os.makedirs(path, exist_ok=True)
            _mount(f"/proc/self/fd/{descriptor}", path, "", MS_BIND | MS_REC)
        os.close(descriptor)
    return True


def _mount_layers(layer_dirs: list[str]) -> None:
    """Later layers win: https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html."""
    if len(layer_dirs) == 1:
        _mount(layer_dirs[0], "/opt", "", MS_BIND)
        return
    lower = ":".join(reversed(layer_dirs))
    _mount("overlay", "/opt", "overlay", MS_RDONLY, f"lowerdir={lower}")


def _open_under_tmp(paths: Iterable[str]) -> list[tuple[str, int]]:
    """The private /tmp would hide what lies under the shared one: hold it open, to show it again."""
    hidden = sorted({path for path in paths if path.startswith("/tmp/") and os.path.isdir(path)})
    return [(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY)) for path in hidden]


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    code = _LIBC.mount(
        source.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        data.encode() if data else None,
    )
    if code != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")

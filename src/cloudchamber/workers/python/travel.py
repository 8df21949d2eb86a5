"""The chamber's clock in a Python process: `time`, `datetime`, everything that waits, and everything random.

What C code implements (`time.time`, `datetime.now` and their kin) is led here by time-machine
(https://github.com/adamchainz/time-machine); what has Python functions in its place is bound anew wherever it was imported.
The instant is read from a page that the host writes, so it stands still while the process computes.
"""

import importlib
import math
import mmap
import os
import struct
import sys
import time
import types
import uuid
from typing import Any

from cloudchamber.workers.python import entropy, isolation, waits
from cloudchamber.workers.python.alarm import Alarm

#: Kept in step with cloudchamber.workers.page.
INSTANT = struct.Struct("=q")
#: What `time.monotonic` shows when the environment begins.
_MONOTONIC_BEGIN_MS = 1_000_000


class Chronometer:
    """The instant of the chamber's clock; that of the machine until there is a page."""

    def __init__(self, core: Any) -> None:
        #: The C code of time-machine.
        self.core = core
        self._machine_time_ns = core.original_time_ns
        self._machine_monotonic_ns = time.monotonic_ns
        self._machine_perf_ns = time.perf_counter_ns
        self._memory: mmap.mmap | None = None
        self._begin_ms = 0
        self._perf_ms = 0
        self._perf_since_ns = 0
        self.alarm: Alarm | None = None
        self.read_count = 0
        self.entropy = entropy.SeededEntropy("")

    def begin(self, page: int) -> None:
        """From now on it is what the page says. `page` is a descriptor of it."""
        self._memory = mmap.mmap(page, mmap.PAGESIZE, prot=mmap.PROT_READ)
        self._begin_ms = self.now_ms() - _MONOTONIC_BEGIN_MS
        self._perf_ms = 0
        self.alarm = Alarm(isolation.ALARM_FD, self.now_ms)
        self.read_count = 0

    def leave_to_host(self) -> None:
        """In a process that user code has forked: nobody would wake it, so it waits by the machine's clock."""
        self.alarm = None

    def now_ms(self) -> int:
        """The instant, in milliseconds since 1970."""
        assert self._memory is not None
        return INSTANT.unpack_from(self._memory)[0]

    def instant_after(self, seconds: float) -> int:
        """The millisecond in which `seconds` from now will be over."""
        return self.now_ms() + max(math.ceil(seconds * 1000 - 1e-6), 1)

    def time_ns(self) -> int:
        """What time-machine asks its travellers."""
        self.read_count += 1
        return self.now_ms() * 1_000_000 if self._memory else self._machine_time_ns()

    def monotonic_ns(self) -> int:
        """`time.monotonic_ns`."""
        if self._memory is None:
            return self._machine_monotonic_ns()
        self.read_count += 1
        return (self.now_ms() - self._begin_ms) * 1_000_000

    def monotonic(self) -> float:
        """`time.monotonic`."""
        return self.monotonic_ns() / 1e9

    def perf_counter_ns(self) -> int:
        """`time.perf_counter_ns`: within one millisecond of the chamber it goes on, so that no measure is zero."""
        if self._memory is None:
            return self._machine_perf_ns()
        now_ms, machine_ns = self.now_ms(), self._machine_perf_ns()
        if now_ms != self._perf_ms:
            self._perf_ms, self._perf_since_ns = now_ms, machine_ns
        return (now_ms - self._begin_ms) * 1_000_000 + min(machine_ns - self._perf_since_ns, 999_999)

    def perf_counter(self) -> float:
        """`time.perf_counter`."""
        return self.perf_counter_ns() / 1e9

    def _start(self) -> None:
        """What time-machine calls when travellers change."""

    _stop = _start


def install() -> Chronometer:
    """Lead every clock of this process here, once; until `Chronometer.begin` they show the machine's time."""
    known = installed()
    if known:
        return known
    package, core = _load_time_machine()
    traveller = package.travel(0, tick=False)
    traveller.start()
    chronometer = Chronometer(core)
    package.traveller_stack[-1] = chronometer
    sys.modules["time_machine"] = _stand_in(package.traveller_stack, core)
    replaced = [
        (time.monotonic, chronometer.monotonic),
        (time.monotonic_ns, chronometer.monotonic_ns),
        (time.perf_counter, chronometer.perf_counter),
        (time.perf_counter_ns, chronometer.perf_counter_ns),
        *chronometer.entropy.replacements(),
        *waits.replacements(chronometer),
    ]
    _bind_anew(replaced)
    entropy.seed_from(chronometer.entropy)
    waits.patch(chronometer)
    os.register_at_fork(after_in_child=chronometer.leave_to_host)
    return chronometer


def installed() -> Chronometer | None:
    """What `install` has made in this process."""
    made_by = getattr(time.monotonic, "__self__", None)
    return made_by if isinstance(made_by, Chronometer) else None


def join_own_copy(chronometer: Chronometer) -> None:
    """The application brings a time-machine of its own: let its journeys begin at the chamber's time."""
    sys.modules.pop("time_machine", None)
    try:
        package = importlib.import_module("time_machine")
        package.traveller_stack.insert(0, chronometer)
        vars(package)["_time_machine"] = chronometer.core
    except (ImportError, AttributeError):
        sys.modules["time_machine"] = _stand_in([chronometer], chronometer.core)


def _load_time_machine() -> tuple[Any, Any]:
    """Import it without pytest, which it would extend, and without leaving it where the application could find it."""
    absent = "pytest" not in sys.modules
    if absent:
        sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        package = importlib.import_module("time_machine")
    finally:
        if absent:
            del sys.modules["pytest"]
    return package, sys.modules.pop("_time_machine")


def _stand_in(traveller_stack: list[Any], core: Any) -> types.ModuleType:
    """time-machine's C code looks for its travellers in a module of that name."""
    module = types.ModuleType("time_machine")
    vars(module).update(traveller_stack=traveller_stack, _time_machine=core)
    return module


def _bind_anew(replaced: list[tuple[Any, Any]]) -> None:
    """Put the new functions wherever the old ones were imported to."""
    by_id = {id(old): new for old, new in replaced}
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if not isinstance(names, dict) or names.get("__name__", "").startswith(
            "cloudchamber.workers.python."
        ):
            continue
        for name, value in list(names.items()):
            if id(value) in by_id:
                names[name] = by_id[id(value)]
    uuid.__dict__["_last_timestamp"] = None

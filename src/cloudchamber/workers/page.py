"""The instant that the processes of one host see under virtual time: a few bytes that all of them have mapped."""

import mmap
import os
import struct
from pathlib import Path

#: Kept in step with cloudchamber.workers.python.travel, which reads it.
INSTANT = struct.Struct("=q")


class ClockPage:
    """A file with the clock's instant in it."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(mmap.PAGESIZE))
        #: What processes get.
        self.descriptor = os.open(path, os.O_RDWR)
        self._memory = mmap.mmap(self.descriptor, mmap.PAGESIZE)

    def write(self, now_ms: int) -> None:
        """From now on it is `now_ms`."""
        INSTANT.pack_into(self._memory, 0, now_ms)

    def close(self) -> None:
        """Nobody will write any more."""
        self._memory.close()
        os.close(self.descriptor)

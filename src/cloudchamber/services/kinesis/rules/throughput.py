"""The throughput of a shard (F070): a window of a second that begins with the first use.

What uses more bytes at once than a second gives (a large record, a read of 10 MiB) makes its window as long as they need: this
is the tank of the large records' page, and the five seconds of pause behind a full read.
https://docs.aws.amazon.com/streams/latest/dev/large-records.html
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
"""

from __future__ import annotations

from cloudchamber.services.kinesis import limits
from cloudchamber.services.kinesis.model import Window


def _is_over(window: Window, now_ms: int, bytes_per_second: int) -> bool:
    seconds = max(1, -(-window.size_bytes // bytes_per_second))
    return now_ms >= window.at_ms + 1000 * seconds


def written(window: Window, now_ms: int, size_bytes: int) -> Window | None:
    """The window after a record of `size_bytes`, or None when the shard takes no more now."""
    if _is_over(window, now_ms, limits.SHARD_WRITE_BYTES_PER_SECOND):
        return Window(now_ms, 1, size_bytes)
    total_bytes = window.size_bytes + size_bytes
    if (
        window.count >= limits.SHARD_RECORDS_PER_SECOND_MAX
        or total_bytes > limits.SHARD_WRITE_BYTES_PER_SECOND
    ):
        return None
    return Window(window.at_ms, window.count + 1, total_bytes)


def readable(window: Window, now_ms: int) -> Window | None:
    """The window with one more read, its bytes still to be added; None when the shard may not be read now."""
    if _is_over(window, now_ms, limits.SHARD_READ_BYTES_PER_SECOND):
        return Window(now_ms, 1, 0)
    if (
        window.count >= limits.SHARD_READS_PER_SECOND_MAX
        or window.size_bytes >= limits.SHARD_READ_BYTES_PER_SECOND
    ):
        return None
    return Window(window.at_ms, window.count + 1, window.size_bytes)

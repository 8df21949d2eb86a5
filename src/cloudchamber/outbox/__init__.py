"""Durable calls on kv and clock: put, due, lease, retry, exhaust. It knows rows and instants, not what they call."""

from cloudchamber.outbox.dispatcher import LABEL, Conclusion, Dispatcher, MustWait, Outcome, Runner
from cloudchamber.outbox.retry import NO_RETRY, Retry, next_attempt_at_ms
from cloudchamber.outbox.rows import Row, Rows

__all__ = [
    "LABEL",
    "NO_RETRY",
    "Conclusion",
    "Dispatcher",
    "MustWait",
    "Outcome",
    "Retry",
    "Row",
    "Rows",
    "Runner",
    "next_attempt_at_ms",
]

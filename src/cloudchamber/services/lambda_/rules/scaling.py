"""How many batches a mapping of SQS runs at once (F012, F013, F017).

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

import msgspec

from cloudchamber.services.lambda_ import limits

STEP_MS = 60_000 // limits.SQS_CONCURRENCY_PER_MINUTE


class Scale(msgspec.Struct, frozen=True):
    """`count` batches were allowed at `at_ms`; from then on one more every fifth of a second."""

    count: int
    at_ms: int


def start(now_ms: int, concurrency_max: int | None) -> Scale:
    """Where a mapping begins, and where it comes back to when it is idle."""
    return Scale(min(limits.SQS_CONCURRENCY_AT_FIRST, _bound(concurrency_max)), now_ms)


def allowed(scale: Scale, now_ms: int, concurrency_max: int | None) -> int:
    """How many batches may run at once now."""
    return min(scale.count + (now_ms - scale.at_ms) // STEP_MS, _bound(concurrency_max))


def backed_off(scale: Scale, now_ms: int, concurrency_max: int | None) -> Scale:
    """After an error of the function: half of what was allowed."""
    return Scale(max(allowed(scale, now_ms, concurrency_max) // 2, 1), now_ms)


def grows_at_ms(scale: Scale, now_ms: int, concurrency_max: int | None) -> int | None:
    """When one more is allowed; None when all are."""
    count = allowed(scale, now_ms, concurrency_max)
    if count >= _bound(concurrency_max):
        return None
    return scale.at_ms + (count - scale.count + 1) * STEP_MS


def _bound(concurrency_max: int | None) -> int:
    return concurrency_max or limits.SQS_CONCURRENCY_MAX

"""When a failed row is tried again: a value that says so, and the function that reads it."""

from __future__ import annotations

import msgspec


class Retry(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """How often and how soon. All limits hold together; the first one reached ends the row.

    `delays_ms`: the waits before the 2nd, 3rd, ... attempt; the last one repeats when `attempts_max` allows more.
    `base_ms`, `delay_ms_max`, `factor`: an exponential back-off instead of a list.
    `jitter`: the share of each wait that is drawn at random (0 none, 1 all of it).
    `attempts_max`: attempts in all, the first included; None for no limit. `age_ms_max`: since the row was put.
    """

    delays_ms: tuple[int, ...] = ()
    base_ms: int = 1_000
    delay_ms_max: int = 300_000
    factor: float = 2.0
    jitter: float = 0.0
    attempts_max: int | None = None
    age_ms_max: int | None = None


NO_RETRY = Retry(attempts_max=1)


def next_attempt_at_ms(
    retry: Retry, *, attempts: int, created_at_ms: int, now_ms: int, fraction: float, not_before_ms: int = 0
) -> int | None:
    """The instant of the next attempt after `attempts` failed ones, or None when the row is exhausted.

    `fraction` in [0, 1) is the chance that jitter takes. `not_before_ms`: what the other side asked for.
    """
    if retry.attempts_max is not None and attempts >= retry.attempts_max:
        return None
    at_ms = max(now_ms + _delay_ms(retry, attempts, fraction), not_before_ms)
    if retry.age_ms_max is None:
        return at_ms
    end_ms = created_at_ms + retry.age_ms_max
    return (
        None if now_ms >= end_ms or not_before_ms > end_ms else min(at_ms, end_ms)
    )  # the last one at the limit


def _delay_ms(retry: Retry, attempts: int, fraction: float) -> int:
    if retry.delays_ms:
        delay_ms = retry.delays_ms[min(attempts, len(retry.delays_ms)) - 1]
    else:
        delay_ms = min(retry.delay_ms_max, int(retry.base_ms * retry.factor ** min(attempts - 1, 64)))
    return int(delay_ms * (1 - retry.jitter * fraction))

"""When a failed row is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.outbox import NO_RETRY, Retry, next_attempt_at_ms

RETRIES = st.builds(
    Retry,
    delays_ms=st.lists(st.integers(0, 10**7), max_size=5).map(tuple),
    base_ms=st.integers(0, 10**6),
    delay_ms_max=st.integers(0, 10**7),
    factor=st.floats(1, 10),
    jitter=st.floats(0, 1),
    attempts_max=st.none() | st.integers(1, 300),
    age_ms_max=st.none() | st.integers(0, 10**9),
)
FRACTIONS = st.floats(0, 1, exclude_max=True)


def after(retry, attempts, *, created=0, now=0, fraction=0.0):
    return next_attempt_at_ms(retry, attempts=attempts, created_at_ms=created, now_ms=now, fraction=fraction)


def test_without_a_policy_there_is_no_second_attempt():
    assert after(NO_RETRY, 1) is None


def test_listed_delays_are_taken_in_turn_and_the_last_one_repeats():
    retry = Retry(delays_ms=(10, 20), attempts_max=5)
    assert [after(retry, n) for n in (1, 2, 3, 4, 5)] == [10, 20, 20, 20, None]


def test_delays_double_up_to_their_maximum():
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: from 1 second to 5 minutes
    retry = Retry()
    assert [after(retry, n) // 1000 for n in range(1, 12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_the_last_attempt_is_made_when_the_age_is_reached():
    retry = Retry(base_ms=1_000, factor=1, age_ms_max=5_000)
    assert after(retry, 1, created=0, now=3_000) == 4_000
    assert after(retry, 1, created=0, now=4_001) == 5_000
    assert after(retry, 1, created=0, now=5_000) is None


@pytest.mark.parametrize("attempts", [1, 2, 100, 100_000])
def test_many_attempts_do_not_overflow(attempts):
    assert after(Retry(factor=10.0), attempts) <= 300_000


@given(RETRIES, st.integers(1, 400), st.integers(0, 10**9), st.integers(0, 10**9), FRACTIONS)
def test_an_attempt_is_never_in_the_past_nor_beyond_any_limit(retry, attempts, created, waited, fraction):
    now = created + waited
    at_ms = after(retry, attempts, created=created, now=now, fraction=fraction)
    if at_ms is None:
        by_attempts = retry.attempts_max is not None and attempts >= retry.attempts_max
        assert by_attempts or retry.age_ms_max is not None
        return
    assert at_ms >= now
    assert retry.attempts_max is None or attempts < retry.attempts_max
    assert retry.age_ms_max is None or at_ms <= created + retry.age_ms_max
    assert at_ms - now <= max((*retry.delays_ms, retry.delay_ms_max))


@given(RETRIES, st.integers(1, 50), FRACTIONS)
def test_jitter_only_ever_shortens_and_never_by_more_than_its_share(retry, attempts, fraction):
    import msgspec

    unlimited = msgspec.structs.replace(retry, attempts_max=None, age_ms_max=None)
    steady = after(msgspec.structs.replace(unlimited, jitter=0.0), attempts, fraction=fraction)
    drawn = after(unlimited, attempts, fraction=fraction)
    assert steady * (1 - retry.jitter) - 1 <= drawn <= steady


def test_what_the_other_side_asks_for_lengthens_a_wait_and_never_shortens_it():
    retry = Retry(delays_ms=(1_000,), attempts_max=3, age_ms_max=60_000)
    known = {"attempts": 1, "created_at_ms": 0, "now_ms": 10_000, "fraction": 0.0}
    assert next_attempt_at_ms(retry, **known, not_before_ms=10_500) == 11_000
    assert next_attempt_at_ms(retry, **known, not_before_ms=40_000) == 40_000
    assert next_attempt_at_ms(retry, **known, not_before_ms=60_001) is None

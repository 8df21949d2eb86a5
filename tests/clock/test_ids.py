"""Identifiers from a seed."""

from __future__ import annotations

import re
import uuid

import pytest

from cloudchamber.clock import Ids, SystemClock, VirtualClock


def draw(ids):
    items = list(range(10))
    ids.shuffle(items)
    return [
        ids.uuid(), ids.hex(16), ids.text(12), ids.bytes(5), ids.fraction(), ids.below(100), ids.choice("abc"),
        items, ids.uuid(),
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_run():
    assert draw(Ids(7)) == draw(Ids(7)) == draw(VirtualClock(7).ids) == draw(SystemClock(7).ids)
    assert draw(Ids(7)) != draw(Ids(8))


def test_without_a_seed_each_run_is_another():
    assert draw(Ids()) != draw(Ids())


def test_uuids_are_version_4_and_different():
    ids = Ids(0)
    drawn = [ids.uuid() for _ in range(1000)]
    assert len(set(drawn)) == 1_000
    for text in drawn:
        parsed = uuid.UUID(text)
        assert (str(parsed), parsed.version, parsed.variant) == (text, 4, uuid.RFC_4122)


@pytest.mark.parametrize("length", [1, 7, 24, 32])
def test_hexadecimal_digits_are_as_many_as_asked_for(length):
    ids = Ids(0)
    assert all(re.fullmatch(f"[0-9a-f]{{{length}}}", ids.hex(length)) for _ in range(200))


def test_chances_stay_in_their_bounds():
    ids = Ids(0)
    assert all(0 <= ids.fraction() < 1 for _ in range(1_000))
    assert {ids.below(3) for _ in range(100)} == {0, 1, 2}
    assert set(ids.text(1_000, "xy")) == {"x", "y"}

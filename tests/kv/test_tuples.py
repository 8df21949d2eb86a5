"""Packed keys sort as their tuples do, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.kv import Subspace, pack, unpack
from cloudchamber.kv.tuples import after

TEXTS = st.text(st.characters(exclude_categories=()), max_size=6)  # surrogates included
NUMBERS = st.integers(-(2**64) + 1, 2**64 - 1) | st.integers(-300, 300)
ELEMENTS = TEXTS | NUMBERS | st.binary(max_size=6) | st.sampled_from(["", "\x00", "\x00\xff", "a\x00", "a"])
TUPLES = st.lists(ELEMENTS, max_size=4).map(tuple)
RANK = {bytes: 0, str: 1, int: 2}


def order(elements):
    return [(RANK[type(e)], e) for e in elements]


@given(TUPLES)
def test_a_tuple_comes_back_as_it_was(elements):
    assert unpack(pack(elements)) == elements
    assert [type(e) for e in unpack(pack(elements))] == [type(e) for e in elements]


@given(TUPLES, TUPLES)
def test_packed_keys_sort_as_tuples_do(a, b):
    assert (pack(a) < pack(b)) == (order(a) < order(b))


@given(TUPLES, TUPLES, TUPLES)
def test_exactly_the_keys_that_begin_with_a_tuple_lie_in_its_range(prefix, rest, other):
    begin, end = pack(prefix), after(pack(prefix))
    assert begin <= pack(prefix + rest) < end
    assert (begin <= pack(other) < end) == (other[: len(prefix)] == prefix)


@pytest.mark.parametrize(
    ("number", "packed"),
    [  # https://github.com/apple/foundationdb/blob/main/design/tuple.md
        (0, b"\x14"),
        (1, b"\x15\x01"),
        (255, b"\x15\xff"),
        (256, b"\x16\x01\x00"),
        (-1, b"\x13\xfe"),
        (-255, b"\x13\x00"),
        (-256, b"\x12\xfe\xff"),
        (-5551212, b"\x11\xab\x4b\x93"),
        (2**64 - 1, b"\x1c" + b"\xff" * 8),
        (-(2**64) + 1, b"\x0c" + b"\x00" * 8),
    ],
)
def test_numbers_are_packed_as_foundationdb_packs_them(number, packed):
    assert pack((number,)) == packed
    assert unpack(packed) == (number,)


def test_texts_are_packed_as_foundationdb_packs_them():
    assert pack(("F\u00d4O\u0000bar",)) == b"\x02F\xc3\x94O\x00\xffbar\x00"
    assert pack((b"foo\x00bar",)) == b"\x01foo\x00\xffbar\x00"


@pytest.mark.parametrize("number", [2**64, -(2**64), 2**200])
def test_a_number_beyond_eight_bytes_is_refused_before_it_is_written(number):
    with pytest.raises(OverflowError):
        pack((number,))


@pytest.mark.parametrize("element", [None, 1.5, True, ("a",)])
def test_other_types_are_refused(element):
    with pytest.raises(TypeError):
        pack((element,))


@pytest.mark.parametrize("key", [b"\x00", b"\xff", b"\x03a", b"\x1d" + b"\x01" * 9])
def test_bytes_that_are_no_tuple_are_refused(key):
    with pytest.raises(ValueError, match="not a packed tuple"):
        unpack(key)


def test_a_subspace_packs_and_unpacks_within_itself():
    space = Subspace("sqs")["messages"]
    assert space.unpack(space.pack(("orders", 7))) == ("orders", 7)
    assert space.prefix == pack(("sqs", "messages"))
    begin, end = space.range(("orders",))
    assert begin <= space.pack(("orders", 1)) < end <= space.pack(("orders2",))
    with pytest.raises(AssertionError):
        space.unpack(pack(("sqs", "queues", 1)))

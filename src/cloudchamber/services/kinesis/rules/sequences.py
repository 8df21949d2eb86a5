"""Sequence numbers: 56 digits, increasing within a shard, larger in a child than in its parents.

From the highest bit on: the version (2), the epoch of the shard in seconds, the place in the shard, the second of arrival, the
index of the shard, the version again.
https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#sequence-number
"""

from __future__ import annotations

from typing import NamedTuple

from cloudchamber.services.kinesis.model import Shard

_VERSION = 2
_VERSION_AT, _EPOCH_AT, _SERIAL_AT, _SECOND_AT, _INDEX_AT = 184, 148, 76, 36, 4
_SERIAL_LAST = (1 << 63) - 1


class Place(NamedTuple):
    """What a sequence number says."""

    epoch_s: int
    serial: int
    at_s: int
    shard_index: int


def sequence_number(shard: Shard, serial: int, at_ms: int) -> str:
    """The number of the record at the place `serial` of a shard."""
    return str(
        _VERSION << _VERSION_AT
        | shard.epoch_s << _EPOCH_AT
        | serial << _SERIAL_AT
        | at_ms // 1000 << _SECOND_AT
        | shard.index << _INDEX_AT
        | _VERSION
    )


def first_number(shard: Shard) -> str:
    """The number in front of all records of a shard."""
    return sequence_number(shard, 0, shard.created_at_ms)


def last_number(shard: Shard) -> str:
    """The number behind all records of a closed shard."""
    return sequence_number(shard, _SERIAL_LAST, shard.closed_at_ms)


def place_of(number: str) -> Place | None:
    """What a sequence number says, or None when no stream gave it out."""
    value = int(number)
    if value >> _VERSION_AT != _VERSION or value & 0xF != _VERSION:
        return None
    return Place(
        value >> _EPOCH_AT & (1 << _VERSION_AT - _EPOCH_AT) - 1,
        value >> _SERIAL_AT & (1 << _EPOCH_AT - _SERIAL_AT) - 1,
        value >> _SECOND_AT & (1 << _SERIAL_AT - _SECOND_AT) - 1,
        value >> _INDEX_AT & (1 << _SECOND_AT - _INDEX_AT) - 1,
    )

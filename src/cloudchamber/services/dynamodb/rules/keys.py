"""How key values become bytes whose order is DynamoDB's, and which range of them a query reads.

An item lies at (table, hash, partition key, sort key), an index entry at (index, hash, its keys, the item's keys). The
hash of the partition key comes first: a Scan finds items in no useful order, and a segment of a parallel Scan is one range.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
"""

from __future__ import annotations

from zlib import crc32

from cloudchamber.languages.dynamodb_expression import KeyCase
from cloudchamber.languages.dynamodb_expression.numbers import sortable
from cloudchamber.services.dynamodb.model import Index, Item, Table

HASHES_COUNT = 1 << 32


def element(kind: str, value: str | bytes) -> bytes:
    """One key value: strings by their UTF-8 bytes, numbers by value, binaries as they are. Self-delimiting."""
    return b"\x02" + _ordered(kind, value) + b"\x00"


def _ordered(kind: str, value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        raw = value
    elif kind == "N":
        raw = sortable(value)
    else:
        raw = value.encode()
    return raw.replace(b"\x00", b"\x00\xff") if b"\x00" in raw else raw


def partition(kind: str, value: str | bytes) -> bytes:
    """The hash of a partition key and the key."""
    first = element(kind, value)
    return crc32(first).to_bytes(4, "big") + first


def item_key(table: Table, item: Item) -> bytes:
    """Where an item lies within its table; `item` may be only a key."""
    (name, kind), *sort = table.key_types
    key = partition(kind, item[name][kind])
    for name, kind in sort:
        key += element(kind, item[name][kind])
    return key


def entry_key(
    table: Table, key_types: tuple[tuple[str, str], ...], item: Item, primary: bytes
) -> bytes | None:
    """Where an item's entry lies within an index, or None when it has none: an index is sparse."""
    parts: list[bytes] = []
    for name, kind in key_types:
        value = item.get(name)
        if value is None or not value.get(kind):
            return None
        parts.append(element(kind, value[kind]) if parts else partition(kind, value[kind]))
    return b"".join(parts) + primary[4:]


def key_types_of(table: Table, index: Index | None) -> tuple[tuple[str, str], ...]:
    """The key attributes of a table or one of its indexes, each with its type."""
    if index is None:
        return table.key_types
    return next(types for held, types in table.index_key_types if held is index)


def position(table: Table, index: Index | None, key: Item) -> bytes:
    """Where the item or entry that ended a page lies."""
    primary = item_key(table, key)
    if index is None:
        return primary
    found = entry_key(table, key_types_of(table, index), key, primary)
    assert found is not None, "a starting key was checked to hold every key attribute"
    return found


def bounds(kind: str, head: bytes, case: KeyCase | None) -> tuple[bytes, bytes]:
    """The range of keys that begin with `head` (a partition) and whose sort key meets a condition."""
    end = head + b"\xff"
    if case is None:
        return head, end
    values = [element(kind, operand[kind]) for operand in case.operands]
    first = head + values[0]
    match case.operator:
        case "=":
            return first, first + b"\xff"
        case "<":
            return head, first
        case "<=":
            return head, first + b"\xff"
        case ">":
            return first + b"\xff", end
        case ">=":
            return first, end
        case "BETWEEN":
            return first, head + values[1] + b"\xff"
        case _:
            stem = first[:-1]
            return stem, _behind(stem)


def _behind(stem: bytes) -> bytes:
    """The first key behind all that continue `stem`, which may end with bytes of 255."""
    trimmed = stem.rstrip(b"\xff")
    return trimmed[:-1] + bytes((trimmed[-1] + 1,))


def segment_bounds(head: bytes, segment: int, segments: int) -> tuple[bytes, bytes]:
    """The range of one segment of a parallel scan."""
    first, last = (-(-HASHES_COUNT * number // segments) for number in (segment, segment + 1))
    begin = head + first.to_bytes(4, "big")
    end = head + b"\xff" * 5 if last >= HASHES_COUNT else head + last.to_bytes(4, "big")
    return begin, end


def segment_of(key: bytes, segments: int) -> int:
    """The segment in which a key lies."""
    return int.from_bytes(key[:4], "big") * segments // HASHES_COUNT

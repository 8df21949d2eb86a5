"""Where DynamoDB's records lie, all under one account and region:

tables        (name)                              -> Table
items         (table number) hash, key            -> size and item       bytes laid out by rules/keys.py
entries       (index number) hash, keys, key      -> size and what the index projects of the item
streams       (table name, label)                 -> Stream, open or closed
changes       (stream number, serial)             -> StreamRecord
tokens        (client request token)              -> Token
tokens_until  (until_ms, token)                   -> nothing

Items and entries are read and written as bytes, past `Collection`: their keys keep DynamoDB's order of numbers, and an entry
that projects everything is written with the bytes of its item.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.services.dynamodb import limits
from cloudchamber.services.dynamodb.errors import ResourceNotFoundException
from cloudchamber.services.dynamodb.live import Tables
from cloudchamber.services.dynamodb.model import Index, Item, Stored, Stream, StreamRecord, Table, Token
from cloudchamber.services.dynamodb.rules.indexes import Change, entry_of

TABLES = Collection("dynamodb", "tables", Table)
ITEMS = Collection("dynamodb", "items", bytes)
ENTRIES = Collection("dynamodb", "entries", bytes)
STREAMS = Collection("dynamodb", "streams", Stream)
CHANGES = Collection("dynamodb", "changes", StreamRecord)
TOKENS = Collection("dynamodb", "tokens", Token)
TOKENS_UNTIL = Collection("dynamodb", "tokens_until", bool)

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(tuple[int, Item]).decode
_BEHIND_ALL = b"\xff" * 5  # hashes have four bytes
_DECODE_SIZE = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw]).decode


# -- tables


def find_table(ctx: Context, name: str) -> Table | None:
    """The table of that name, or None."""
    tables: Tables = ctx.live
    place = (ctx.account, ctx.region, name)
    found = tables.get(place)
    if found is None:
        found = TABLES.get(ctx, name)
        if found:
            tables.keep(place, found)
    return found


def table_described(ctx: Context, name: str) -> Table:
    """The table of that name. Raises ResourceNotFoundException as operations on tables do."""
    table = find_table(ctx, name)
    if table is None:
        raise ResourceNotFoundException(f"Requested resource not found: Table: {name} not found")
    return table


def put_table(ctx: Context, table: Table) -> None:
    """Write a new or changed definition."""
    _changing(ctx, table)
    TABLES.put(ctx, table, table.name)


def _changing(ctx: Context, table: Table) -> None:
    tables: Tables = ctx.live
    place = (ctx.account, ctx.region, table.name)
    tables.changing(place)
    ctx.after_commit(lambda: tables.changed(place))


def forget_table(ctx: Context, table: Table) -> None:
    """Remove a table, its items and its indexes; its streams stay readable until their records are trimmed."""
    head = _head(ctx, table, None)
    ctx.tx.clear_range(head, head + _BEHIND_ALL)
    for index in table.indexes:
        forget_index(ctx, index)
    _changing(ctx, table)
    TABLES.delete(ctx, table.name)


# -- items


def get_item(ctx: Context, table: Table, key: bytes) -> Stored | None:
    """The item at a key relative to its table."""
    raw = ctx.tx.get(ITEMS.prefix(ctx) + table.head + key)
    return None if raw is None else _DECODE(raw)


def set_item(ctx: Context, table: Table, key: bytes, new: Stored | None, changes: list[Change]) -> None:
    """Write or remove an item and the entries that change with it."""
    prefix = ITEMS.prefix(ctx) + table.head
    raw = _ENCODE(new) if new else b""
    if new:
        ctx.tx.set(prefix + key, raw)
    else:
        ctx.tx.clear(prefix + key)
    for change in changes:
        before, after = change.before, change.after
        at = ENTRIES.prefix(ctx) + change.index.head
        if before and (after is None or before.key != after.key):
            ctx.tx.clear(at + before.key)
        if after:
            ctx.tx.set(at + after.key, raw if after.stored is new else _ENCODE(after.stored))


def read_page(
    ctx: Context,
    table: Table,
    index: Index | None,
    begin: bytes,
    end: bytes,
    *,
    limit: int | None,
    reverse: bool,
) -> tuple[list[Stored], bool]:
    """Items or entries in a range of keys relative to the table or the index, and whether there may be more.

    A page ends before the item with which it would exceed 1 MB, or at its limit, even where nothing follows.
    """
    head = _head(ctx, table, index)
    found: list[Stored] = []
    room_bytes = limits.PAGE_BYTES_MAX
    for _, raw in ctx.tx.range(head + begin, head + end, limit=limit, reverse=reverse):
        stored = _DECODE(raw)
        room_bytes -= stored[0]
        if room_bytes < 0:
            return found, True
        found.append(stored)
    return found, limit is not None and len(found) >= limit


def _head(ctx: Context, table: Table, index: Index | None) -> bytes:
    return ITEMS.prefix(ctx) + table.head if index is None else ENTRIES.prefix(ctx) + index.head


def all_items(ctx: Context, table: Table) -> Iterator[tuple[bytes, Stored]]:
    """Every item of a table with its relative key."""
    head = _head(ctx, table, None)
    start = len(head)
    for key, raw in ctx.tx.range(head, head + _BEHIND_ALL):
        yield key[start:], _DECODE(raw)


def measure(ctx: Context, table: Table, index: Index | None) -> tuple[int, int]:
    """How many items or entries there are, and about how many bytes: the first ones stand for all where there are many."""
    head = _head(ctx, table, index)
    end = head + _BEHIND_ALL
    sizes = [_DECODE_SIZE(raw)[0] for _, raw in ctx.tx.range(head, end, limit=limits.ITEMS_MEASURED_MAX)]
    if len(sizes) < limits.ITEMS_MEASURED_MAX:
        return len(sizes), sum(sizes)
    count = ctx.tx.count(head, end)
    return count, sum(sizes) * count // len(sizes)


# -- indexes


def fill_index(ctx: Context, table: Table, index: Index) -> None:
    """Make the entries of an index that `table` has gained; items with a wrong key type stay out of it."""
    key_types = next(types for held, types in table.index_key_types if held.name == index.name)
    head = ENTRIES.prefix(ctx) + index.head
    for key, stored in all_items(ctx, table):
        entry = entry_of(table, index, key_types, stored, key)
        if entry:
            ctx.tx.set(head + entry.key, _ENCODE(entry.stored))


def forget_index(ctx: Context, index: Index) -> None:
    """Remove every entry of an index."""
    head = ENTRIES.prefix(ctx) + index.head
    ctx.tx.clear_range(head, head + _BEHIND_ALL)


# -- streams


def add_change(ctx: Context, stream: Stream, record: StreamRecord) -> None:
    """Append to a stream."""
    CHANGES.put(ctx, record, stream.number, record.serial)


def changes_from(ctx: Context, stream: Stream, serial: int) -> Iterator[StreamRecord]:
    """The records of a stream from a place on, in order."""
    for _, record in CHANGES.scan(ctx, stream.number, since=(serial,)):
        yield record


def last_change(ctx: Context, stream: Stream) -> StreamRecord | None:
    """The newest record of a stream."""
    return next((record for _, record in CHANGES.scan(ctx, stream.number, limit=1, reverse=True)), None)


# -- tokens


def put_token(ctx: Context, name: str, token: Token) -> None:
    """Keep a client request token, and forget a few whose time is over."""
    for (until_ms, old), _ in list(TOKENS_UNTIL.scan(ctx, before=(ctx.now_ms,), limit=2)):
        TOKENS_UNTIL.delete(ctx, until_ms, old)
        held = TOKENS.get(ctx, old)
        if held and held.until_ms <= ctx.now_ms:
            TOKENS.delete(ctx, old)
    TOKENS.put(ctx, token, name)
    TOKENS_UNTIL.put(ctx, True, token.until_ms, name)

"""What a secondary index holds of an item, and what a write of the item changes in it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from cloudchamber.languages.dynamodb_expression.sizes import item_size_bytes
from cloudchamber.services.dynamodb.model import Index, Item, Stored, Table
from cloudchamber.services.dynamodb.rules.keys import entry_key


class Entry(NamedTuple):
    """An item as an index holds it; `key` is relative to the index."""

    key: bytes
    stored: Stored


class Change(msgspec.Struct, frozen=True):
    """What a write does to one index; either side is None when there is no entry."""

    index: Index
    before: Entry | None
    after: Entry | None


def entry_of(
    table: Table,
    index: Index,
    key_types: tuple[tuple[str, str], ...],
    stored: Stored | None,
    primary: bytes,
) -> Entry | None:
    """The entry of an item, or None when it lacks an attribute of the index key, or has it with another type."""
    if stored is None:
        return None
    key = entry_key(table, key_types, stored[1], primary)
    if key is None:
        return None
    wanted = table.projected(index)
    if wanted is None:
        return Entry(key, stored)
    item: Item = {name: value for name, value in stored[1].items() if name in wanted}
    return Entry(key, (item_size_bytes(item), item))


def changes(table: Table, primary: bytes, old: Stored | None, new: Stored | None) -> list[Change]:
    """What a write changes; indexes that stay as they are are left out."""
    found: list[Change] = []
    for index, key_types in table.index_key_types:
        before = entry_of(table, index, key_types, old, primary)
        after = entry_of(table, index, key_types, new, primary)
        if before != after:
            found.append(Change(index, before, after))
    return found

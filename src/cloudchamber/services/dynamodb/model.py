"""The values DynamoDB keeps. Instants are milliseconds since the epoch; items are as they are on the wire."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from cloudchamber.kv import pack

Item = dict[str, dict[str, Any]]
Stored = tuple[int, Item]
"""The size of an item in bytes, and the item."""


class Keys(msgspec.Struct, frozen=True, array_like=True):
    """A key schema: the partition key's attribute, and the sort key's or nothing."""

    partition: str
    sort: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """One or two attribute names."""
        return (self.partition, self.sort) if self.sort else (self.partition,)


class Index(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """A secondary index. `number` begins the keys of its entries; `settings` are AWS's members that are only recorded."""

    name: str
    number: int
    is_global: bool
    keys: Keys
    projection: str
    included: tuple[str, ...] = ()
    read_units: int = 0
    write_units: int = 0
    settings: dict[str, Any] = {}

    @cached_property
    def head(self) -> bytes:
        """What the keys of all entries begin with."""
        return pack((self.number,))


class Stream(msgspec.Struct, frozen=True, array_like=True):
    """A stream of a table, open or closed. `number` begins the keys of its records."""

    table_name: str
    label: str
    number: int
    view_type: str
    created_at_ms: int
    keys: Keys
    closed_at_ms: int = 0


SEQUENCE_NUMBERS_FROM = 10**20


class StreamRecord(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One change of an item, as the stream's view type shows it."""

    serial: int
    event_id: str
    event_name: str
    at_ms: int
    keys: Item
    new_image: Item | None = None
    old_image: Item | None = None
    size_bytes: int = 0
    expired: bool = False

    @property
    def sequence_number(self) -> str:
        """AWS's sequence number, of 21 digits."""
        return str(SEQUENCE_NUMBERS_FROM + self.serial)


class Table(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """A table's definition. `number` begins the keys of its items; `settings` are AWS's members that are only recorded.

    `label` is that of the latest stream, `stream` the one that is open.
    """

    name: str
    number: int
    id: str
    created_at_ms: int
    keys: Keys
    types: dict[str, str]
    indexes: tuple[Index, ...] = ()
    billing_mode: str = "PROVISIONED"
    on_demand_at_ms: int = 0
    read_units: int = 0
    write_units: int = 0
    stream: Stream | None = None
    label: str = ""
    ttl_attribute: str = ""
    is_protected: bool = False
    tags: dict[str, str] = {}
    settings: dict[str, Any] = {}
    recovery_days: int = 0
    recovery_at_ms: int = 0

    @cached_property
    def head(self) -> bytes:
        """What the keys of all items begin with."""
        return pack((self.number,))

    @cached_property
    def key_types(self) -> tuple[tuple[str, str], ...]:
        """The attributes of the primary key, each with its type."""
        return tuple((name, self.types[name]) for name in self.keys.names)

    @cached_property
    def index_key_types(self) -> tuple[tuple[Index, tuple[tuple[str, str], ...]], ...]:
        """Each index with the attributes of its key and their types."""
        return tuple((i, tuple((name, self.types[name]) for name in i.keys.names)) for i in self.indexes)

    @cached_property
    def is_plain(self) -> bool:
        """Whether a write of an item changes nothing but the item."""
        return not (self.indexes or self.stream or self.ttl_attribute)

    @cached_property
    def has_local_indexes(self) -> bool:
        """Whether items with one partition key form an item collection."""
        return any(not index.is_global for index in self.indexes)

    def projected(self, index: Index) -> frozenset[str] | None:
        """The attributes that entries of an index hold; None for all."""
        if index.projection == "ALL":
            return None
        return frozenset((*self.keys.names, *index.keys.names, *index.included))


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a ClientRequestToken stands for, until it is forgotten."""

    digest: bytes
    until_ms: int
    read_units: dict[str, float] = {}

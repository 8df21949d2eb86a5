"""Typed records on the store: what a service's `records.py` is made of.

Keys lie at (account, region, service, collection, *key). A collection of scope ACCOUNT leaves the region empty (IAM), one of
scope GLOBAL the account too (bucket names).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from cloudchamber.kv.tuples import Element, after, pack, unpack

if TYPE_CHECKING:
    from cloudchamber.aws.context import Context

T = TypeVar("T")
Key = tuple[Element, ...]


class Scope(enum.Enum):
    """How far a name reaches."""

    REGION = "region"
    ACCOUNT = "account"
    GLOBAL = "global"


@lru_cache(maxsize=4096)
def _prefix(account: str, region: str, service: str, collection: str) -> bytes:
    return pack((account, region, service, collection))


class Collection(Generic[T]):
    """Values of one msgspec struct under tuple keys: `QUEUES = Collection("sqs", "queues", Queue)`.

    Every method works inside the transaction of its context, in the account and region of the context.
    """

    def __init__(self, service: str, name: str, kind: type[T], scope: Scope = Scope.REGION) -> None:
        self._service, self._name, self._scope = service, name, scope
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode

    def prefix(self, ctx: Context) -> bytes:
        """What all keys of this collection begin with, in the context's account and region."""
        account = "" if self._scope is Scope.GLOBAL else ctx.account
        region = ctx.region if self._scope is Scope.REGION else ""
        return _prefix(account, region, self._service, self._name)

    def get(self, ctx: Context, *key: Element) -> T | None:
        """The value at `key`, or None."""
        raw = ctx.tx.get(self.prefix(ctx) + pack(key))
        return None if raw is None else self._decode(raw)

    def has(self, ctx: Context, *key: Element) -> bool:
        """Whether there is a value at `key`."""
        return ctx.tx.get(self.prefix(ctx) + pack(key)) is not None

    def put(self, ctx: Context, value: T, *key: Element) -> None:
        """Write `value` at `key`."""
        ctx.tx.set(self.prefix(ctx) + pack(key), self._encode(value))

    def delete(self, ctx: Context, *key: Element) -> None:
        """Remove the value at `key`, if there is one."""
        ctx.tx.clear(self.prefix(ctx) + pack(key))

    def delete_all(self, ctx: Context, *under: Element) -> None:
        """Remove every value whose key begins with `under`."""
        prefix = self.prefix(ctx) + pack(under)
        ctx.tx.clear_range(prefix, after(prefix))

    def count(
        self, ctx: Context, *under: Element, before: Key | None = None, since: Key | None = None
    ) -> int:
        """How many keys begin with `under` (and lie at or behind `since`, in front of `before`; both relative to it)."""
        begin, end = self._bounds(ctx, under, since, before)
        return ctx.tx.count(begin, end)

    def scan(
        self,
        ctx: Context,
        *under: Element,
        since: Key | None = None,
        behind: Key | None = None,
        before: Key | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> Iterator[tuple[Key, T]]:
        """Keys that begin with `under`, in order, with their values.

        Bounds are relative to `under`: from `since` on, or from the first key behind `behind` and all below it; in front of
        `before`. The keys given back are whole (with `under`).
        """
        start = len(self.prefix(ctx))
        begin, end = self._bounds(ctx, under, since, before)
        if behind is not None:
            begin = after(self.prefix(ctx) + pack(under + behind))
        decode = self._decode
        for key, raw in ctx.tx.range(begin, end, limit=limit, reverse=reverse):
            yield unpack(key, start), decode(raw)

    def values(self, ctx: Context, *under: Element) -> list[T]:
        """All values whose keys begin with `under`, in order."""
        prefix = self.prefix(ctx) + pack(under)
        return [self._decode(raw) for _, raw in ctx.tx.range(prefix, after(prefix))]

    def _bounds(self, ctx: Context, under: Key, since: Key | None, before: Key | None) -> tuple[bytes, bytes]:
        prefix = self.prefix(ctx) + pack(under)
        begin = prefix + pack(since) if since is not None else prefix
        end = prefix + pack(before) if before is not None else after(prefix)
        return begin, end

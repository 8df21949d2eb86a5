"""The rows and where they lie.

due        (due_at_ms, serial)  -> Row        waits for its instant
recurring  (due_at_ms, serial)  -> Row        likewise; comes again for ever, so it does not keep a chamber busy
leased     (serial)             -> Row        being worked on; due again after a crash
ordered    (order, serial)      -> due or empty    rows of one ordering key, the head of which is due or leased
held       (serial)             -> Row        waits behind another row of its ordering key
serial     ()                   -> number     the next block of serial numbers
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cloudchamber.kv import Subspace, Transaction
from cloudchamber.outbox.retry import NO_RETRY, Retry

_SERIAL_BLOCK = 1 << 20


class Row(msgspec.Struct, array_like=True, omit_defaults=True):
    """A call that must be made at least once, at `due_at_ms` or as soon after as can be."""

    serial: int
    payload: bytes
    due_at_ms: int
    created_at_ms: int
    retry: Retry = NO_RETRY
    attempts: int = 0
    order: str = ""
    on_exhausted: bytes = b""
    recurring: bool = False


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Row).decode


class Rows:
    """Typed reads and writes of rows, all inside the caller's transaction."""

    def __init__(self) -> None:
        space = Subspace("outbox")
        self._due, self._recurring = space["due"], space["recurring"]
        self._leased, self._ordered, self._held = space["leased"], space["ordered"], space["held"]
        self._serial_key = space.pack(("serial",))
        self._serial = self._serial_end = 0
        self._reserved_to = 0  # the end of the last block whose reservation was committed

    def next_serial(self, tx: Transaction) -> int:
        """A number larger than any given out before, in this run or an earlier one."""
        if self._serial == self._serial_end:
            stored = tx.get(self._serial_key)
            start = max(int.from_bytes(stored, "big") if stored else 1, self._serial_end)
            self._serial, self._serial_end = start, start + _SERIAL_BLOCK
        if self._reserved_to != self._serial_end:
            self._reserve(tx, self._serial_end)
        self._serial += 1
        return self._serial

    def _reserve(self, tx: Transaction, end: int) -> None:
        """Write the end of the block, again and again until a transaction that did so is committed: any one may be undone."""
        tx.set(self._serial_key, end.to_bytes(8, "big"))

        def reserved() -> None:
            self._reserved_to = max(self._reserved_to, end)

        tx.on_commit(reserved)

    def put(self, tx: Transaction, row: Row) -> bool:
        """Add a row: True when it waits for its instant only, False when another one of its ordering key is before it."""
        if row.order:
            behind = next(tx.range(*self._ordered.range((row.order,)), limit=1), None) is not None
            tx.set(self._ordered.pack((row.order, row.serial)), b"")
            if behind:
                tx.set(self._held.pack((row.serial,)), _ENCODE(row))
                return False
        self.schedule(tx, row)
        return True

    def schedule(self, tx: Transaction, row: Row) -> None:
        """Let `row` wait for its `due_at_ms`."""
        space = self._recurring if row.recurring else self._due
        tx.set(space.pack((row.due_at_ms, row.serial)), _ENCODE(row))

    def due(self, tx: Transaction, now_ms: int, limit: int) -> list[tuple[bytes, Row]]:
        """The rows that are due, earliest first, each under its key."""
        found = self._until(tx, self._due, now_ms, limit)
        return found or self._until(tx, self._recurring, now_ms, limit)

    @staticmethod
    def _until(tx: Transaction, space: Subspace, now_ms: int, limit: int) -> list[tuple[bytes, Row]]:
        begin, end = space.range()[0], space.pack((now_ms + 1,))
        return [(key, _DECODE(value)) for key, value in tx.range(begin, end, limit=limit)]

    def next_due(self, tx: Transaction, *, recurring: bool) -> int | None:
        """The instant of the earliest row that waits."""
        space = self._recurring if recurring else self._due
        for key, _ in tx.range(*space.range(), limit=1):
            return int(space.unpack(key)[0])
        return None

    def waiting(self, tx: Transaction, limit: int) -> Iterator[Row]:
        """What would happen next, earliest first: first what comes once, then what recurs."""
        for space in (self._due, self._recurring):
            for _, value in tx.range(*space.range(), limit=limit):
                yield _DECODE(value)

    def lease(self, tx: Transaction, key: bytes, row: Row) -> None:
        """Take a due row: it no longer waits, and is found again should the process die."""
        tx.clear(key)
        tx.set(self._leased.pack((row.serial,)), _ENCODE(row))

    def free_leases(self, tx: Transaction) -> int:
        """After a start: whatever an earlier process was working on is due again. Returns how many."""
        rows = [_DECODE(value) for _, value in tx.range(*self._leased.range())]
        tx.clear_range(*self._leased.range())
        for row in rows:
            self.schedule(tx, row)
        return len(rows)

    def retry(self, tx: Transaction, row: Row, at_ms: int) -> None:
        """Let a leased row wait again."""
        tx.clear(self._leased.pack((row.serial,)))
        self.schedule(tx, msgspec.structs.replace(row, due_at_ms=at_ms))

    def finish(self, tx: Transaction, row: Row, *, leased: bool) -> None:
        """Forget a row that is done, and let the next of its ordering key wait for its own instant."""
        if leased:
            tx.clear(self._leased.pack((row.serial,)))
        if not row.order:
            return
        tx.clear(self._ordered.pack((row.order, row.serial)))
        for key, _ in tx.range(*self._ordered.range((row.order,)), limit=1):
            held_key = self._held.pack((self._ordered.unpack(key)[1],))
            value = tx.get(held_key)
            assert value is not None, "a row behind another is held"
            tx.clear(held_key)
            self.schedule(tx, _DECODE(value))

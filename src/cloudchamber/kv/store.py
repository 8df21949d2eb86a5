"""What every engine offers. `tests/kv/conformance.py` is its specification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Transaction(Protocol):
    """Reads and writes that happen together or not at all. It sees its own writes."""

    def get(self, key: bytes) -> bytes | None: ...

    def set(self, key: bytes, value: bytes) -> None: ...

    def clear(self, key: bytes) -> None: ...

    def clear_range(self, begin: bytes, end: bytes) -> None:
        """Remove all keys in [begin, end)."""
        ...

    def range(
        self, begin: bytes, end: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys in [begin, end) with their values, in order. Writing while iterating is allowed."""
        ...

    def count(self, begin: bytes, end: bytes) -> int:
        """How many keys there are in [begin, end)."""
        ...

    def on_commit(self, effect: Callable[[], None]) -> None:
        """Do `effect` after the commit, before the answer leaves; never when the transaction fails."""
        ...

    def attempt(self, work: Callable[[], T]) -> T:
        """Run a part that may fail alone: when it raises, its writes and effects are undone, and the exception goes on."""
        ...


class Store(Protocol):
    """A durable, ordered map from bytes to bytes."""

    def submit(
        self, work: Callable[[Any], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Run `work(transaction)`; call `done(result, None)` once it is durable, or `done(None, error)` once it is undone.

        `work` may run more than once on a shared engine: it has no effects but on its transaction.
        """
        ...

    async def transact(self, work: Callable[[Any], T]) -> T:
        """`submit`, awaited: the result once it is durable, or the exception that `work` raised."""
        ...

    def close(self) -> None: ...

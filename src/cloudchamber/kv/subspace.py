"""A prefix of the key space, so that nobody joins keys by hand."""

from __future__ import annotations

from cloudchamber.kv.tuples import Element, after, pack, unpack


class Subspace:
    """All keys that begin with one tuple: `Subspace("sqs")["messages"].pack(("orders", 7))`."""

    __slots__ = ("prefix",)

    def __init__(self, *elements: Element, prefix: bytes = b"") -> None:
        self.prefix = prefix + pack(elements)

    def __getitem__(self, element: Element) -> Subspace:
        return Subspace(element, prefix=self.prefix)

    def pack(self, elements: tuple[Element, ...]) -> bytes:
        """The key of `elements` within this subspace."""
        return self.prefix + pack(elements)

    def unpack(self, key: bytes) -> tuple[Element, ...]:
        """The elements of a key of this subspace."""
        assert key.startswith(self.prefix), "the key belongs to another subspace"
        return unpack(key, len(self.prefix))

    def range(self, elements: tuple[Element, ...] = ()) -> tuple[bytes, bytes]:
        """The first key of all that begin with `elements`, and the first one behind them."""
        prefix = self.pack(elements)
        return prefix, after(prefix)

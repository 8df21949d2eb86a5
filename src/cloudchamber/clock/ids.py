"""Identifiers and randomness, all drawn from one seed."""

from __future__ import annotations

import random
from collections.abc import MutableSequence, Sequence
from typing import TypeVar

T = TypeVar("T")


class Ids:
    """A source of identifiers and chances. The same seed gives the same run."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def uuid(self) -> str:
        """A version 4 UUID, in its 36-character form."""
        bits = self._random.getrandbits(128)
        h = f"{(bits & ~0xF000C000000000000000) | 0x40008000000000000000:032x}"
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

    def hex(self, length: int) -> str:
        """`length` random hexadecimal digits."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def text(self, length: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz0123456789") -> str:
        """`length` characters of `alphabet`."""
        return "".join(self._random.choices(alphabet, k=length))

    def bytes(self, length: int) -> bytes:
        """`length` random bytes."""
        return self._random.randbytes(length)

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def below(self, bound: int) -> int:
        """A whole number in [0, bound)."""
        return self._random.randrange(bound)

    def choice(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return self._random.choice(options)

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Reorder `items` in place."""
        self._random.shuffle(items)

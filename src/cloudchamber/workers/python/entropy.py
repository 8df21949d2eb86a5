"""Randomness of a process under virtual time: all of it is drawn from one seed."""

import os
import random
from typing import Any


class SeededEntropy:
    """What `os.urandom` gives; `drawn` tells whether anybody has asked."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.drawn = False

    def reseed(self, seed: str) -> None:
        """Begin anew, from another seed; the global generator of `random` too."""
        self._random.seed(seed)
        self.drawn = False
        random.seed(f"{seed} random")
        self._state = random.getstate()

    def urandom(self, size: int, /) -> bytes:
        """Bytes that look random."""
        self.drawn = True
        return self._random.randbytes(size)

    def getrandom(self, size: int, flags: int = 0) -> bytes:
        """The system call of that name."""
        return self.urandom(size)

    @property
    def untouched(self) -> bool:
        """Whether nothing random was drawn since the seed."""
        return not self.drawn and random.getstate() == self._state

    def replacements(self) -> list[tuple[Any, Any]]:
        """What it takes the place of."""
        pairs: list[tuple[Any, Any]] = [(os.urandom, self.urandom)]
        if hasattr(os, "getrandom"):
            pairs.append((os.getrandom, self.getrandom))
        return pairs


def seed_from(entropy: SeededEntropy) -> None:
    """Let generators that are given no seed draw theirs from `entropy`: their C code would ask the system."""
    machine_seed = random.Random.seed

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        machine_seed(self, int.from_bytes(entropy.urandom(32)) if a is None else a, version)

    random.Random.seed = seed

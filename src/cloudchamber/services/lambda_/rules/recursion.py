"""Loops: how often one chain of calls has come to a function.

The lineage travels in the X-Ray header as `Lineage=HASH:COUNT,HASH:COUNT`, one pair for each function of the chain.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32


@lru_cache(maxsize=1024)
def _hash(arn: str) -> str:
    return f"{crc32(arn.encode()):08x}"


def _counts(lineage: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for pair in lineage.split(",") if lineage else ():
        name, _, count = pair.partition(":")
        if count.isdigit():
            counts[name] = int(count)
    return counts


def count_of(lineage: str, arn: str) -> int:
    """How often the chain has come to this function already."""
    return _counts(lineage).get(_hash(arn), 0) if lineage else 0


def lengthened(lineage: str, arn: str) -> str:
    """The lineage of what this function calls."""
    if not lineage:
        return f"{_hash(arn)}:1"
    counts = _counts(lineage)
    counts[_hash(arn)] = counts.get(_hash(arn), 0) + 1
    return ",".join(f"{name}:{count}" for name, count in counts.items())

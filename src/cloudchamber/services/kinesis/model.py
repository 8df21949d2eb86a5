"""The values Kinesis keeps. Instants are milliseconds since the epoch. Hash keys are decimal texts: they have 128 bits."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import msgspec

from cloudchamber.services.kinesis import limits


class Shard(msgspec.Struct, frozen=True, array_like=True):
    """A shard, open or closed: a range of hash keys, both ends included.

    `epoch_s` leads its sequence numbers; it is larger than that of its parents. `parent` and `adjacent` are indexes, or -1.
    """

    index: int
    first: str
    last: str
    epoch_s: int
    created_at_ms: int
    parent: int = -1
    adjacent: int = -1
    closed_at_ms: int = 0

    @property
    def id(self) -> str:
        """AWS's name of it."""
        return f"shardId-{self.index:012d}"

    @property
    def span(self) -> tuple[int, int]:
        """The range as numbers."""
        return int(self.first), int(self.last)


class Stream(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """A stream with its shards in the order in which they were made. `number` names its records; it is never used again."""

    name: str
    number: int
    created_at_ms: int
    shards: tuple[Shard, ...]
    mode: str = "PROVISIONED"
    next_index: int = 0
    retention_hours: int = limits.RETENTION_HOURS_DEFAULT
    record_kib_max: int = limits.RECORD_KIB_DEFAULT
    encryption_type: str = "NONE"
    key_id: str = ""
    metrics: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    policy: str = ""
    warm_mibps: int = 0
    distribution: str = "USER_PARTITION_KEY"
    scaled_at_ms: tuple[int, ...] = ()
    mode_changed_at_ms: tuple[int, ...] = ()

    @cached_property
    def open_shards(self) -> list[Shard]:
        """The shards that take records, in the order of their hash keys."""
        return sorted((s for s in self.shards if not s.closed_at_ms), key=lambda shard: int(shard.first))

    @cached_property
    def _starts(self) -> list[int]:
        return [int(shard.first) for shard in self.open_shards]

    @cached_property
    def _by_id(self) -> dict[str, Shard]:
        return {shard.id: shard for shard in self.shards}

    def shard_for(self, hash_key: int) -> Shard:
        """The open shard whose range holds a hash key."""
        return self.open_shards[bisect_right(self._starts, hash_key) - 1]

    def shard(self, shard_id: str) -> Shard | None:
        """The shard of that name."""
        return self._by_id.get(shard_id)

    def trimmed_at_ms(self, now_ms: int) -> int:
        """Records that came at this instant or before can no longer be read."""
        return now_ms - self.retention_hours * limits.HOUR_MS


class Record(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A record in its shard, at the place `serial`."""

    serial: int
    at_ms: int
    partition_key: str
    data: bytes
    encryption_type: str = "NONE"

    @property
    def size_bytes(self) -> int:
        """What it counts against throughput."""
        return len(self.data) + len(self.partition_key.encode())


class Window(msgspec.Struct, frozen=True, array_like=True):
    """What was used of a shard's throughput since an instant."""

    at_ms: int = 0
    count: int = 0
    size_bytes: int = 0


class Tail(msgspec.Struct, frozen=True, array_like=True):
    """Where the next record of a shard goes, and how much was written lately."""

    next_serial: int = 1
    written: Window = Window()


class Consumer(msgspec.Struct, frozen=True, array_like=True):
    """A consumer registered for enhanced fan-out."""

    name: str
    stream_name: str
    created_at_ms: int
    tags: dict[str, str] = {}
    policy: str = ""

    @property
    def resource(self) -> str:
        """The resource part of its ARN."""
        return f"stream/{self.stream_name}/consumer/{self.name}:{self.created_at_ms // 1000}"


class Subscription(msgspec.Struct, frozen=True, array_like=True):
    """The one subscription of a consumer to a shard."""

    id: str
    at_ms: int

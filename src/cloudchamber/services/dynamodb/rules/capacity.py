"""Capacity units, as ReturnConsumedCapacity shows them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-units.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.services.dynamodb import limits
from cloudchamber.services.dynamodb.model import Index, Stored, Table
from cloudchamber.services.dynamodb.rules.indexes import Change


def read_units(size_bytes: int, *, consistent: bool) -> float:
    """The units of reading so many bytes; half for an eventually consistent read, and never nothing."""
    units = max(1, -(-size_bytes // limits.READ_UNIT_BYTES))
    return float(units) if consistent else units / 2


def write_units(size_bytes: int) -> float:
    """The units of writing so many bytes."""
    return float(max(1, -(-size_bytes // limits.WRITE_UNIT_BYTES)))


def _index_units(change: Change) -> float:
    """An entry that stays in place costs its larger size; one that moves is deleted and put."""
    before, after = change.before, change.after
    sizes = [entry.stored[0] for entry in (before, after) if entry]
    if before and after and before.key != after.key:
        return sum(map(write_units, sizes))
    return write_units(max(sizes))


class Consumed:
    """The units that one request takes from one table and its indexes."""

    __slots__ = ("indexes", "reads", "table", "writes")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.reads = 0.0
        self.writes = 0.0
        self.indexes: dict[str, float] = {}

    def read(self, units: float, index: Index | None = None) -> None:
        """Count a read of the table, or of one of its indexes."""
        if index is None:
            self.reads += units
        else:
            self.indexes[index.name] = self.indexes.get(index.name, 0.0) + units

    def write(self, old: Stored | None, new: Stored | None, changes: list[Change], *, times: int = 1) -> None:
        """Count a write: the larger of the item before and after, and each entry that changes."""
        self.writes += times * write_units(max(old[0] if old else 0, new[0] if new else 0))
        for change in changes:
            name = change.index.name
            self.indexes[name] = self.indexes.get(name, 0.0) + times * _index_units(change)

    def shown(self, wanted: str, *, kind: str = "") -> dict[str, Any]:
        """The ConsumedCapacity structure; transactions also name the `kind` of unit, ReadCapacityUnits or WriteCapacityUnits."""
        own = self.reads + self.writes
        total = own + sum(self.indexes.values())
        answer: dict[str, Any] = {"TableName": self.table.name, **_units(total, kind)}
        if wanted != "INDEXES":
            return answer
        answer["Table"] = _units(own, kind)
        for index in self.table.indexes:
            if index.name in self.indexes:
                member = "GlobalSecondaryIndexes" if index.is_global else "LocalSecondaryIndexes"
                answer.setdefault(member, {})[index.name] = _units(self.indexes[index.name], kind)
        return answer


def _units(units: float, kind: str) -> dict[str, float]:
    return {"CapacityUnits": units, kind: units} if kind else {"CapacityUnits": units}

"""What DynamoDB keeps beside its records: the definitions of tables, which every call on an item needs, decoded."""

from __future__ import annotations

from cloudchamber.aws import Cloud
from cloudchamber.services.dynamodb.model import Table

Place = tuple[str, str, str]
"""Account, region and name of a table."""


class Tables:
    """Definitions as they were last committed. One that a transaction changes is unknown until that has been committed.

    Should the change be undone, the definition stays unknown until the next one: it is read from the store meanwhile.
    This holds as long as one process has the store to itself, as it has today.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._known: dict[Place, Table] = {}
        self._changing: set[Place] = set()

    def get(self, place: Place) -> Table | None:
        """The table, when it is known."""
        return self._known.get(place)

    def keep(self, place: Place, table: Table) -> None:
        """Know a table that was read from the store, unless it is being changed."""
        if place not in self._changing:
            self._known[place] = table

    def changing(self, place: Place) -> None:
        """A transaction changes the table."""
        self._known.pop(place, None)
        self._changing.add(place)

    def changed(self, place: Place) -> None:
        """The change has been committed."""
        self._changing.discard(place)

    async def stop(self) -> None:
        """Nothing runs."""

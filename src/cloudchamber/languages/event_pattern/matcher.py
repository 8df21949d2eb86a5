"""Many patterns at once: an event is only held against the patterns that one of its values leads to."""

from collections.abc import Hashable, Iterator
from typing import Any

from cloudchamber.languages.event_pattern.dialects import Dialect
from cloudchamber.languages.event_pattern.fields import Fields
from cloudchamber.languages.event_pattern.leaves import Leaf
from cloudchamber.languages.event_pattern.pattern import Conjunction, Pattern, fields_of, holds

Entry = tuple[Hashable, Conjunction]
Bucket = dict[int, Entry]


class _PathIndex:
    """The entries that some value of one path leads to."""

    def __init__(self) -> None:
        self.exact: dict[Any, Bucket] = {}
        self.folded: dict[str, Bucket] = {}
        self.prefixes: dict[int, dict[str, Bucket]] = {}
        self.suffixes: dict[int, dict[str, Bucket]] = {}
        self.present: Bucket = {}

    def buckets(self, leaf: Leaf) -> list[Bucket]:
        """Return the buckets in which an entry must stand so that no match of the leaf is missed."""
        if leaf.tests:
            return [self.present]
        return [
            *(self.exact.setdefault(key, {}) for key in leaf.exact),
            *(self.folded.setdefault(text, {}) for text in leaf.folded),
            *(self.prefixes.setdefault(len(text), {}).setdefault(text, {}) for text in leaf.prefixes),
            *(self.suffixes.setdefault(len(text), {}).setdefault(text, {}) for text in leaf.suffixes),
        ]

    def found(self, key: Any) -> Iterator[Bucket]:
        """Yield the buckets that a value leads to."""
        yield self.present
        if key in self.exact:
            yield self.exact[key]
        if not isinstance(key, str):
            return
        if self.folded:
            yield self.folded.get(key.lower(), {})
        for length, texts in self.prefixes.items():
            yield texts.get(key[:length], {})
        for length, texts in self.suffixes.items():
            yield texts.get(key[-length:] if length else "", {})


class Matcher:
    """A set of patterns of one dialect, each under an id of its own.

    `matches` gives exactly the ids whose pattern alone would match the event; the time it takes depends on
    how many patterns share the event's rarest values, hardly on how many there are.
    """

    def __init__(self, dialect: Dialect = Dialect.EVENTS) -> None:
        self._dialect = dialect
        self._paths: dict[str, _PathIndex] = {}
        self._always: Bucket = {}
        self._places: dict[Hashable, list[tuple[int, Bucket]]] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._places)

    def add(self, identity: Hashable, pattern: Pattern) -> None:
        """Add a pattern, or replace the one under this id."""
        self.remove(identity)
        places = self._places[identity] = []
        for conjunction in pattern.conjunctions:
            self._serial += 1
            for bucket in self._access(conjunction):
                bucket[self._serial] = (identity, conjunction)
                places.append((self._serial, bucket))

    def remove(self, identity: Hashable) -> None:
        """Remove the pattern under an id, if there is one."""
        for serial, bucket in self._places.pop(identity, ()):
            bucket.pop(serial, None)

    def matches(self, event: dict[str, Any]) -> set[Hashable]:
        """Return the ids of the patterns that an event matches."""
        return self._matching(fields_of(event, self._dialect))

    def _matching(self, fields: Fields) -> set[Hashable]:
        found: set[Hashable] = set()
        candidates: Bucket = dict(self._always)
        for path, index in self._wanted(fields):
            for key, _ in fields[path]:
                for bucket in index.found(key):
                    if bucket:
                        candidates.update(bucket)
        for identity, conjunction in candidates.values():
            if identity not in found and holds(conjunction, fields):
                found.add(identity)
        return found

    def _wanted(self, fields: Fields) -> Iterator[tuple[str, _PathIndex]]:
        paths = self._paths
        for path in fields:
            index = paths.get(path)
            if index is not None:
                yield path, index

    def _access(self, conjunction: Conjunction) -> list[Bucket]:
        """Return the buckets of the leaf that fewest other entries share."""
        best, best_size = [self._always], None
        for path, leaf in conjunction:
            if leaf.absent:
                continue
            buckets = self._paths.setdefault(path, _PathIndex()).buckets(leaf)
            size = (bool(leaf.tests), max(map(len, buckets)))
            if best_size is None or size < best_size:
                best, best_size = buckets, size
        return best

"""What is compared: all that an application has left behind when it came to rest, by the names of its template.

Values are plain: text, numbers (`int`, or `Decimal` where there is a fraction), booleans, None, lists and dictionaries. Bodies
that are JSON are parsed; large ones are a digest.
"""

from __future__ import annotations

from typing import Any

import msgspec


class DeadLetters(msgspec.Struct, frozen=True):
    """Whose events end in a dead-letter queue, and after how many tries.

    `source`: such as `queue Orders`, `function Charge`, `rule OrderPlaced`, `subscription Audit`.
    `tries_count`: how often an event of that source is tried before it is given up.
    """

    source: str
    tries_count: int


class Layout(msgspec.Struct):
    """What does not change while an application runs, and what comparing needs to know of it.

    `keys`: the key attributes of each table. `fifo`: the queues in which order means something. `dead_letters`: the queues that
    take what was given up, each with its sources. `consumed`: the queues that a function or a pipe reads. `names`: physical names
    and logical ids, by kind of place (`table`, `bucket`, `queue`, `stream`, `workflow`).
    """

    keys: dict[str, tuple[str, ...]] = {}
    fifo: tuple[str, ...] = ()
    dead_letters: dict[str, tuple[DeadLetters, ...]] = {}
    consumed: tuple[str, ...] = ()
    names: dict[str, dict[str, str]] = {}


class State(msgspec.Struct):
    """All that is there at the end of a run.

    `tables`: items. `buckets`: objects by key. `queues`: messages, oldest first, as `{"body", "attributes", "group"}` with only
    what they have. `workflows`: executions of state machines. `http`: calls that left the cloud, by URL. `streams`: records, in
    order, as `{"key", "data"}`. `began_at_ms` and `ended_at_ms` say which instants are the clock's.
    """

    tables: dict[str, list[dict[str, Any]]] = {}
    buckets: dict[str, dict[str, Any]] = {}
    queues: dict[str, list[Any]] = {}
    workflows: dict[str, list[Any]] = {}
    http: dict[str, list[Any]] = {}
    streams: dict[str, list[Any]] = {}
    layout: Layout = msgspec.field(default_factory=Layout)
    began_at_ms: int = 0
    ended_at_ms: int = 0

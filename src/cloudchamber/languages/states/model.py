"""A definition as it is run: states with everything in them compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.languages.states.jsonpath import Path
from cloudchamber.languages.states.scope import Scope
from cloudchamber.languages.states.templates import Template

Keys = tuple[str | int, ...]


class Retrier(msgspec.Struct, frozen=True):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error"""

    error_equals: tuple[str, ...]
    interval_seconds: int = 1
    attempts_max: int = 3
    backoff_rate: float = 2.0
    delay_seconds_max: int | None = None
    full_jitter: bool = False


class Catcher(msgspec.Struct, frozen=True):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states"""

    error_equals: tuple[str, ...]
    next: str
    result_path: Keys | None = ()
    assign: Template | None = None
    output: Template | None = None


class ChoiceRule(msgspec.Struct, frozen=True):
    """One rule of a Choice state: where to go when its condition holds."""

    holds: Callable[[Scope], bool]
    next: str
    assign: Template | None = None
    output: Template | None = None


class Processor(msgspec.Struct, frozen=True):
    """A Map's ItemProcessor, and how its items are read, grouped and written."""

    start_at: str
    source: dict[str, Any]
    distributed: bool = False
    execution_type: str = "STANDARD"
    label: str = ""
    reader: Template | None = None
    reader_resource: str = ""
    reader_config: dict[str, Any] = {}
    batcher: dict[str, Any] | None = None
    batch_input: Template | None = None
    writer: Template | None = None
    writer_resource: str = ""
    tolerated_count: Template | None = None
    tolerated_percentage: Template | None = None


class State(msgspec.Struct, frozen=True):
    """One state. `next` is None for a state that ends its branch.

    Paths that are `null` in the definition are None. Templates give values; each belongs to the query language of the state.
    """

    name: str
    type: str
    jsonata: bool
    next: str | None = None
    input_path: Path | None = None
    output_path: Path | None = None
    result_path: Keys | None = ()
    arguments: Template | None = None
    result_selector: Template | None = None
    assign: Template | None = None
    output: Template | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    result: Template | None = None
    rules: tuple[ChoiceRule, ...] = ()
    default: str | None = None
    seconds: Template | None = None
    timestamp: Template | None = None
    error: Template | None = None
    cause: Template | None = None
    resource: str = ""
    timeout: Template | None = None
    heartbeat: Template | None = None
    credentials: Template | None = None
    branches: tuple[str, ...] = ()
    items: Template | None = None
    item_selector: Template | None = None
    concurrency: Template | None = None
    processor: Processor | None = None


class Definition(msgspec.Struct, frozen=True):
    """A whole state machine. Names of states are unique in it, those in branches included."""

    start_at: str
    states: dict[str, State]
    timeout_seconds: int | None = None
    comment: str = ""

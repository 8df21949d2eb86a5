"""The Amazon States Language: a definition's text is validated, compiled, and interpreted as transitions over values.

https://states-language.net/spec.html
"""

from cloudchamber.languages.states.advance import Advance, advance
from cloudchamber.languages.states.compiling import compile_definition, compile_text
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.machine import DATA_BYTES_MAX, timestamp
from cloudchamber.languages.states.map_runs import batches, is_exceeded, read_items
from cloudchamber.languages.states.model import Definition, Processor, State
from cloudchamber.languages.states.resources import Resource, resource_of
from cloudchamber.languages.states.run import (
    Effect,
    Ended,
    Happening,
    Item,
    Recorded,
    Run,
    SetTimer,
    StartMapRun,
    StartTask,
    Strand,
)
from cloudchamber.languages.states.validation import Diagnostic, validate

__all__ = [
    "DATA_BYTES_MAX",
    "Advance",
    "Definition",
    "Diagnostic",
    "Effect",
    "Ended",
    "Happening",
    "Item",
    "Processor",
    "Recorded",
    "Resource",
    "Run",
    "SetTimer",
    "StartMapRun",
    "StartTask",
    "State",
    "StatesError",
    "Strand",
    "advance",
    "batches",
    "compile_definition",
    "compile_text",
    "is_exceeded",
    "read_items",
    "resource_of",
    "timestamp",
    "validate",
]

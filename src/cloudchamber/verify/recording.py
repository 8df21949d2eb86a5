"""A recording: what entered an application from outside, in order, and what was there at the end. A file of JSON lines.

The first line says where and when, the last what was there in the end; between them lies a line for each request. Names that a
deployment makes up stand as `${LogicalId}` (see `recording_names`), what an earlier answer gave as `${#3.Member}` (see
`recording_answers`), so that the file means the same for another deployment of the application.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.verify.scenario import ScenarioError
from cloudchamber.verify.state import State

VERSION = 1


class RecordingError(ScenarioError):
    """The recording cannot be used; the message says why."""


class Resource(msgspec.Struct, frozen=True):
    """What a template calls a resource, and what it was called where the recording was made."""

    logical_id: str
    physical_id: str
    type: str


class Stack(msgspec.Struct, frozen=True):
    """A stack as it was deployed."""

    name: str
    parameters: dict[str, str]
    resources: list[Resource]


class Begin(msgspec.Struct, frozen=True, tag_field="line", tag="begin"):
    """The first line. `held`: what was there already, for people. `ignore`: what may differ, as IGNORE of a scenario file."""

    version: int
    began_at_ms: int
    account: str
    region: str
    stacks: list[Stack]
    held: list[str] = []
    ignore: list[str] = []


class Http(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request to something that was deployed. `kind`: such as `execute-api`, or `lambda-url`; `path` begins behind `id`."""

    kind: str
    id: str
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: Any = ""


class Request(msgspec.Struct, frozen=True, tag_field="line", tag="request", omit_defaults=True):
    """One request, `at_ms` after the beginning: a call (`service`, `operation`, `request`), or `http`.

    `account` and `region`: where they are not those of the recording. `status` and `error` say how it was answered then.
    """

    number: int
    at_ms: int
    service: str = ""
    operation: str = ""
    request: dict[str, Any] = {}
    http: Http | None = None
    account: str = ""
    region: str = ""
    status: int = 0
    error: str = ""

    @property
    def title(self) -> str:
        """What it is, for people."""
        if self.http is None:
            return f"{self.service} {self.operation}"
        return re.sub(r"\$\{(.*?)\}", r"\1", f"{self.http.method} {self.http.path} of {self.http.id}")


class End(msgspec.Struct, frozen=True, tag_field="line", tag="end"):
    """The last line. `waiting`: what was not done yet, for people."""

    ended_at_ms: int
    waiting: list[str]
    state: State


class Recording(msgspec.Struct, frozen=True):
    """All of it."""

    begin: Begin
    requests: list[Request]
    end: End

    def lines(self) -> bytes:
        """The file."""
        return b"".join(_ENCODER.encode(line) + b"\n" for line in (self.begin, *self.requests, self.end))


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(Begin | Request | End, float_hook=Decimal)


def read(path: Path) -> Recording:
    """The recording of a file. Raises RecordingError."""
    if not path.is_file():
        raise RecordingError(f"There is no recording {path}. Make one with `cloudchamber record {path}`.")
    lines: list[Begin | Request | End] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            lines.append(_DECODER.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RecordingError(f"{path} is no recording: line {number} does not fit: {error}.") from None
    first, last = (lines[0], lines[-1]) if lines else (None, None)
    if not isinstance(first, Begin):
        raise RecordingError(f"{path} is no recording: it has no first line that says where it was made.")
    if first.version != VERSION:
        raise RecordingError(f"{path} has version {first.version}; this Cloud Chamber reads {VERSION}.")
    if not isinstance(last, End):
        raise RecordingError(
            f"{path} is not whole: its last line, with what was there at the end, is missing."
        )
    return Recording(first, [line for line in lines if isinstance(line, Request)], last)

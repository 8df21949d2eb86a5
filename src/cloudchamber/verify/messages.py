"""What the verifier and its workers say to each other: frames of a length and MessagePack, over pipes."""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.model import Application, Schedule
from cloudchamber.verify.points import Point, Surroundings

LENGTH = struct.Struct("!I")


class Setup(msgspec.Struct, frozen=True):
    """The first word: what to run, and the folder that all workers may share."""

    application: Application
    seed: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """A worker has deployed the application and run its scenario without faults.

    `names`: the logical ids of resources, by what their physical ids end with. `unsteady`: what differs between two such runs.
    """

    points: list[Point]
    around: Surroundings
    choices: list[int]
    names: dict[str, str]
    tracks: list[Track]
    problems: list[str]
    unsteady: list[Difference]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A worker could not begin; `text` says why."""

    text: str


class Job(msgspec.Struct, frozen=True):
    """Run this, which strikes these functions; `told`: with its tracks."""

    schedule: Schedule
    struck: tuple[str, ...] = ()
    told: bool = False


class Outcome(msgspec.Struct, frozen=True, tag=True):
    """How it went, against the run without faults. `blamed`: the functions whose differences they are."""

    schedule: Schedule
    differences: list[Difference]
    problems: list[str]
    choices: list[int]
    blamed: list[str] = []
    tracks: list[Track] = []


def frame(message: Any) -> bytes:
    """One message, ready to be written."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body

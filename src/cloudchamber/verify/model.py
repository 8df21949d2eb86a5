"""The words of verification: an application, a schedule, what a run leaves behind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cloudchamber.aws.faults import Fault
from cloudchamber.aws.tracks import Track
from cloudchamber.verify.state import State


class Application(msgspec.Struct, frozen=True):
    """What is verified: a template, and the file that holds its scenarios.

    `scenario` is a function of that file; `recording` a file of recorded calls that is replayed instead.
    """

    template: str
    scenario_file: str = ""
    scenario: str = "scenario"
    recording: str = ""
    parameters: dict[str, str] = {}

    @property
    def name(self) -> str:
        """What a report calls it: the template's folder, and the one above it when that is only a variant."""
        folder = Path(self.template).resolve().parent
        return f"{folder.parent.name}/{folder.name}" if self.is_variant else folder.name

    @property
    def is_variant(self) -> bool:
        """Whether its scenario lies in the folder above: then others lie beside it."""
        return (
            bool(self.scenario_file)
            and Path(self.scenario_file).resolve().parent == Path(self.template).resolve().parent.parent
        )


class Preemption(msgspec.Struct, frozen=True, array_like=True):
    """The `at`-th time that several could go on, the `to`-th of the others does instead of the one that went last; from 0."""

    at: int
    to: int = 0


class Schedule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way in which things may go: what is struck, and who interrupts whom.

    `priorities`: a seed from which priorities are drawn at random instead, changed at `changes` points.
    """

    faults: tuple[Fault, ...] = ()
    preemptions: tuple[Preemption, ...] = ()
    priorities: int | None = None
    changes: int = 0

    @property
    def size(self) -> int:
        """How much is unusual about it."""
        return len(self.faults) + len(self.preemptions) + (1 if self.priorities is not None else 0)


class Run(msgspec.Struct):
    """What one run of a schedule left behind.

    `problems`: what went wrong beside the state: broken invariants, an application that does not come to rest.
    `choices`: how many others could have gone on, at each time that several could.
    """

    schedule: Schedule
    state: State
    problems: list[str]
    choices: list[int]
    tracks: list[Track]
    duration_ms: int = 0  # of virtual time

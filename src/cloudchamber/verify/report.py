"""What one verification found, ready to be told: the input of everything in `reports`."""

from __future__ import annotations

import msgspec

from cloudchamber.aws.tracks import Track
from cloudchamber.verify.advice import Advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import Name, Verdict
from cloudchamber.verify.model import Schedule


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with a handler, and how to see it again.

    `name`: what it shows. `schedule`: shrunk to the least that shows it. `differences` and `problems` (broken invariants, "did
    not come to rest") are what it shows; `notes` what of the rest is explained. `tracks`: those of the run, oldest first;
    `repeat`: the command that runs it again. `baseline_tracks`: those of the run without faults, when they are at hand.
    Tracks and schedule name resources as the template does.
    """

    handler: str
    name: Name
    schedule: Schedule
    differences: list[Difference]
    problems: list[str] = []
    notes: list[str] = []
    tracks: list[Track] = []
    baseline_tracks: list[Track] = []
    repeat: str = ""
    advice: tuple[Advice, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """A whole verification of one application under one scenario.

    `application`: its name or folder. `scenario`: the function's name. `verdicts`: one for each handler. `findings`: the worst
    first. `runs_count`: runs made, the one without faults among them. `schedules_per_minute`: how quick they were. `accepted`:
    handlers (or `handler: verdict`) whose findings somebody has accepted: they are told, and fail nothing. `notes`: what a reader
    has to know, such as parts of the application that could not be reached.
    """

    application: str
    scenario: str
    seed: int
    verdicts: list[Verdict]
    findings: list[Finding] = []
    runs_count: int = 0
    schedules_per_minute: float = 0.0
    elapsed_ms: int = 0
    accepted: list[str] = []
    notes: list[str] = []

    def is_accepted(self, handler: str, name: Name) -> bool:
        """Whether somebody has accepted that verdict of that handler."""
        return handler in self.accepted or f"{handler}: {name}" in self.accepted

    @property
    def failures(self) -> list[Verdict]:
        """The verdicts that make the verification fail."""
        return [
            each
            for each in self.verdicts
            if not each.is_good and not all(self.is_accepted(each.handler, name) for name in each.all)
        ]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong that was not accepted."""
        return not self.failures

    def findings_of(self, handler: str) -> list[Finding]:
        """What was found of one handler, in the order of the report."""
        return [each for each in self.findings if each.handler == handler]

"""`chamber.verify`: a test that an application survives what AWS says will happen."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudchamber.pytest_plugin.clock import Duration

if TYPE_CHECKING:
    from cloudchamber.verify.report import Report

WIDTH = 110  # of the report, in characters


class NotVerified(AssertionError):
    """A handler does not survive; the message is the report of `cloudchamber verify`. `report` holds its parts."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"\n{_text(report)}")


def verify(  # noqa: PLR0913 - the options of the command
    scenario: str | Path,
    template: str | Path | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    runs: int | None = None,
    time: Duration | None = None,
    seed: int = 0,
    jobs: int = 0,
    accept: Sequence[str] = (),
) -> Report:
    """Run a scenario under schedules of faults and interleavings, and judge each handler. Raises NotVerified, unless all is well.

    `scenario`: `scenario.py`, `scenario.py::scenario_of_a_refund`, or a recording (`.jsonl`). `template`: the file or its folder;
    the folder of the scenario when left out. `runs`, `time` (real): stop after so many; without both, after all that is
    systematic and some random ones. `jobs`: processes side by side, 0 for one a core. `accept`: handlers, or `handler: verdict`,
    whose findings fail nothing.
    """
    import msgspec

    from cloudchamber.app.templates import template_in
    from cloudchamber.clock.durations import duration_ms
    from cloudchamber.verify.model import Application
    from cloudchamber.verify.verification import Budget, Verification

    file, _, name = str(scenario).partition("::")
    path = Path(template) if template else Path(file).parent
    found = str((template_in(path) if path.is_dir() else path).resolve())
    given = {key: str(value) for key, value in (parameters or {}).items()}
    if file.endswith((".jsonl", ".json")):
        application = Application(found, recording=str(Path(file).resolve()), parameters=given)
    else:
        application = Application(found, str(Path(file).resolve()), name or "scenario", parameters=given)
    budget = Budget(runs, None if time is None else duration_ms(time) / 1000)
    report = asyncio.run(Verification(application, seed, budget, jobs).run())
    report = msgspec.structs.replace(report, accepted=list(accept))
    if not report.is_good:
        raise NotVerified(report)
    return report


def _text(report: Report) -> str:
    from rich.console import Console

    from cloudchamber.verify.reports.text import render

    console = Console(file=io.StringIO(), width=WIDTH, record=True, color_system=None)
    render(report, console)
    return console.export_text()

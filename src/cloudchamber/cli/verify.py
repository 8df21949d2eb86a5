"""`cloudchamber verify`: scenarios under many schedules, and the verdict on each handler."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from cloudchamber.app.templates import template_in
from cloudchamber.clock.durations import duration_ms
from cloudchamber.verify import scenario as scenarios
from cloudchamber.verify.advice import advice, kinds_of
from cloudchamber.verify.judge import Verdict, judge, judge_run
from cloudchamber.verify.messages import Outcome, Ready
from cloudchamber.verify.model import Application, Schedule
from cloudchamber.verify.naming import schedule_named, tracks_named
from cloudchamber.verify.pool import CannotVerify
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.tokens import NotASchedule, schedule_of
from cloudchamber.verify.tree import named
from cloudchamber.verify.verification import Budget, Verification, repeat

CANNOT = 2  # exit status: nothing could be verified


def run(**options: Any) -> int:
    """All scenarios, one report each; the exit status: 0 when nothing is wrong that was not accepted, 1 when something is."""
    console = Console(stderr=True)
    try:
        accepted = _accepted(options["accept"])
        applications = _applications(
            options["scenario"], options["template"], dict(_parameter(p) for p in options["parameter"])
        )
        if options["repeat"]:
            return _repeat(applications[0], options)
        reports = [_verify(application, options, console) for application in applications]
    except (CannotVerify, NotASchedule, scenarios.ScenarioError) as error:
        console.print(f"[bold red]Nothing was verified.[/] {escape(str(error))}", highlight=False)
        return CANNOT
    reports = [msgspec.structs.replace(report, accepted=accepted) for report in reports]
    _write(reports, options)
    if not all(report.is_good for report in reports):
        return 1
    return 0 if all(map(_reaches_something, reports)) else CANNOT


def _reaches_something(report: Report) -> bool:
    return any(verdict.name != "not reached" for verdict in report.verdicts)


def _applications(named: str | None, template: Path | None, parameters: dict[str, str]) -> list[Application]:
    """What is to be verified: each scenario of the file, or the one that is named; a folder names the application."""
    if named and template is None and Path(named).is_dir():
        named, template = None, Path(named)
    found = template if template and template.is_file() else template_in(template or Path())
    if not found.is_file():
        raise CannotVerify(f"There is no {found}. Name the template with --template.")
    if named and named.endswith((".jsonl", ".json")):
        return [Application(str(found), scenario="", recording=named, parameters=parameters)]
    file, name = _scenario_file(named, found)
    names = [name] if name else scenarios.names_in(file)
    if not names:
        raise CannotVerify(f"{file} holds no scenario: write a function `def scenario(chamber): ...`.")
    return [Application(str(found), str(file), each, parameters=parameters) for each in names]


def _scenario_file(named: str | None, template: Path) -> tuple[Path, str]:
    file, _, name = (named or "").partition("::")
    if file and not file.endswith(".py"):
        file, name = "", file
    if file:
        return Path(file), name
    for folder in (template.parent, template.parent.parent):
        if (folder / scenarios.DEFAULT_FILE).is_file():
            return folder / scenarios.DEFAULT_FILE, name
    return template.parent / scenarios.DEFAULT_FILE, name


def _verify(application: Application, options: dict[str, Any], console: Console) -> Report:
    verification = Verification(application, options["seed"], _budget(options), options["jobs"])
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    shown = console.is_terminal and not options["quiet"]
    with bar if shown else nullcontext():
        task = bar.add_task(f"{application.scenario or application.recording}: deploying", total=None)

        def on_progress(progress: Any) -> None:
            convicted = f", {len(progress.convicted)} convicted" if progress.convicted else ""
            text = f"{application.scenario or application.recording}{convicted}"
            total = progress.planned_count or options["runs"]
            bar.update(task, completed=progress.runs_count, total=total, description=text)

        return asyncio.run(verification.run(on_progress))


def _repeat(application: Application, options: dict[str, Any]) -> int:
    """Run one schedule again, and show it."""
    seed, schedule = options["seed"], schedule_of(options["repeat"])
    ready, outcome = asyncio.run(repeat(application, seed, schedule))
    guilty = _guilty(schedule, ready, outcome)
    verdict: Verdict = judge(named(guilty, ready.names), [(schedule, outcome.differences, outcome.problems)])
    judged = judge_run(schedule, outcome.differences, outcome.problems)
    finding = Finding(
        verdict.handler,
        verdict.name,
        schedule_named(schedule, ready.names),
        list(judged.differences),
        outcome.problems,
        list(judged.notes),
        tracks_named(outcome.tracks, ready.names),
        tracks_named(ready.tracks, ready.names),
        advice=advice(verdict.name, kinds_of(schedule)),
    )
    report = Report(
        application.name,
        application.recording or application.scenario,
        seed,
        [verdict],
        [] if verdict.is_good else [finding],
        runs_count=1,
    )
    _write([report], options)
    return 0 if verdict.is_good else 1


def _guilty(schedule: Schedule, ready: Ready, outcome: Outcome) -> str:
    """The function whose run it was: who is to blame, or who was struck, or the first."""
    struck = [name for fault in schedule.faults for name in (fault.caller, fault.resource)]
    functions = ready.around.functions
    return next((name for name in (*outcome.blamed, *struck, *functions) if name in functions), "")


def _write(reports: list[Report], options: dict[str, Any]) -> None:
    from cloudchamber.verify.reports.as_json import as_dict
    from cloudchamber.verify.reports.html import page
    from cloudchamber.verify.reports.junit import junit
    from cloudchamber.verify.reports.text import render

    if options.get("json"):
        click.echo(msgspec.json.format(msgspec.json.encode([as_dict(report) for report in reports])).decode())
    else:
        console = Console()
        for report in reports:
            render(report, console)
    if options.get("html"):
        options["html"].write_text(page(reports))
    if options.get("junit"):
        options["junit"].write_text(junit(reports))
    if options.get("write_accepted"):
        found = sorted(
            {f"{verdict.handler}: {name}" for r in reports for verdict in r.verdicts for name in verdict.all}
        )
        options["write_accepted"].write_text(yaml.safe_dump(found, sort_keys=False))


def _accepted(file: Path | None) -> list[str]:
    """Handlers, or `handler: verdict`. Raises CannotVerify."""
    if file is None:
        return []
    try:
        listed: Any = yaml.safe_load(file.read_text()) or []
    except yaml.YAMLError as error:
        raise CannotVerify(f"{file} is no YAML: {error}") from error
    if not isinstance(listed, list):
        raise CannotVerify(f"{file} is no list: write `- Handler` or `- 'Handler: verdict'`, one a line.")
    return [
        next(f"{k}: {v}" for k, v in each.items()) if isinstance(each, dict) else str(each) for each in listed
    ]


def _parameter(text: str) -> tuple[str, str]:
    """A parameter of the command line. Raises CannotVerify."""
    key, equals, value = text.partition("=")
    if not equals:
        raise CannotVerify(f"--parameter {text}: write it as KEY=VALUE.")
    return key, value


def _budget(options: dict[str, Any]) -> Budget:
    """When to stop, as the command line says. Raises CannotVerify."""
    try:
        return Budget(options["runs"], duration_ms(options["time"]) / 1000 if options["time"] else None)
    except ValueError as error:
        raise CannotVerify(f"--time {options['time']}: {error}") from error

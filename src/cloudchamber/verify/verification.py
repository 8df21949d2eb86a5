"""One verification from beginning to end: baseline, schedules, verdicts, the smallest schedule for each finding."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

import msgspec

from cloudchamber.verify.advice import advice, kinds_of
from cloudchamber.verify.doubts import doubts
from cloudchamber.verify.explore import Explorer, Planned
from cloudchamber.verify.judge import Judged, Name, Verdict, judge, judge_run
from cloudchamber.verify.messages import Outcome, Ready
from cloudchamber.verify.model import Application, Schedule
from cloudchamber.verify.naming import schedule_named, tracks_named
from cloudchamber.verify.pool import CannotVerify, Pool
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.shrink import shrink
from cloudchamber.verify.tokens import token_of

RANDOM_RUNS = 100


class Budget(msgspec.Struct, frozen=True):
    """When to stop: after so many runs, after so many seconds, or (both None) after all systematic runs and some random ones.

    `until_convicted`: and at the first run that shows something.
    """

    runs: int | None = None
    seconds: float | None = None
    until_convicted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether neither runs nor seconds are given."""
        return self.runs is None and self.seconds is None


class Progress(msgspec.Struct, frozen=True):
    """How far it is. `planned_count` grows as runs show what else could happen; None while chance decides."""

    runs_count: int
    planned_count: int | None
    convicted: tuple[str, ...]


OnProgress = Callable[[Progress], object]


class Verification:
    """`await Verification(application, seed, budget).run(on_progress)`.

    What runs tell is taken in the order in which they were planned, whoever ends first: so the same seed gives the same schedules
    and the same report with any number of workers.
    """

    def __init__(
        self,
        application: Application,
        seed: int = 0,
        budget: Budget | None = None,
        jobs: int = 0,
    ) -> None:
        self._application, self._seed, self._jobs = application, seed, jobs
        self._budget = budget or Budget()
        self._pool: Pool
        self._explorer: Explorer
        self._judged: dict[str, list[Judged]] = {}
        self._runs_count = self._heard_count = self._random_count = self._open_count = 0
        self._ended: dict[
            int, tuple[Planned, Outcome]
        ] = {}  # by number, until all runs before it have been heard
        self._news: asyncio.Condition
        self._convicted: dict[str, float] = {}  # handler -> seconds until it was first convicted
        self._started_s = 0.0

    async def run(self, on_progress: OnProgress = lambda progress: None) -> Report:
        """The report. Raises CannotVerify when the application or its scenario cannot be run, or vary without any fault."""
        self._started_s = perf_counter()
        self._pool = await Pool.open(self._application, self._seed, self._jobs)
        try:
            ready = self._pool.ready
            _check(ready)
            self._judged = {function: [] for function in ready.around.functions}
            self._explorer = Explorer(ready.points, ready.around, ready.choices, self._seed)
            self._news = asyncio.Condition()
            opened_s = perf_counter()
            await asyncio.gather(*(self._work(on_progress) for _ in self._pool.workers))
            spent_s = perf_counter() - opened_s
            return await self._report(ready, spent_s)
        finally:
            await self._pool.close()

    @property
    def first_convictions_s(self) -> dict[str, float]:
        """Seconds from the start until each handler was first convicted."""
        return self._convicted

    async def _work(self, on_progress: OnProgress) -> None:
        while planned := await self._next():
            number = self._runs_count
            self._runs_count += 1
            self._ended[number] = planned, await self._pool.run(planned.schedule, planned.functions)
            async with self._news:
                self._hear()
                self._news.notify_all()
            left = None if self._random_count else self._explorer.planned_count
            planned_count = None if left is None else self._runs_count + left
            on_progress(Progress(self._runs_count, planned_count, tuple(self._convicted)))

    async def _next(self) -> Planned | None:
        """What to run next. While none is known, those that still run may bring more."""
        async with self._news:
            while not self._is_spent():
                planned = self._explorer.systematic()
                if planned:
                    self._open_count += 1
                    return planned
                if not self._open_count:
                    return self._by_chance()
                await self._news.wait()
            return None

    def _is_spent(self) -> bool:
        budget = self._budget
        if budget.seconds is not None and perf_counter() - self._started_s >= budget.seconds:
            return True
        if budget.runs is not None and self._runs_count >= budget.runs:
            return True
        return budget.until_convicted and bool(self._convicted)

    def _by_chance(self) -> Planned | None:
        if self._budget.is_open and self._random_count >= RANDOM_RUNS:
            return None
        self._random_count += 1
        return self._explorer.random()

    def _hear(self) -> None:
        """Take what runs have told, in the order in which they were planned."""
        while self._heard_count in self._ended and not (self._budget.until_convicted and self._convicted):
            planned, outcome = self._ended.pop(self._heard_count)
            self._heard_count += 1
            self._explorer.heard(planned, outcome.choices)
            self._note(planned, outcome)
            if planned.schedule.priorities is None:
                self._open_count -= 1

    def _note(self, planned: Planned, outcome: Outcome) -> None:
        judged = (outcome.schedule, outcome.differences, outcome.problems)
        if judge_run(*judged).is_good:
            outcome.blamed.clear()
        for function in planned.functions:
            if function not in outcome.blamed:
                self._judged[function].append((outcome.schedule, [], []))
        for function in outcome.blamed:
            self._judged[function].append(judged)
            self._convicted.setdefault(self._name(function), perf_counter() - self._started_s)

    def _name(self, function: str) -> str:
        return self._pool.ready.names.get(function, function)

    # -- the report

    async def _report(self, ready: Ready, spent_s: float) -> Report:
        reached = {point.function for point in ready.points}
        doubted = doubts(ready.tracks, ready.names)
        verdicts: list[Verdict] = []
        findings: list[Finding] = []
        for function, runs in self._judged.items():
            is_proven = function in reached and self._name(function) not in doubted
            verdict = judge(self._name(function), runs if is_proven else [])
            verdicts.append(verdict)
            for name in () if verdict.is_good else verdict.all:
                findings += await self._findings(function, name, runs)
        return Report(
            self._application.name,
            self._application.recording or self._application.scenario,
            self._seed,
            verdicts,
            findings,
            runs_count=self._heard_count + 1,
            schedules_per_minute=60 * self._runs_count / spent_s if spent_s else 0.0,
            notes=list(doubted.values()),
            elapsed_ms=int(1000 * (perf_counter() - self._started_s)),
        )

    async def _findings(self, function: str, name: Name, runs: list[Judged]) -> list[Finding]:
        """The smallest schedule that shows it; and the smallest that needs a race, which another cure may be needed for."""
        showing = [run[0] for run in runs if name in judge_run(*run).names]
        smallest = [await self._shrunk(function, name, min(showing, key=lambda schedule: schedule.size))]
        races = [schedule for schedule in showing if is_race(schedule)]
        if races and not is_race(smallest[0]):
            race = await self._shrunk(function, name, min(races, key=lambda schedule: schedule.size))
            smallest += [race] if is_race(race) else []
        return [await self._finding(function, name, schedule) for schedule in smallest]

    async def _shrunk(self, function: str, name: Name, schedule: Schedule) -> Schedule:
        async def shows(smaller: Schedule) -> bool:
            outcome = await self._pool.run(smaller, (function,))
            judged = judge_run(outcome.schedule, outcome.differences, outcome.problems)
            return function in outcome.blamed and name in judged.names

        return await shrink(schedule, shows) if schedule.size > 1 else schedule

    async def _finding(self, function: str, name: Name, schedule: Schedule) -> Finding:
        outcome = await self._pool.run(schedule, told=True)
        judged = judge_run(outcome.schedule, outcome.differences, outcome.problems)
        return Finding(
            self._name(function),
            name,
            schedule_named(schedule, self._pool.ready.names),
            list(judged.differences),
            outcome.problems,
            list(judged.notes),
            tracks_named(outcome.tracks, self._pool.ready.names),
            tracks_named(self._pool.ready.tracks, self._pool.ready.names),
            self._repeat(schedule),
            advice(name, kinds_of(schedule)),
        )

    def _repeat(self, schedule: Schedule) -> str:
        application = self._application
        what = application.recording or f"{application.scenario_file}::{application.scenario}"
        return f"cloudchamber verify {what} --template {application.template} --seed {self._seed} --repeat {token_of(schedule)}"


def is_race(schedule: Schedule) -> bool:
    """Whether it takes two at once, one of them interrupted."""
    return bool(schedule.preemptions) or schedule.priorities is not None


async def repeat(application: Application, seed: int, schedule: Schedule) -> tuple[Ready, Outcome]:
    """Run one schedule again, with its tracks. Raises CannotVerify."""
    pool = await Pool.open(application, seed, 1)
    try:
        return pool.ready, await pool.run(schedule, told=True)
    finally:
        await pool.close()


def _check(ready: Ready) -> None:
    if ready.problems:
        raise CannotVerify("Without any fault: " + "; ".join(ready.problems))
    if ready.unsteady:
        texts = "\n  ".join(difference.text for difference in ready.unsteady[:5])
        raise CannotVerify(
            "Two runs without any fault end differently, so no difference would mean anything. Name what may differ in IGNORE of"
            f" the scenario file (paths such as {ready.unsteady[0].path}):\n  {texts}"
        )

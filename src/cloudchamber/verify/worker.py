"""A process that runs schedules, one after another, on a stage of its own: `python -m cloudchamber.verify.worker`."""

from __future__ import annotations

import asyncio
import os
from typing import BinaryIO, TypeVar

import msgspec
import uvloop

from cloudchamber.verify.blame import blamed, effects
from cloudchamber.verify.compare import differences
from cloudchamber.verify.layout import last_part
from cloudchamber.verify.messages import LENGTH, Failed, Job, Outcome, Ready, Setup, frame
from cloudchamber.verify.model import Run, Schedule
from cloudchamber.verify.points import points
from cloudchamber.verify.scenario import ScenarioError
from cloudchamber.verify.stage import DidNotDeploy, Stage

T = TypeVar("T")
RUN_S_MAX = 120  # of the machine's time, for one run: most take some hundredths


def main() -> None:
    """Serve until standard input ends."""
    words_in, words_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a scenario prints is not a word of ours
    uvloop.run(_serve(words_in, words_out))


async def _serve(words_in: BinaryIO, words_out: BinaryIO) -> None:
    setup = _read(words_in, Setup)
    if setup is None:
        return
    try:
        stage = await Stage.open(setup.application, setup.seed)
    except (DidNotDeploy, ScenarioError) as error:
        _write(words_out, Failed(str(error)))
        return
    try:
        baseline = await stage.run(Schedule())
        _write(words_out, await _ready(stage, baseline))
        await _work(stage, baseline, words_in, words_out)
    finally:
        await stage.close()


async def _work(stage: Stage, baseline: Run, words_in: BinaryIO, words_out: BinaryIO) -> None:
    """One job after another. A run that does not end, or for which nobody waits any more, is broken off with this process."""
    loop = asyncio.get_running_loop()
    names = _names(stage)
    usual = effects(baseline.tracks, names)
    coming = loop.run_in_executor(None, _read, words_in, Job)
    while job := await coming:
        coming = loop.run_in_executor(None, _read, words_in, Job)
        running = asyncio.ensure_future(stage.run(job.schedule))
        await asyncio.wait({running, coming}, timeout=RUN_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            if not coming.done():
                _write(words_out, Failed(f"A run has not ended after {RUN_S_MAX} seconds."))
            await stage.abandon()
            os._exit(1)  # whoever plays the scenario may wait for ever
        run = running.result()
        found = differences(baseline.state, run.state, stage.scenario.ignore)
        is_usual = not found and not run.problems
        guilty = [] if is_usual else blamed(found, usual, effects(run.tracks, names), job.struck)
        tracks = run.tracks if job.told else []
        _write(words_out, Outcome(run.schedule, found, run.problems, run.choices, guilty, tracks))


async def _ready(stage: Stage, baseline: Run) -> Ready:
    again = await stage.run(Schedule())
    return Ready(
        points(baseline.tracks, stage.around),
        stage.around,
        baseline.choices,
        _names(stage),
        baseline.tracks,
        baseline.problems,
        differences(baseline.state, again.state, stage.scenario.ignore),
    )


def _names(stage: Stage) -> dict[str, str]:
    return {last_part(physical): logical for logical, physical in stage.physical_ids.items()}


def _read(words: BinaryIO, kind: type[T]) -> T | None:
    head = words.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return msgspec.msgpack.decode(words.read(LENGTH.unpack(head)[0]), type=kind)


def _write(words: BinaryIO, message: object) -> None:
    words.write(frame(message))
    words.flush()


if __name__ == "__main__":
    main()

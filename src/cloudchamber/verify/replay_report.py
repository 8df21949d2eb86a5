"""A recording played again, held against what was recorded: what is there now and was not, what is answered otherwise."""

from __future__ import annotations

import re

import msgspec

from cloudchamber.verify.compare import Difference, differences
from cloudchamber.verify.model import Application, Schedule
from cloudchamber.verify.recording import Recording, RecordingError, Resource, Stack
from cloudchamber.verify.recording_place import by_logical_id
from cloudchamber.verify.replay import Answered, Replay
from cloudchamber.verify.stage import Stage
from cloudchamber.verify.words import counted

_PLACES = ("table", "bucket", "queue", "workflow", "stream")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Otherwise(msgspec.Struct, frozen=True):
    """A request that is answered otherwise than it was. `is_worse`: it fails, and did not, or not so."""

    number: int
    title: str
    was: str
    now: str
    is_worse: bool


class Replayed(msgspec.Struct, frozen=True):
    """How it went. `notes`: why a difference may mean less than it seems."""

    requests_count: int
    differences: list[Difference]
    answers: list[Otherwise]
    problems: list[str]
    notes: list[str]

    @property
    def is_equal(self) -> bool:
        """Whether everything came to the same end."""
        return not (self.differences or self.problems or any(each.is_worse for each in self.answers))


async def replayed(application: Application, seed: int, ignore: tuple[str, ...] = ()) -> Replayed:
    """Deploy the application, play its recording again, compare. Raises RecordingError and DidNotDeploy."""
    stage = await Stage.open(application, seed)
    try:
        replay = stage.scenario.run
        if not isinstance(replay, Replay):
            raise RecordingError(f"{application.scenario_file} is no recording.")
        run = await stage.run(Schedule())
    finally:
        await stage.close()
    recording = replay.recording
    then, now = recording.end.state, by_logical_id(run.state, [_stack_of(stage)], replay.drawn)
    elsewhere = replay.others - set(stage.physical_ids)
    places = (f"{kind}/{name}" for kind in _PLACES for name in sorted(elsewhere))
    ignored = (*stage.scenario.ignore, *ignore, *places)
    return Replayed(
        len(recording.requests) - len(replay.left_out),
        differences(then, now, ignored, _kept(recording)),
        _answers(recording, replay),
        run.problems,
        _notes(recording, len(replay.left_out)),
    )


def _stack_of(stage: Stage) -> Stack:
    resources = [
        Resource(each["LogicalResourceId"], each["PhysicalResourceId"], each["ResourceType"])
        for each in stage.resources
        if each.get("PhysicalResourceId")
    ]
    return Stack(stage.scenario.place.stack_name, {}, resources)


def _kept(recording: Recording) -> frozenset[str]:
    """The ids that the clients gave: they are the same both times."""
    texts = (msgspec.json.encode(request).decode() for request in recording.requests)
    return frozenset(found for text in texts for found in _UUID.findall(text))


def _answers(recording: Recording, replay: Replay) -> list[Otherwise]:
    made: list[Otherwise] = []
    for request in recording.requests:
        answered = replay.answers.get(request.number) or Answered(0, "not sent")
        if answered.error != request.error and request.number not in replay.left_out:
            was, found = request.error or str(request.status), answered.error or str(answered.status)
            made.append(Otherwise(request.number, request.title, was, found, bool(answered.error)))
    return made


def _notes(recording: Recording, left_out_count: int) -> list[str]:
    notes: list[str] = []
    if left_out_count:
        notes.append(f"Left out: {counted(left_out_count, 'request')} for other stacks")
    if recording.begin.held:
        notes.append(
            "When the recording began, the chamber was not empty, and the replay begins with an empty one: "
            + ", ".join(recording.begin.held)
        )
    if recording.end.waiting:
        notes.append(
            "When the recording ended, not all was done, and the replay goes on until it is: "
            + ", ".join(recording.end.waiting)
        )
    return notes

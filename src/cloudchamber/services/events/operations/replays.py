"""Replays: events of an archive enter their bus once more.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.events.errors import (
    IllegalStatusException,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
    ValidationException,
)
from cloudchamber.services.events.model import Archive, Replay
from cloudchamber.services.events.operations.buses import arn_of
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.records import ARCHIVES, REPLAYS


def start_replay(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html"""
    name, destination = request["ReplayName"], request["Destination"]
    if REPLAYS.has(ctx, name):
        raise ResourceAlreadyExistsException(f"Replay {name} already exists.")
    archive = _archive_of(ctx, request["EventSourceArn"])
    if destination["Arn"] != arn_of(ctx, archive.bus):
        raise ValidationException(
            "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."
        )
    if request["EventStartTime"] >= request["EventEndTime"]:
        raise ValidationException(
            "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."
        )
    now_ms = ctx.now_ms
    replay = Replay(
        name,
        archive.name,
        from_ms=int(request["EventStartTime"] * 1000),
        until_ms=int(request["EventEndTime"] * 1000),
        started_at_ms=now_ms,
        filter_arns=tuple(destination.get("FilterArns") or ()),
        description=request.get("Description") or "",
    )
    REPLAYS.put(ctx, replay, name)
    first = {"Replay": name, "StartedAtMs": now_ms, "FromMs": replay.from_ms}
    ctx.later("events", "run_replay", first, due_at_ms=now_ms + 1)
    return _state(ctx, replay) | {"ReplayStartTime": now_ms / 1000}


def _archive_of(ctx: Context, arn_text: str) -> Archive:
    arn = Arn.parse(arn_text)
    archive = ARCHIVES.get(ctx, arn.resource.removeprefix("archive/")) if arn else None
    if archive is None:
        raise ValidationException(
            f"Parameter EventSourceArn is not valid. Reason: Archive {arn_text} does not exist."
        )
    return archive


def _state(ctx: Context, replay: Replay) -> dict[str, Any]:
    return {"ReplayArn": ctx.arn(f"replay/{replay.name}"), "State": replay.state}


def _replay_at(ctx: Context, name: str) -> Replay:
    replay = REPLAYS.get(ctx, name)
    if replay is None:
        raise ResourceNotFoundException(f"Replay {name} does not exist.")
    return replay


def cancel_replay(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html"""
    replay = _replay_at(ctx, request["ReplayName"])
    if replay.state not in ("STARTING", "RUNNING"):
        raise IllegalStatusException(f"Replay {replay.name} is not in a valid state for this operation.")
    replay = msgspec.structs.replace(replay, state="CANCELLING")
    REPLAYS.put(ctx, replay, replay.name)
    return _state(ctx, replay)


def _listed(ctx: Context, replay: Replay) -> dict[str, Any]:
    answer = {
        "ReplayName": replay.name,
        "EventSourceArn": ctx.arn(f"archive/{replay.archive}"),
        "State": replay.state,
        "EventStartTime": replay.from_ms / 1000,
        "EventEndTime": replay.until_ms / 1000,
        "ReplayStartTime": replay.started_at_ms / 1000,
    }
    if replay.last_ms:
        answer["EventLastReplayedTime"] = replay.last_ms / 1000
    if replay.ended_at_ms:
        answer["ReplayEndTime"] = replay.ended_at_ms / 1000
    return answer


def describe_replay(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html"""
    replay = _replay_at(ctx, request["ReplayName"])
    archive = ARCHIVES.get(ctx, replay.archive)
    answer = _state(ctx, replay) | _listed(ctx, replay)
    if archive:
        answer["Destination"] = {"Arn": arn_of(ctx, archive.bus), "FilterArns": list(replay.filter_arns)}
    return answer | ({"Description": replay.description} if replay.description else {})


def list_replays(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListReplays.html"""
    prefix, state, source = (
        request.get("NamePrefix") or "",
        request.get("State"),
        request.get("EventSourceArn"),
    )
    named = [
        replay
        for replay in REPLAYS.values(ctx)
        if replay.name.startswith(prefix)
        and state in (None, replay.state)
        and source in (None, ctx.arn(f"archive/{replay.archive}"))
    ]
    found, token = page(request, named, lambda replay: replay.name)
    return {"Replays": [_listed(ctx, replay) for replay in found]} | token

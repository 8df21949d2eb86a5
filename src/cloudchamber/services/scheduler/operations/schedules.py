"""Schedules: create, get, list, update, delete.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Retry
from cloudchamber.services.scheduler import limits
from cloudchamber.services.scheduler.errors import ConflictException
from cloudchamber.services.scheduler.model import DEFAULT_GROUP, Schedule
from cloudchamber.services.scheduler.operations.groups import paged
from cloudchamber.services.scheduler.operations.invocations import input_of, place_of
from cloudchamber.services.scheduler.records import SCHEDULES, group_named, schedule_named
from cloudchamber.services.scheduler.rules import targets, timing

_RETRY_FOR_EVER = Retry()


def create_schedule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
    group, now_ms = group_named(ctx, _group(request)), ctx.now_ms
    made = _made(ctx, request, None)
    existing = SCHEDULES.get(ctx, group.name, made.name)
    if existing:
        if made.client_token and _same(existing, made):
            return {"ScheduleArn": ctx.arn(existing.resource)}
        raise ConflictException(f"Schedule {made.name} already exists.")
    return _keep(ctx, made, now_ms - 1)


def _same(existing: Schedule, made: Schedule) -> bool:
    """Whether the creation is one that was made before, told by its ClientToken."""
    return existing == msgspec.structs.replace(
        made,
        created_at_ms=existing.created_at_ms,
        modified_at_ms=existing.modified_at_ms,
        generation=existing.generation,
    )


def update_schedule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What the request leaves out gets its default, as if the schedule were made anew.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
    """
    existing = schedule_named(ctx, _group(request), request["Name"])
    return _keep(ctx, _made(ctx, request, existing), ctx.now_ms)


def _group(request: dict[str, Any]) -> str:
    return request.get("GroupName") or DEFAULT_GROUP


def _made(ctx: Context, request: dict[str, Any], existing: Schedule | None) -> Schedule:
    """The schedule that a request describes, in place of an existing one. Raises ValidationException."""
    now_ms = ctx.now_ms
    schedule = Schedule(
        name=request["Name"],
        group=_group(request),
        expression=request["ScheduleExpression"],
        target=request["Target"],
        created_at_ms=existing.created_at_ms if existing else now_ms,
        modified_at_ms=now_ms,
        generation=0,
        timezone=request.get("ScheduleExpressionTimezone") or "UTC",
        start_ms=_instant_ms(request.get("StartDate")),
        end_ms=_instant_ms(request.get("EndDate")),
        window_minutes=timing.window_minutes(request["FlexibleTimeWindow"]),
        state=request.get("State") or "ENABLED",
        after_completion=request.get("ActionAfterCompletion") or "NONE",
        description=request.get("Description") or "",
        kms_key_arn=request.get("KmsKeyArn") or "",
        client_token=request.get("ClientToken") or "",
    )
    timing.check(schedule, now_ms, known_start_ms=existing.start_ms if existing else None)
    _check_target(ctx, schedule)
    return schedule


def _instant_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _check_target(ctx: Context, schedule: Schedule) -> None:
    """A target must be one that can be called: else the schedule would fail at each of its runs."""
    text = input_of(ctx, schedule, ctx.now_ms, "0" * 16).replace(targets.ATTEMPT, "1")
    invocation = targets.invocation_of(schedule.target, text, place_of(ctx))
    ctx.cloud.operation(invocation.service, invocation.operation)


def _keep(ctx: Context, schedule: Schedule, after_ms: int) -> dict[str, Any]:
    """Write a schedule and begin it anew; what the outbox holds of an earlier version is stale from now on."""
    schedule = msgspec.structs.replace(schedule, generation=ctx.serial())
    SCHEDULES.put(ctx, schedule, schedule.group, schedule.name)
    schedule_next(ctx, schedule, after_ms)
    return {"ScheduleArn": ctx.arn(schedule.resource)}


def schedule_next(ctx: Context, schedule: Schedule, after_ms: int) -> bool:
    """Let the next run wait for its instant, or for one in its flexible window. False when there is no next run."""
    at_ms = timing.next_run_ms(schedule, after_ms)
    if at_ms is None:
        return False
    if schedule.state == "ENABLED":
        run = {
            "GroupName": schedule.group,
            "Name": schedule.name,
            "Generation": schedule.generation,
            "AtMs": at_ms,
        }
        delay_ms = ctx.ids.below(schedule.window_minutes * limits.MINUTE_MS) if schedule.window_minutes else 0
        ctx.later(
            "scheduler",
            "run_schedule",
            run,
            due_at_ms=at_ms + delay_ms,
            retry=_RETRY_FOR_EVER,
            recurring=not timing.is_once(schedule.expression),
        )
    return True


def _shown(ctx: Context, schedule: Schedule) -> dict[str, Any]:
    return {
        "Arn": ctx.arn(schedule.resource),
        "Name": schedule.name,
        "GroupName": schedule.group,
        "State": schedule.state,
        "CreationDate": schedule.created_at_ms / 1000,
        "LastModificationDate": schedule.modified_at_ms / 1000,
    }


def get_schedule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html"""
    schedule = schedule_named(ctx, _group(request), request["Name"])
    window: dict[str, Any] = {"Mode": "FLEXIBLE" if schedule.window_minutes else "OFF"}
    if schedule.window_minutes:
        window["MaximumWindowInMinutes"] = schedule.window_minutes
    answer = _shown(ctx, schedule) | {
        "ScheduleExpression": schedule.expression,
        "ScheduleExpressionTimezone": schedule.timezone,
        "FlexibleTimeWindow": window,
        "ActionAfterCompletion": schedule.after_completion,
        "Target": schedule.target | {"RetryPolicy": timing.retry_policy(schedule.target.get("RetryPolicy"))},
    }
    if schedule.start_ms is not None:
        answer["StartDate"] = schedule.start_ms / 1000
    if schedule.end_ms is not None:
        answer["EndDate"] = schedule.end_ms / 1000
    if schedule.description:
        answer["Description"] = schedule.description
    if schedule.kms_key_arn:
        answer["KmsKeyArn"] = schedule.kms_key_arn
    return answer


def list_schedules(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html"""
    group, prefix, state = request.get("GroupName"), request.get("NamePrefix") or "", request.get("State")
    under = (group_named(ctx, group).name,) if group else ()
    chosen = [
        schedule
        for schedule in SCHEDULES.values(ctx, *under)
        if schedule.name.startswith(prefix) and state in (None, schedule.state)
    ]
    found, token = paged(request, chosen, lambda each: f"{each.group}\0{each.name}")
    shown = [_shown(ctx, each) | {"Target": {"Arn": each.target["Arn"]}} for each in found]
    return {"Schedules": shown} | token


def delete_schedule(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteSchedule.html"""
    schedule = schedule_named(ctx, _group(request), request["Name"])
    SCHEDULES.delete(ctx, schedule.group, schedule.name)
    return {}

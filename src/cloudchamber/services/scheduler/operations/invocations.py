"""Invocations: a schedule's instant has come, and its target is called.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.scheduler.model import Schedule
from cloudchamber.services.scheduler.rules import targets, timing
from cloudchamber.services.scheduler.rules.targets import ATTEMPT, Place

PRINCIPAL = "scheduler.amazonaws.com"


def place_of(ctx: Context) -> Place:
    """Where the schedules of a context live."""
    return Place(ctx.account, ctx.region, ctx.base_url)


def input_of(ctx: Context, schedule: Schedule, at_ms: int, execution_id: str) -> str:
    """What a target is given, with its context attributes in place; all but the number of the attempt.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    text, arn = schedule.target.get("Input"), ctx.arn(schedule.resource)
    if text is None:
        return (
            _notification(ctx, arn, at_ms, execution_id)
            if ":::aws-sdk:" not in schedule.target["Arn"]
            else "{}"
        )
    if "<aws.scheduler." not in text:
        return text
    return (
        text.replace("<aws.scheduler.schedule-arn>", arn)
        .replace("<aws.scheduler.scheduled-time>", timing.iso(at_ms))
        .replace("<aws.scheduler.execution-id>", execution_id)
    )


def _notification(ctx: Context, arn: str, at_ms: int, execution_id: str) -> str:
    """What a templated target gets that was given no Input.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
    """
    event = {
        "version": "0",
        "id": execution_id,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ctx.account,
        "time": timing.iso(at_ms),
        "region": ctx.region,
        "resources": [arn],
        "detail": "{}",
    }
    return msgspec.json.encode(event).decode()


def invoke(ctx: Context, schedule: Schedule, at_ms: int) -> None:
    """Put the call of the target into the outbox, with its retries and its dead-letter queue (F043, F044)."""
    execution_id = ctx.ids.hex(16)
    text = input_of(ctx, schedule, at_ms, execution_id)
    call = targets.invocation_of(schedule.target, text.replace(ATTEMPT, "1"), place_of(ctx))
    letter = _letter(ctx, schedule, text, at_ms, execution_id) | {"Service": call.service}
    retry, gave_up = timing.retry_of(schedule.target.get("RetryPolicy")), ("dead_letter", letter)
    if ATTEMPT in text:
        request = {"Target": schedule.target, "Input": text, "ExecutionId": execution_id}
        ctx.later("scheduler", "invoke_target", request, retry=retry, on_exhausted=gave_up)
        return
    ctx.later(
        call.service,
        call.operation,
        call.request,
        retry=retry,
        on_exhausted=gave_up,
        account=call.account,
        region=call.region,
        principal=PRINCIPAL,
    )


def _letter(ctx: Context, schedule: Schedule, text: str, at_ms: int, execution_id: str) -> dict[str, Any]:
    return {
        "QueueArn": (schedule.target.get("DeadLetterConfig") or {}).get("Arn"),
        "ScheduleArn": ctx.arn(schedule.resource),
        "TargetArn": schedule.target["Arn"],
        "Body": text,
        "ScheduledTime": timing.iso(at_ms),
        "ExecutionId": execution_id,
    }

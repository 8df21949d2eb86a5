"""What the outbox runs for EventBridge Scheduler."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.services.scheduler.operations.invocations import PRINCIPAL, invoke, place_of
from cloudchamber.services.scheduler.operations.schedules import schedule_next
from cloudchamber.services.scheduler.records import ATTEMPTS, SCHEDULES
from cloudchamber.services.scheduler.rules import targets, timing
from cloudchamber.wire.model import load_model


def run_schedule(ctx: Context, request: dict[str, Any]) -> None:
    """A schedule's instant has come. Meant while the schedule is as it was when this was put into the outbox.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html
    """
    group, name, at_ms = request["GroupName"], request["Name"], request["AtMs"]
    schedule = SCHEDULES.get(ctx, group, name)
    if schedule is None or schedule.generation != request["Generation"]:
        return
    invoke(ctx, schedule, at_ms)
    goes_on = schedule_next(ctx, schedule, timing.resumed_after_ms(schedule, at_ms, ctx.now_ms))
    if not goes_on and schedule.after_completion == "DELETE":
        SCHEDULES.delete(ctx, group, name)


async def invoke_target(ctx: Context, request: dict[str, Any]) -> None:
    """Call a target whose input tells the number of the attempt; the outbox tries again.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    execution_id = request["ExecutionId"]

    def count(ctx: Context) -> int:
        attempt = (ATTEMPTS.get(ctx, execution_id) or 0) + 1
        ATTEMPTS.put(ctx, attempt, execution_id)
        return attempt

    attempt = await ctx.transact(count)
    text = request["Input"].replace(targets.ATTEMPT, str(attempt))
    call = targets.invocation_of(request["Target"], text, place_of(ctx))
    who = {"account": call.account, "region": call.region, "principal": PRINCIPAL}
    try:
        await ctx.call(call.service, call.operation, call.request, **who)
    except AwsError as error:
        if error.status is None:
            shape = load_model(call.service).error(error.code)
            error.status = shape.error.httpStatusCode if shape and shape.error else None
        raise
    await ctx.transact(lambda ctx: ATTEMPTS.delete(ctx, execution_id))


def dead_letter(ctx: Context, request: dict[str, Any]) -> None:
    """An invocation is given up: send its input to the schedule's dead-letter queue, if it has one.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    ATTEMPTS.delete(ctx, request["ExecutionId"])
    arn, failure = Arn.parse(request["QueueArn"] or ""), request["Failure"]
    if arn is None:
        return
    texts = {
        "ERROR_CODE": _code(request["Service"], failure["Code"]),
        "ERROR_MESSAGE": failure["Message"] or failure["Code"],
        "EXECUTION_ID": request["ExecutionId"],
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(failure["Attempts"] - 1),
        "SCHEDULED_TIME": request["ScheduledTime"],
        "SCHEDULE_ARN": request["ScheduleArn"],
        "TARGET_ARN": request["TargetArn"],
    }
    if failure["Condition"] != "NoRetry":
        texts["EXHAUSTED_RETRY_CONDITION"] = failure["Condition"]
    message = {
        "QueueUrl": f"{ctx.base_url}/{arn.account}/{arn.resource}",
        "MessageBody": request["Body"],
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": text} for name, text in texts.items()
        },
    }
    ctx.join("sqs", "SendMessage", message, account=arn.account, region=arn.region, principal=PRINCIPAL)


def _code(service: str, code: str) -> str:
    """The code of an error as the page shows it: `AWS.SimpleQueueService.NonExistentQueue`, not the name of its shape."""
    shape = load_model(service).error(code)
    return shape.error.code if shape and shape.error else code

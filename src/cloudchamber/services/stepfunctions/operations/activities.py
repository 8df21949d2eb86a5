"""Activities and task tokens: workers ask for tasks, and say how they went.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken as PageToken
from cloudchamber.aws.pages import page
from cloudchamber.languages.states import Happening, Run
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import (
    ActivityAlreadyExists,
    ActivityDoesNotExist,
    InvalidOutput,
    InvalidToken,
    TaskTimedOut,
    TooManyTags,
)
from cloudchamber.services.stepfunctions.model import Activity, ActivityTask
from cloudchamber.services.stepfunctions.operations.stepping import step
from cloudchamber.services.stepfunctions.records import ACTIVITIES, ACTIVITY_TASKS, EXECUTIONS, RUNS
from cloudchamber.services.stepfunctions.rules.arns import Token, activity_of, check_name, token_of

_ENCRYPTION_DEFAULT = {"type": "AWS_OWNED_KEY"}


def create_activity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html"""
    name = request["name"]
    check_name(name)
    encryption = request.get("encryptionConfiguration") or _ENCRYPTION_DEFAULT
    known = ACTIVITIES.get(ctx, name)
    if known and known.encryption != encryption:
        raise ActivityAlreadyExists(f"Activity Already Exists: '{known.arn}'")
    if known is None:
        tags = {tag["key"]: tag["value"] for tag in request.get("tags") or ()}
        if len(tags) > limits.TAGS_MAX:
            raise TooManyTags()
        arn = ctx.arn(f"activity:{name}", service="states")
        known = Activity(name, arn, ctx.now_ms, tags, encryption)
        ACTIVITIES.put(ctx, known, name)
    return {"activityArn": known.arn, "creationDate": known.created_at_ms / 1000}


def _activity(ctx: Context, text: str) -> tuple[Context, Activity]:
    arn, name = activity_of(text)
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    activity = ACTIVITIES.get(ctx, name)
    if activity is None:
        raise ActivityDoesNotExist(f"Activity Does Not Exist: '{text}'")
    return ctx, activity


def describe_activity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html"""
    _, activity = _activity(ctx, request["activityArn"])
    return _described(activity) | {"encryptionConfiguration": activity.encryption}


def _described(activity: Activity) -> dict[str, Any]:
    return {
        "activityArn": activity.arn,
        "name": activity.name,
        "creationDate": activity.created_at_ms / 1000,
    }


def delete_activity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html"""
    arn, name = activity_of(request["activityArn"])
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    ACTIVITIES.delete(ctx, name)
    ACTIVITY_TASKS.delete_all(ctx, name)
    return {}


def list_activities(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html"""
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    try:
        found, token = page(ACTIVITIES.values(ctx), lambda each: each.name, size, request.get("nextToken"))
    except PageToken:
        raise InvalidToken from None
    return {"activities": [_described(each) for each in found]} | ({"nextToken": token} if token else {})


async def get_activity_task(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Waits up to a minute for a task; an answer without a token says that there was none.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
    """
    arn, name = activity_of(request["activityArn"])
    there = ctx.elsewhere(account=arn.account, region=arn.region)
    until_ms = ctx.now_ms + limits.ACTIVITY_POLL_MS
    while True:
        task = await there.transact(lambda ctx: _take(ctx, request))
        if task:
            return {"taskToken": task.token, "input": task.input}
        if not await there.wait(("activity", name), until_ms=until_ms):
            return {}


def _take(ctx: Context, request: dict[str, Any]) -> ActivityTask | None:
    """The oldest task that is still waited for, given to this worker."""
    ctx, activity = _activity(ctx, request["activityArn"])
    for key, task in list(ACTIVITY_TASKS.scan(ctx, activity.name)):
        ACTIVITY_TASKS.delete(ctx, *key)
        token = token_of(task.token)
        there = ctx.elsewhere(account=token.account, region=token.region)
        happening = Happening("task_started", task.strand, task.serial, worker=request.get("workerName"))
        if step(there, task.machine, task.id, happening):
            return task
    return None


# -- task tokens


def _tell(ctx: Context, token: Token, happening: Happening) -> None:
    """Tell the task of a token what happened. Raises TaskTimedOut when it is not waited for any more."""
    there = ctx.elsewhere(account=token.account, region=token.region)
    execution = EXECUTIONS.get(there, token.machine, token.id)
    happening = msgspec.structs.replace(happening, strand=token.strand, serial=token.serial)
    if (
        execution is None
        or execution.uuid != token.uuid
        or not step(there, token.machine, token.id, happening)
    ):
        raise TaskTimedOut()


def send_task_success(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html"""
    token = token_of(request["taskToken"])
    try:
        output = msgspec.json.decode(request["output"])
    except msgspec.DecodeError as error:
        raise InvalidOutput(f"Invalid Output: '{error}'") from None
    _tell(ctx, token, Happening("task_succeeded", output=output))
    return {}


def send_task_failure(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html"""
    happening = Happening("task_failed", error=request.get("error"), cause=request.get("cause"))
    _tell(ctx, token_of(request["taskToken"]), happening)
    return {}


def send_task_heartbeat(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html"""
    token = token_of(request["taskToken"])
    there = ctx.elsewhere(account=token.account, region=token.region)
    run: Run | None = RUNS.get(there, token.machine, token.id)
    strand = run.strands.get(token.strand) if run else None
    if strand is None or strand.serial != token.serial:
        raise TaskTimedOut()
    _tell(ctx, token, Happening("beat"))
    return {}

"""Pipes: create, describe, list, update, start, stop, delete. `tasks` is what they do.

What AWS does within minutes is done here when it is answered: a pipe is CREATING, UPDATING, STARTING or STOPPING only in the
answer to its call.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context, Retry
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.errors import (
    ConflictException,
    ServiceQuotaExceededException,
    ValidationException,
)
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.operations.sources import begin_reading, trouble_in
from cloudchamber.services.pipes.records import CHECKPOINTS, PIPES, pipe_named
from cloudchamber.services.pipes.rules import settings
from cloudchamber.services.pipes.rules.targets import PRINCIPAL

_RESTART = Retry(base_ms=1_000, delay_ms_max=60_000)


def create_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html

    A source that does not exist leaves the pipe in CREATE_FAILED, as on AWS.
    """
    name = request["Name"]
    if PIPES.has(ctx, name):
        raise ConflictException(f"Pipe {name} already exists.", resourceId=name, resourceType="PIPE")
    if PIPES.count(ctx) >= limits.PIPES_MAX:
        raise ServiceQuotaExceededException(
            f"The maximum of {limits.PIPES_MAX} pipes is reached.",
            resourceId=name,
            resourceType="PIPE",
            serviceCode="pipes",
        )
    pipe = Pipe(
        name=name,
        source=request["Source"],
        target=request["Target"],
        role_arn=request["RoleArn"],
        number=ctx.serial(),
        generation=0,
        created_at_ms=ctx.now_ms,
        modified_at_ms=ctx.now_ms,
        source_parameters=request.get("SourceParameters") or {},
        enrichment=request.get("Enrichment") or "",
        enrichment_parameters=request.get("EnrichmentParameters") or {},
        target_parameters=request.get("TargetParameters") or {},
        desired_state=request.get("DesiredState") or "RUNNING",
        description=request.get("Description") or "",
        tags=request.get("Tags") or {},
        log_configuration=request.get("LogConfiguration") or {},
        kms_key_identifier=request.get("KmsKeyIdentifier") or "",
    )
    pipe = settings.with_defaults(pipe)
    settings.check(pipe)
    shards, trouble = trouble_in(ctx, pipe)
    begin_reading(ctx, pipe, shards)
    return _keep(ctx, pipe, "CREATING", "CREATE_FAILED" if trouble else "", trouble)


def update_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What runs is brought to its end first; then the changed pipe goes on from there.

    https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html
    """
    before = pipe_named(ctx, request["Name"])
    pipe = settings.with_defaults(settings.updated(before, request))
    settings.check(pipe)
    shards, trouble = trouble_in(ctx, pipe)
    if before.current_state == "CREATE_FAILED" and not trouble:
        begin_reading(ctx, pipe, shards)
    return _keep(ctx, pipe, "UPDATING", "UPDATE_FAILED" if trouble else "", trouble)


def start_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_StartPipe.html"""
    before = pipe_named(ctx, request["Name"])
    pipe = msgspec.structs.replace(before, desired_state="RUNNING")
    shards, trouble = trouble_in(ctx, pipe)
    if before.current_state == "CREATE_FAILED" and not trouble:
        begin_reading(ctx, pipe, shards)
    return _keep(ctx, pipe, "STARTING", "START_FAILED" if trouble else "", trouble)


def stop_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_StopPipe.html"""
    pipe = pipe_named(ctx, request["Name"])
    return _keep(ctx, msgspec.structs.replace(pipe, desired_state="STOPPED"), "STOPPING", "", "")


def delete_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DeletePipe.html"""
    pipe = pipe_named(ctx, request["Name"])
    PIPES.delete(ctx, pipe.name)
    CHECKPOINTS.delete_all(ctx, pipe.number)
    ctx.signal("pipe", pipe.name)
    return _answer(ctx, msgspec.structs.replace(pipe, desired_state="DELETED"), "DELETING")


def _keep(ctx: Context, pipe: Pipe, on_the_way: str, failed: str, reason: str) -> dict[str, Any]:
    """Write a pipe and let it run anew, if it is to run; the row that ran it so far ends first."""
    pipe = msgspec.structs.replace(
        pipe,
        generation=ctx.serial(),
        modified_at_ms=ctx.now_ms,
        current_state=failed or pipe.desired_state,
        state_reason=reason,
    )
    PIPES.put(ctx, pipe, pipe.name)
    ctx.signal("pipe", pipe.name)
    if pipe.current_state == "RUNNING":
        run_later(ctx, pipe)
    return _answer(ctx, pipe, on_the_way)


def run_later(ctx: Context, pipe: Pipe, *, due_at_ms: int | None = None) -> None:
    """Put the row that runs a pipe: one at a time for each name."""
    ctx.later(
        "pipes",
        "run_pipe",
        {"Name": pipe.name, "Generation": pipe.generation},
        due_at_ms=due_at_ms,
        recurring=due_at_ms is not None,
        retry=_RESTART,
        order=f"pipes/{ctx.account}/{ctx.region}/{pipe.name}",
        principal=PRINCIPAL,
    )


def _answer(ctx: Context, pipe: Pipe, state: str) -> dict[str, Any]:
    return {
        "Arn": ctx.arn(pipe.resource),
        "Name": pipe.name,
        "DesiredState": pipe.desired_state,
        "CurrentState": state,
        "CreationTime": pipe.created_at_ms / 1000,
        "LastModifiedTime": pipe.modified_at_ms / 1000,
    }


def _listed(ctx: Context, pipe: Pipe) -> dict[str, Any]:
    answer = _answer(ctx, pipe, pipe.current_state) | {"Source": pipe.source, "Target": pipe.target}
    if pipe.enrichment:
        answer["Enrichment"] = pipe.enrichment
    if pipe.state_reason:
        answer["StateReason"] = pipe.state_reason
    return answer


def describe_pipe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html"""
    pipe = pipe_named(ctx, request["Name"])
    answer = _listed(ctx, pipe) | {"RoleArn": pipe.role_arn, "SourceParameters": pipe.source_parameters}
    for member, value in (
        ("Description", pipe.description),
        ("EnrichmentParameters", pipe.enrichment_parameters),
        ("KmsKeyIdentifier", pipe.kms_key_identifier),
        ("LogConfiguration", pipe.log_configuration),
        ("Tags", pipe.tags),
        ("TargetParameters", pipe.target_parameters),
    ):
        if value:
            answer[member] = value
    return answer


def list_pipes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_ListPipes.html"""
    chosen = [
        pipe
        for pipe in PIPES.values(ctx)
        if pipe.name.startswith(request.get("NamePrefix") or "")
        and pipe.source.startswith(request.get("SourcePrefix") or "")
        and pipe.target.startswith(request.get("TargetPrefix") or "")
        and request.get("DesiredState") in (None, pipe.desired_state)
        and request.get("CurrentState") in (None, pipe.current_state)
    ]
    size = request.get("Limit") or limits.PER_PAGE_DEFAULT
    try:
        found, token = page(chosen, lambda pipe: pipe.name, size, request.get("NextToken"))
    except InvalidToken:
        raise ValidationException("Invalid NextToken.") from None
    return {"Pipes": [_listed(ctx, pipe) for pipe in found]} | ({"NextToken": token} if token else {})

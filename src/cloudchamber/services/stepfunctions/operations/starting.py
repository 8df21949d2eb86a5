"""Executions start: idempotently by name, with the definition that the ARN names at this moment."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.states import Happening, Run, timestamp
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import (
    ExecutionAlreadyExists,
    InvalidExecutionInput,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    StateMachineTypeNotSupported,
)
from cloudchamber.services.stepfunctions.model import Alias, Execution, StateMachine, Version, Waiting
from cloudchamber.services.stepfunctions.operations.ending import announce
from cloudchamber.services.stepfunctions.operations.stepping import definition_of, go_on
from cloudchamber.services.stepfunctions.records import (
    ALIASES,
    EXECUTIONS,
    MACHINES,
    RUNS,
    VERSIONS,
    add_execution,
    add_nested,
    remove_execution,
)
from cloudchamber.services.stepfunctions.rules.arns import MachineName, check_name, machine_of


class Target(msgspec.Struct, frozen=True):
    """What is to be executed: a state machine as it is, or a version of it, by an alias or not."""

    machine: StateMachine
    version: Version | None = None
    alias: Alias | None = None

    @property
    def source(self) -> StateMachine | Version:
        return self.version or self.machine


def target_of(ctx: Context, named: MachineName, text: str) -> Target:
    """What an ARN names now. Raises StateMachineDoesNotExist or StateMachineDeleting."""
    machine = MACHINES.get(ctx, named.name)
    missing = StateMachineDoesNotExist(f"State Machine Does Not Exist: '{text}'")
    if machine is None:
        raise missing
    if machine.status == "DELETING":
        raise StateMachineDeleting(f"State Machine is being deleted: '{text}'")
    if not named.qualifier:
        return Target(machine)
    alias = None
    number = named.qualifier
    if not number.isdigit():
        alias = ALIASES.get(ctx, named.name, named.qualifier)
        if alias is None:
            raise missing
        number = _routed(ctx, alias).rpartition(":")[2]
    version = VERSIONS.get(ctx, named.name, int(number))
    if version is None:
        raise missing
    return Target(machine, version, alias)


def _routed(ctx: Context, alias: Alias) -> str:
    """One of the alias's versions, drawn by weight."""
    drawn = ctx.ids.below(100)
    for arn, weight in alias.routing:
        drawn -= weight
        if drawn < 0:
            return arn
    return alias.routing[-1][0]


def start_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
    _, execution = start(ctx, request)
    return {"executionArn": execution.arn, "startDate": execution.started_at_ms / 1000}


def start_nested(ctx: Context, request: dict[str, Any], waiting: Waiting) -> dict[str, Any]:
    """Start an execution that another one of this account and region waits for; what `.sync` tasks are submitted with."""
    _, execution = start(ctx, request, waiting=waiting)
    add_nested(ctx, waiting, execution)
    return {
        "ExecutionArn": execution.arn,
        "StartDate": execution.started_at_ms,
        "SdkHttpMetadata": {"AllHttpHeaders": {}, "HttpHeaders": {}, "HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": ctx.request_id},
    }


def start(
    ctx: Context, request: dict[str, Any], *, synchronous: bool = False, waiting: Waiting | None = None
) -> tuple[Context, Execution]:
    """Start an execution, or find the one that the same request started; and the context where it is."""
    text = request["stateMachineArn"]
    named = machine_of(text)
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    target = target_of(ctx, named, text)
    if synchronous and target.machine.type != "EXPRESS":
        raise StateMachineTypeNotSupported()
    data = request.get("input")
    data = "{}" if data is None else data
    check_input(data)
    name = request.get("name") or ctx.ids.uuid()
    check_name(name)
    if target.machine.type == "STANDARD":
        known = _known(ctx, target.machine, name, data)
        if known:
            return ctx, known
    execution = _new(ctx, target, name, data, request, synchronous=synchronous, waiting=waiting)
    begin(ctx, execution, target.machine)
    ctx.measure("AWS/States", "ExecutionsStarted", StateMachineArn=execution.machine_arn)
    return ctx, execution


def check_input(text: str) -> None:
    """Raise InvalidExecutionInput for what is no JSON, or too large."""
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
    if len(text.encode()) > limits.INPUT_BYTES_MAX:
        raise InvalidExecutionInput(
            f"Invalid State Machine Execution Input: 'Input size exceeds the limit of {limits.INPUT_BYTES_MAX} bytes'"
        )


def _known(ctx: Context, machine: StateMachine, name: str, data: str) -> Execution | None:
    """The running execution that the same request started. A name is taken for 90 days after its end (F056)."""
    known = EXECUTIONS.get(ctx, machine.name, name)
    if known is None:
        return None
    if known.status == "RUNNING" and known.input == data:
        return known
    if known.stopped_at_ms and ctx.now_ms - known.stopped_at_ms >= limits.EXECUTION_RETENTION_MS:
        remove_execution(ctx, known)
        return None
    raise ExecutionAlreadyExists(f"Execution Already Exists: '{known.arn}'")


def _new(
    ctx: Context,
    target: Target,
    name: str,
    data: str,
    request: dict[str, Any],
    *,
    synchronous: bool,
    waiting: Waiting | None,
) -> Execution:
    machine, source, uuid = target.machine, target.source, ctx.ids.uuid()
    express = machine.type == "EXPRESS"
    kind = "express" if express else "execution"
    execution_id = f"{name}:{uuid}" if express else name
    return Execution(
        machine.name,
        execution_id,
        name,
        ctx.arn(f"{kind}:{machine.name}:{execution_id}", service="states"),
        uuid,
        machine.type,
        source.definition_id,
        source.role_arn,
        machine.arn,
        ctx.now_ms,
        data,
        version_arn=target.version.arn if target.version else "",
        alias_arn=target.alias.arn if target.alias else "",
        trace_header=request.get("traceHeader"),
        waiting=waiting,
        logging=source.logging,
        revision_id=source.revision_id,
        synchronous=synchronous,
    )


def begin(ctx: Context, execution: Execution, owner: StateMachine | None) -> None:
    """Write a new execution and let it take its first steps."""
    add_execution(ctx, execution)
    if execution.type == "STANDARD":
        announce(ctx, execution)
    facts: dict[str, Any] = {
        "Execution": {
            "Id": execution.arn,
            "Input": msgspec.json.decode(execution.input),
            "Name": execution.name,
            "RoleArn": execution.role_arn,
            "StartTime": timestamp(execution.started_at_ms),
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": execution.machine_arn, "Name": execution.machine_arn.rpartition(":")[2]},
    }
    named = {
        "stateMachineVersionArn": execution.version_arn or None,
        "stateMachineAliasArn": execution.alias_arn or None,
    }
    go_on(ctx, execution, Run(facts), Happening("begin", output=named), owner)
    if RUNS.has(ctx, execution.machine, execution.id):  # most end in the transaction that starts them
        set_time_limit(ctx, execution)


def set_time_limit(ctx: Context, execution: Execution) -> None:
    """The execution's TimeoutSeconds, and the five minutes of Express."""
    seconds = definition_of(ctx, execution.definition_id).timeout_seconds
    limits_ms = [seconds * 1000] if seconds else []
    if execution.type == "EXPRESS":
        limits_ms.append(limits.EXPRESS_MS_MAX)
    if not limits_ms:
        return
    request = {
        "Machine": execution.machine,
        "Id": execution.id,
        "Uuid": execution.uuid,
        "Strand": 0,
        "Serial": execution.redrive_count,
        "Timer": "execution",
    }
    ctx.later("stepfunctions", "fire_timer", request, due_at_ms=ctx.now_ms + min(limits_ms))


async def start_sync_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html"""
    where, execution = await ctx.transact(lambda ctx: start(ctx, request, synchronous=True))
    del where
    machine, execution_id = execution.machine, execution.id
    named = machine_of(execution.machine_arn)
    there = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    while True:
        found = await there.transact(lambda ctx: EXECUTIONS.get(ctx, machine, execution_id))
        assert found is not None, "a synchronous execution is kept until it was answered"
        if found.status != "RUNNING":
            break
        await there.wait(("ended", machine, execution_id))
    done = found
    await there.transact(lambda ctx: remove_execution(ctx, done))
    return described_sync(done, with_data=request.get("includedData") != "METADATA_ONLY")


def described_sync(execution: Execution, *, with_data: bool) -> dict[str, Any]:
    """The answer of StartSyncExecution."""
    ran_ms = execution.stopped_at_ms - execution.started_at_ms
    answer: dict[str, Any] = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine_arn,
        "name": execution.name,
        "startDate": execution.started_at_ms / 1000,
        "stopDate": execution.stopped_at_ms / 1000,
        "status": "FAILED" if execution.status == "ABORTED" else execution.status,
        "error": execution.error,
        "cause": execution.cause,
        "inputDetails": {"included": with_data},
        "traceHeader": execution.trace_header,
        "billingDetails": {
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": max(100, -(-ran_ms // 100) * 100),
        },
    }
    if with_data:
        answer["input"] = execution.input
    if execution.output is not None:
        answer["outputDetails"] = {"included": with_data}
        if with_data:
            answer["output"] = execution.output
    return {name: value for name, value in answer.items() if value is not None}

"""State machines: create, update, describe, list, delete.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-statemachines.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken as PageToken
from cloudchamber.aws.pages import page
from cloudchamber.languages.states import validate
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import (
    ExecutionDoesNotExist,
    InvalidArn,
    InvalidDefinition,
    InvalidLoggingConfiguration,
    InvalidToken,
    MissingRequiredParameter,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    TooManyTags,
    ValidationException,
)
from cloudchamber.services.stepfunctions.model import StateMachine, Version
from cloudchamber.services.stepfunctions.operations.ending import forget_machine
from cloudchamber.services.stepfunctions.operations.versions import publish, remove_versions
from cloudchamber.services.stepfunctions.records import (
    ALIASES,
    EXECUTIONS,
    MACHINES,
    RUNS,
    VERSIONS,
    definition_text,
    keep_definition,
)
from cloudchamber.services.stepfunctions.rules.arns import check_name, execution_of, machine_of
from cloudchamber.services.stepfunctions.rules.references import variable_references

_LOGGING_DEFAULT = {"level": "OFF", "includeExecutionData": False}
_TRACING_DEFAULT = {"enabled": False}
_ENCRYPTION_DEFAULT = {"type": "AWS_OWNED_KEY"}


def create_state_machine(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html"""
    name = request["name"]
    check_name(name)
    check_definition(request["definition"])
    _check_role(request["roleArn"])
    publishes, described = bool(request.get("publish")), request.get("versionDescription") or ""
    if described and not publishes:
        raise ValidationException("Version description can only be set when publish is true")
    tags = {tag["key"]: tag["value"] for tag in request.get("tags") or ()}
    if len(tags) > limits.TAGS_MAX:
        raise TooManyTags()
    machine = StateMachine(
        name,
        ctx.arn(f"stateMachine:{name}", service="states"),
        keep_definition(ctx, request["definition"]),
        request["roleArn"],
        request.get("type") or "STANDARD",
        ctx.now_ms,
        ctx.now_ms,
        ctx.ids.uuid(),
        _logging(request.get("loggingConfiguration")),
        request.get("tracingConfiguration") or _TRACING_DEFAULT,
        request.get("encryptionConfiguration") or _ENCRYPTION_DEFAULT,
        tags,
        created_with=f"{publishes} {described}",
    )
    machine = _known(ctx, machine) or machine
    MACHINES.put(ctx, machine, name)
    answer: dict[str, Any] = {
        "stateMachineArn": machine.arn,
        "creationDate": machine.created_at_ms / 1000,
    }
    if publishes:
        answer["stateMachineVersionArn"] = publish(ctx, machine, described).arn
    return answer


def _known(ctx: Context, wanted: StateMachine) -> StateMachine | None:
    """The same state machine, made before (F060): role and tags may differ. Raises StateMachineAlreadyExists."""
    known = MACHINES.get(ctx, wanted.name)
    if known is None:
        return None
    if known.status == "DELETING":
        raise StateMachineDeleting(f"State Machine is being deleted: '{known.arn}'")
    for member in ("definition_id", "type", "logging", "tracing", "encryption", "created_with"):
        if getattr(known, member) != getattr(wanted, member):
            raise StateMachineAlreadyExists(f"State Machine Already Exists: '{known.arn}'")
    return known


def check_definition(text: str) -> None:
    """Raise InvalidDefinition with everything that is wrong."""
    found = [each for each in validate(text) if each.severity == "ERROR"]
    if found:
        listed = ", ".join(str(each) for each in found)
        raise InvalidDefinition(f"Invalid State Machine Definition: '{listed}'")


def _check_role(arn: str) -> None:
    if not arn.startswith("arn:"):
        raise InvalidArn(f"Invalid Arn: 'Invalid ARN prefix: {arn}'")


def _logging(given: dict[str, Any] | None) -> dict[str, Any]:
    logging: dict[str, Any] = {**_LOGGING_DEFAULT, **(given or {})}
    if logging["level"] != "OFF" and not logging.get("destinations"):
        raise InvalidLoggingConfiguration(
            "Invalid Logging Configuration: Must specify exactly one Log Destination."
        )
    for destination in logging.get("destinations") or ():
        if not (destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn", "").endswith(":*"):
            raise InvalidLoggingConfiguration(
                "Invalid Logging Configuration: Log Destination must be the ARN of a log group that ends with :*."
            )
    return logging


def machine_at(ctx: Context, text: str) -> tuple[Context, StateMachine, Version | None]:
    """The state machine, or its version, that an ARN names, and the context where it is."""
    named = machine_of(text)
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    machine = MACHINES.get(ctx, named.name)
    version = None
    if machine and named.qualifier:
        version = VERSIONS.get(ctx, named.name, int(named.qualifier)) if named.qualifier.isdigit() else None
        machine = machine if version else None
    if machine is None:
        raise StateMachineDoesNotExist(f"State Machine Does Not Exist: '{text}'")
    return ctx, machine, version


def update_state_machine(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html"""
    text = request["stateMachineArn"]
    if machine_of(text).qualifier:
        raise ValidationException("Updating a version or an alias is not supported by UpdateStateMachine")
    ctx, machine, _ = machine_at(ctx, text)
    if machine.status == "DELETING":
        raise StateMachineDeleting(f"State Machine is being deleted: '{text}'")
    settings = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration", "publish")
    if all(request.get(member) is None for member in ("definition", "roleArn", *settings)):
        raise MissingRequiredParameter(
            "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the "
            "TracingConfiguration must be specified"
        )
    changes: dict[str, Any] = {"updated_at_ms": ctx.now_ms}
    if request.get("definition") is not None:
        check_definition(request["definition"])
        changes["definition_id"] = keep_definition(ctx, request["definition"])
    if request.get("roleArn") is not None:
        _check_role(request["roleArn"])
        changes["role_arn"] = request["roleArn"]
    if request.get("loggingConfiguration") is not None:
        changes["logging"] = _logging(request["loggingConfiguration"])
    for member, name in (("tracingConfiguration", "tracing"), ("encryptionConfiguration", "encryption")):
        if request.get(member) is not None:
            changes[name] = request[member]
    if {"definition_id", "role_arn"} & changes.keys():
        changes["revision_id"] = ctx.ids.uuid()
    machine = msgspec.structs.replace(machine, **changes)
    MACHINES.put(ctx, machine, machine.name)
    answer: dict[str, Any] = {"updateDate": ctx.now_ms / 1000, "revisionId": machine.revision_id}
    if request.get("publish"):
        published = publish(ctx, machine, request.get("versionDescription") or "")
        answer["stateMachineVersionArn"] = published.arn
    elif request.get("versionDescription"):
        raise ValidationException("Version description can only be set when publish is true")
    return answer


def describe_state_machine(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html"""
    ctx, machine, version = machine_at(ctx, request["stateMachineArn"])
    source = version or machine
    text = definition_text(ctx, source.definition_id)
    answer = {
        "stateMachineArn": source.arn,
        "name": machine.name,
        "status": machine.status,
        "type": machine.type,
        "roleArn": source.role_arn,
        "creationDate": source.created_at_ms / 1000,
        "loggingConfiguration": source.logging,
        "tracingConfiguration": source.tracing,
        "encryptionConfiguration": machine.encryption,
        "revisionId": source.revision_id,
    }
    if version and version.description:
        answer["description"] = version.description
    return answer | _data(text, request)


def _data(text: str, request: dict[str, Any]) -> dict[str, Any]:
    """The members that METADATA_ONLY leaves out."""
    if request.get("includedData") == "METADATA_ONLY":
        return {"definition": ""}
    references = variable_references(text)
    return {"definition": text} | ({"variableReferences": references} if references else {})


def describe_state_machine_for_execution(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html"""
    named = execution_of(request["executionArn"])
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    execution = EXECUTIONS.get(ctx, named.machine, named.id)
    if execution is None:
        raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{request['executionArn']}'")
    machine = MACHINES.get(ctx, named.machine.partition("/")[0])
    answer = {
        "stateMachineArn": execution.machine_arn,
        "name": named.machine.partition("/")[0],
        "roleArn": execution.role_arn,
        "updateDate": (machine.updated_at_ms if machine else execution.started_at_ms) / 1000,
        "loggingConfiguration": execution.logging or _LOGGING_DEFAULT,
        "tracingConfiguration": machine.tracing if machine else _TRACING_DEFAULT,
        "encryptionConfiguration": machine.encryption if machine else _ENCRYPTION_DEFAULT,
        "revisionId": execution.revision_id,
    }
    if execution.map_run_arn:
        answer |= {"mapRunArn": execution.map_run_arn, "label": named.machine.partition("/")[2]}
    return answer | _data(definition_text(ctx, execution.definition_id), request)


def list_state_machines(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html"""
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    try:
        found, token = page(MACHINES.values(ctx), lambda each: each.name, size, request.get("nextToken"))
    except PageToken:
        raise InvalidToken from None
    listed = [
        {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": machine.created_at_ms / 1000,
        }
        for machine in found
    ]
    return {"stateMachines": listed} | ({"nextToken": token} if token else {})


def delete_state_machine(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """It is gone when its last execution has ended; those that run are ended at their next transition.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
    """
    named = machine_of(request["stateMachineArn"])
    if named.qualifier:
        raise ValidationException("A version or an alias is deleted by an operation of its own")
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    machine = MACHINES.get(ctx, named.name)
    if machine is None:
        return {}
    ALIASES.delete_all(ctx, machine.name)
    remove_versions(ctx, machine.name)
    if RUNS.count(ctx, machine.name):
        MACHINES.put(ctx, msgspec.structs.replace(machine, status="DELETING"), machine.name)
    else:
        forget_machine(ctx, machine.name)
    return {}

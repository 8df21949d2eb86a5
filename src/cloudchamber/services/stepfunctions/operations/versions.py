"""Versions of state machines, and aliases that lead to them.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken as PageToken
from cloudchamber.aws.pages import page
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import (
    ConflictException,
    InvalidName,
    InvalidToken,
    ResourceNotFound,
    ServiceQuotaExceededException,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    ValidationException,
)
from cloudchamber.services.stepfunctions.model import Alias, StateMachine, Version
from cloudchamber.services.stepfunctions.records import ALIASES, MACHINES, VERSIONS
from cloudchamber.services.stepfunctions.rules.arns import MachineName, check_name, machine_of


def _machine(ctx: Context, text: str) -> tuple[Context, StateMachine]:
    named = machine_of(text)
    ctx = ctx.elsewhere(account=named.arn.account, region=named.arn.region)
    machine = MACHINES.get(ctx, named.name)
    if machine is None:
        raise StateMachineDoesNotExist(f"State Machine Does Not Exist: '{text}'")
    if machine.status == "DELETING":
        raise StateMachineDeleting(f"State Machine is being deleted: '{text}'")
    return ctx, machine


def publish(ctx: Context, machine: StateMachine, description: str) -> Version:
    """The version of a state machine as it is now; the last one again when nothing changed since."""
    machine = MACHINES.get(ctx, machine.name) or machine
    newest = next((each for _, each in VERSIONS.scan(ctx, machine.name, reverse=True, limit=1)), None)
    if newest and newest.revision_id == machine.revision_id:
        if newest.description != description:
            raise ConflictException(
                f"Version with a different description exists for this revision: '{newest.arn}'"
            )
        return newest
    if VERSIONS.count(ctx, machine.name) >= limits.VERSIONS_MAX:
        raise ServiceQuotaExceededException(
            f"The number of versions of a state machine is limited to {limits.VERSIONS_MAX}"
        )
    number = machine.version_count + 1
    version = Version(
        machine.name,
        number,
        f"{machine.arn}:{number}",
        machine.definition_id,
        machine.role_arn,
        ctx.now_ms,
        machine.revision_id,
        description,
        machine.logging,
        machine.tracing,
    )
    VERSIONS.put(ctx, version, machine.name, number)
    MACHINES.put(ctx, msgspec.structs.replace(machine, version_count=number), machine.name)
    return version


def remove_versions(ctx: Context, machine: str) -> None:
    """A state machine's versions go with it."""
    VERSIONS.delete_all(ctx, machine)


def publish_state_machine_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html"""
    ctx, machine = _machine(ctx, request["stateMachineArn"])
    wanted = request.get("revisionId")
    if wanted and wanted not in (machine.revision_id, "INITIAL"):
        raise ConflictException(
            f"Failed to publish the State Machine version for revision {wanted}. The current State Machine revision is "
            f"{machine.revision_id}."
        )
    version = publish(ctx, machine, request.get("description") or "")
    return {"creationDate": version.created_at_ms / 1000, "stateMachineVersionArn": version.arn}


def _version(ctx: Context, text: str) -> tuple[MachineName, Version | None]:
    named = machine_of(text)
    if not named.qualifier.isdigit():
        raise ValidationException("The ARN must be that of a state machine version")
    return named, VERSIONS.get(ctx, named.name, int(named.qualifier))


def delete_state_machine_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html"""
    named, version = _version(ctx, request["stateMachineVersionArn"])
    if version is None:
        return {}
    using = [
        alias.name
        for alias in ALIASES.values(ctx, named.name)
        if any(arn == version.arn for arn, _ in alias.routing)
    ]
    if using:
        raise ConflictException(
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: "
            f"[{', '.join(using)}]"
        )
    VERSIONS.delete(ctx, named.name, version.number)
    return {}


def list_state_machine_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The newest first. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html"""
    ctx, machine = _machine(ctx, request["stateMachineArn"])
    versions = [each for _, each in VERSIONS.scan(ctx, machine.name, reverse=True)]
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    found, token = _page(versions, lambda each: f"{10**9 - each.number:010d}", size, request)
    listed = [
        {"stateMachineVersionArn": each.arn, "creationDate": each.created_at_ms / 1000} for each in found
    ]
    return {"stateMachineVersions": listed} | token


def _page(
    items: list[Any], name_of: Any, size: int, request: dict[str, Any]
) -> tuple[list[Any], dict[str, str]]:
    try:
        found, token = page(items, name_of, size, request.get("nextToken"))
    except PageToken:
        raise InvalidToken from None
    return found, {"nextToken": token} if token else {}


# -- aliases


def create_state_machine_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html"""
    name = request["name"]
    check_name(name)
    if name.isdigit():
        raise InvalidName(f"Invalid Name: '{name}'")
    routing, machine = _routing(ctx, request["routingConfiguration"])
    known = ALIASES.get(ctx, machine.name, name)
    description = request.get("description") or ""
    if known:
        if (known.routing, known.description) != (routing, description):
            raise ConflictException(f"Alias {name} already exists with a different configuration")
        return _made(known)
    if ALIASES.count(ctx, machine.name) >= limits.ALIASES_MAX:
        raise ServiceQuotaExceededException(
            f"The number of aliases of a state machine is limited to {limits.ALIASES_MAX}"
        )
    alias = Alias(machine.name, name, f"{machine.arn}:{name}", routing, ctx.now_ms, ctx.now_ms, description)
    ALIASES.put(ctx, alias, machine.name, name)
    return _made(alias)


def _made(alias: Alias) -> dict[str, Any]:
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created_at_ms / 1000}


def _routing(ctx: Context, given: list[dict[str, Any]]) -> tuple[list[tuple[str, int]], StateMachine]:
    """The versions and weights of a routing configuration: one machine's, together 100 percent."""
    routing = [(each["stateMachineVersionArn"], each["weight"]) for each in given]
    if len({arn for arn, _ in routing}) != len(routing):
        raise ValidationException("Routing configuration must contain distinct state machine version ARNs")
    if sum(weight for _, weight in routing) != 100:
        raise ValidationException("Sum of routing configuration weights must equal 100")
    machines: set[str] = set()
    for arn, _ in routing:
        named, version = _version(ctx, arn)
        if version is None:
            raise ResourceNotFound(f"Request references a resource that does not exist: '{arn}'")
        machines.add(named.name)
    if len(machines) != 1:
        raise ValidationException("Routing configuration must name versions of one state machine")
    machine = MACHINES.get(ctx, machines.pop())
    assert machine is not None, "versions go with their state machine"
    return routing, machine


def _alias(ctx: Context, text: str) -> Alias:
    named = machine_of(text)
    if not named.qualifier or named.qualifier.isdigit():
        raise ValidationException("The ARN must be that of a state machine alias")
    alias = ALIASES.get(ctx, named.name, named.qualifier)
    if alias is None:
        raise ResourceNotFound(f"Request references a resource that does not exist: '{text}'")
    return alias


def describe_state_machine_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html"""
    alias = _alias(ctx, request["stateMachineAliasArn"])
    return {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        "description": alias.description,
        "routingConfiguration": [
            {"stateMachineVersionArn": arn, "weight": weight} for arn, weight in alias.routing
        ],
        "creationDate": alias.created_at_ms / 1000,
        "updateDate": alias.updated_at_ms / 1000,
    }


def update_state_machine_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html"""
    alias = _alias(ctx, request["stateMachineAliasArn"])
    changes: dict[str, Any] = {"updated_at_ms": ctx.now_ms}
    if request.get("description") is not None:
        changes["description"] = request["description"]
    if request.get("routingConfiguration"):
        changes["routing"] = _routing(ctx, request["routingConfiguration"])[0]
    if len(changes) == 1:
        raise ValidationException("Either the description or the routing configuration must be specified")
    ALIASES.put(ctx, msgspec.structs.replace(alias, **changes), alias.machine, alias.name)
    return {"updateDate": ctx.now_ms / 1000}


def delete_state_machine_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html"""
    alias = _alias(ctx, request["stateMachineAliasArn"])
    ALIASES.delete(ctx, alias.machine, alias.name)
    return {}


def list_state_machine_aliases(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html"""
    text = request["stateMachineArn"]
    ctx, machine = _machine(ctx, text)
    wanted = text if machine_of(text).qualifier else ""
    aliases = [
        alias
        for alias in ALIASES.values(ctx, machine.name)
        if not wanted or any(arn == wanted for arn, _ in alias.routing)
    ]
    size = request.get("maxResults") or limits.PAGE_DEFAULT
    found, token = _page(aliases, lambda each: each.name, size, request)
    return {"stateMachineAliases": [_made(each) for each in found]} | token

"""Event buses: create, describe, list, update, delete, and who may put events onto them."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import (
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
    ValidationException,
)
from cloudchamber.services.events.model import DEFAULT_BUS, Bus
from cloudchamber.services.events.operations import event_sources
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.operations.tags import as_tags
from cloudchamber.services.events.records import BUSES, RULES, bus_at, find_bus

_SETTINGS = ("KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


def arn_of(ctx: Context, bus_name: str) -> str:
    """The ARN of a bus."""
    return ctx.arn(f"event-bus/{bus_name}", service="events")


def _settings(request: dict[str, Any]) -> dict[str, Any]:
    return {name: request[name] for name in _SETTINGS if request.get(name)}


def create_event_bus(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html"""
    name = request["Name"]
    source_name = request.get("EventSourceName")
    if source_name:
        event_sources.check_matches(ctx, name, source_name)
    elif name.startswith("aws."):
        raise ValidationException("EventBus name starting with 'aws.' is not valid.")
    elif "/" in name:
        raise ValidationException("Event bus name must not contain '/'.")
    if find_bus(ctx, name):
        raise ResourceAlreadyExistsException(f"Event bus {name} already exists.")
    now_ms = ctx.now_ms
    bus = Bus(
        name,
        now_ms,
        now_ms,
        version=ctx.serial(),
        description=request.get("Description") or "",
        settings=_settings(request),
        tags=as_tags({}, request.get("Tags") or []),
    )
    BUSES.put(ctx, bus, name)
    if source_name:
        event_sources.activate(ctx, source_name)
    return {"EventBusArn": arn_of(ctx, name)} | _described(bus)


def _described(bus: Bus) -> dict[str, Any]:
    return ({"Description": bus.description} if bus.description else {}) | bus.settings


def update_event_bus(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html"""
    ctx, bus = bus_at(ctx, request.get("Name"))
    bus = msgspec.structs.replace(
        bus,
        modified_at_ms=ctx.now_ms,
        description=request.get("Description", bus.description),
        settings=bus.settings | _settings(request),
    )
    BUSES.put(ctx, bus, bus.name)
    return {"Arn": arn_of(ctx, bus.name), "Name": bus.name} | _described(bus)


def _listed(ctx: Context, bus: Bus) -> dict[str, Any]:
    answer: dict[str, Any] = {"Name": bus.name, "Arn": arn_of(ctx, bus.name)}
    if bus.description:
        answer["Description"] = bus.description
    if bus.policy:
        answer["Policy"] = bus.policy
    if bus.created_at_ms:
        answer |= {"CreationTime": bus.created_at_ms / 1000, "LastModifiedTime": bus.modified_at_ms / 1000}
    return answer


def describe_event_bus(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html"""
    ctx, bus = bus_at(ctx, request.get("Name"))
    return _listed(ctx, bus) | bus.settings


def list_event_buses(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html"""
    by_name = {DEFAULT_BUS: Bus(DEFAULT_BUS)} | {bus.name: bus for bus in BUSES.values(ctx)}
    prefix = request.get("NamePrefix") or ""
    names = sorted(name for name in by_name if name.startswith(prefix))
    found, token = page(request, names, str)
    return {"EventBuses": [_listed(ctx, by_name[name]) for name in found]} | token


def delete_event_bus(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is gone already is no error. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html"""
    name = request["Name"]
    if name == DEFAULT_BUS:
        raise ValidationException("Cannot delete event bus default.")
    if next(RULES.scan(ctx, name, limit=1), None):
        raise ValidationException(f"Event bus {name} can't be deleted since it has rules.")
    BUSES.delete(ctx, name)
    event_sources.release(ctx, name)
    return {}


def put_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    if request.get("Policy"):
        others = ("Action", "Principal", "StatementId", "Condition")
        if any(request.get(name) for name in others):
            raise ValidationException("Policy can't be specified together with other statement parameters.")
        _keep_policy(ctx, bus, _parsed(request["Policy"]))
        return {}
    for member in ("Action", "Principal", "StatementId"):
        if not request.get(member):
            raise ValidationException(f"Parameter {member} must be specified.")
    if request["Action"] != "events:PutEvents":
        raise ValidationException("Provided value in parameter 'action' is not supported.")
    principal = request["Principal"]
    statement: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": "events:PutEvents",
        "Resource": arn_of(ctx, bus.name),
    }
    condition = request.get("Condition")
    if condition:
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    empty: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
    policy = _parsed(bus.policy) if bus.policy else empty
    others = [each for each in policy["Statement"] if each.get("Sid") != request["StatementId"]]
    _keep_policy(ctx, bus, policy | {"Statement": [*others, statement]})
    return {}


def _parsed(text: str) -> dict[str, Any]:
    try:
        policy = msgspec.json.decode(text)
    except msgspec.DecodeError:
        policy = None
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), (list, dict)):
        raise ValidationException("Policy is not valid JSON.")
    statements = policy["Statement"]
    return policy | {"Statement": statements if isinstance(statements, list) else [statements]}


def _keep_policy(ctx: Context, bus: Bus, policy: dict[str, Any]) -> None:
    text = msgspec.json.encode(policy).decode() if policy["Statement"] else ""
    if len(text) > limits.POLICY_LENGTH_MAX:
        raise AwsError(
            "PolicyLengthExceededException", "The size of the policy exceeds the limit.", status=400
        )
    BUSES.put(ctx, msgspec.structs.replace(bus, policy=text, modified_at_ms=ctx.now_ms), bus.name)


def remove_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html"""
    ctx, bus = bus_at(ctx, request.get("EventBusName"))
    if request.get("RemoveAllPermissions"):
        _keep_policy(ctx, bus, {"Statement": []})
        return {}
    if not request.get("StatementId"):
        raise ValidationException("Parameter StatementId is required.")
    if not bus.policy:
        raise ResourceNotFoundException("EventBus does not have a policy.")
    policy = _parsed(bus.policy)
    left = [each for each in policy["Statement"] if each.get("Sid") != request["StatementId"]]
    if len(left) == len(policy["Statement"]):
        raise ResourceNotFoundException("Statement with the provided id does not exist.")
    _keep_policy(ctx, bus, policy | {"Statement": left})
    return {}

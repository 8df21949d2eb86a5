"""Global endpoints: create, describe, list, update, delete. Their events go to the primary Region, which is always healthy here.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.events.errors import ResourceAlreadyExistsException, ValidationException
from cloudchamber.services.events.model import Endpoint, Rule, Target
from cloudchamber.services.events.operations.deliveries import PRINCIPAL
from cloudchamber.services.events.operations.event_rules import keep_rule
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.operations.routes import change
from cloudchamber.services.events.records import (
    ENDPOINT_ARNS,
    ENDPOINTS,
    RULES,
    TARGETS,
    bus_at,
    bus_place,
    endpoint_named,
    find_bus,
    forget_rule,
)


def arn_of(ctx: Context, endpoint_name: str) -> str:
    """The ARN of a global endpoint."""
    return ctx.arn(f"endpoint/{endpoint_name}", service="events")


def create_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEndpoint.html"""
    name = request["Name"]
    if ENDPOINTS.has(ctx, name):
        raise ResourceAlreadyExistsException(f"Endpoint {name} already exists.")
    endpoint = Endpoint(
        name,
        f"{ctx.ids.hex(10)}.{ctx.ids.hex(3)}",
        ctx.now_ms,
        ctx.now_ms,
        request["RoutingConfig"],
        _buses(ctx, request["EventBuses"], request["RoutingConfig"]),
        _is_replicated(request),
        role_arn=request.get("RoleArn") or "",
        description=request.get("Description") or "",
    )
    _keep(ctx, endpoint)
    ENDPOINT_ARNS.put(ctx, arn_of(ctx, name), endpoint.id)
    return _settings(ctx, endpoint) | {"State": "CREATING"}


def _is_replicated(request: dict[str, Any]) -> bool:
    return ((request.get("ReplicationConfig") or {}).get("State") or "ENABLED") == "ENABLED"


def _buses(ctx: Context, given: list[dict[str, str]], routing: dict[str, Any]) -> tuple[str, str]:
    """The ARNs of an endpoint's buses, primary first. Raises AWS's errors.

    They have one name and account; one lies in the endpoint's own region, and one in the secondary.
    """
    secondary_region = routing["FailoverConfig"]["Secondary"]["Route"]
    by_region: dict[str, str] = {}
    for each in given:
        place, _ = bus_at(ctx, each["EventBusArn"])
        if place.account != ctx.account:
            raise ValidationException(
                "The event buses of an endpoint must be in the account of the endpoint."
            )
        by_region[place.region] = each["EventBusArn"]
    if by_region.keys() != {ctx.region, secondary_region} or len(by_region) != 2:
        raise ValidationException(
            "The event buses of an endpoint must be one in its primary and one in its secondary Region."
        )
    primary, secondary = by_region[ctx.region], by_region[secondary_region]
    if bus_place(ctx, primary)[1] != bus_place(ctx, secondary)[1]:
        raise ValidationException("The names of the event buses must be identical in each Region.")
    return primary, secondary


def _keep(ctx: Context, endpoint: Endpoint) -> None:
    """Write an endpoint, and the managed rules that replicate its events from each of its buses to the other."""
    if endpoint.replicated and not endpoint.role_arn:
        raise ValidationException("RoleArn is required when event replication is enabled.")
    ENDPOINTS.put(ctx, endpoint, endpoint.name)
    if not endpoint.replicated:
        return
    pattern = msgspec.json.encode({"resources": [arn_of(ctx, endpoint.name)]}).decode()
    for source, target in (endpoint.buses, reversed(endpoint.buses)):
        place, bus = bus_at(ctx, source)
        rule = Rule(
            endpoint.managed_rule,
            bus.name,
            pattern=pattern,
            role_arn=endpoint.role_arn,
            managed_by=PRINCIPAL,
            created_by=ctx.account,
        )
        TARGETS.put(place, Target("replica", target, {"Arn": target}), bus.name, rule.name, "replica")
        keep_rule(place, bus, rule)


def _stop_replication(ctx: Context, endpoint: Endpoint) -> None:
    for arn in endpoint.buses:
        place, name = bus_place(ctx, arn)
        bus, rule = find_bus(place, name), RULES.get(place, name, endpoint.managed_rule)
        if bus and rule:
            forget_rule(place, rule)
            change(place, bus, rule.name)


def _settings(ctx: Context, endpoint: Endpoint) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Name": endpoint.name,
        "Arn": arn_of(ctx, endpoint.name),
        "RoutingConfig": endpoint.routing,
        "ReplicationConfig": {"State": "ENABLED" if endpoint.replicated else "DISABLED"},
        "EventBuses": [{"EventBusArn": arn} for arn in endpoint.buses],
    }
    return answer | ({"RoleArn": endpoint.role_arn} if endpoint.role_arn else {})


def _address(endpoint: Endpoint) -> dict[str, str]:
    url = f"https://{endpoint.id}.endpoint.events.amazonaws.com"
    return {"EndpointId": endpoint.id, "EndpointUrl": url}


def _described(ctx: Context, endpoint: Endpoint) -> dict[str, Any]:
    answer = _settings(ctx, endpoint) | _address(endpoint) | {"State": "ACTIVE"}
    answer |= {
        "CreationTime": endpoint.created_at_ms / 1000,
        "LastModifiedTime": endpoint.modified_at_ms / 1000,
    }
    return answer | ({"Description": endpoint.description} if endpoint.description else {})


def describe_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEndpoint.html"""
    ctx = ctx.elsewhere(region=request.get("HomeRegion"))
    return _described(ctx, endpoint_named(ctx, request["Name"]))


def list_endpoints(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEndpoints.html"""
    ctx, prefix = ctx.elsewhere(region=request.get("HomeRegion")), request.get("NamePrefix") or ""
    named = [each for each in ENDPOINTS.values(ctx) if each.name.startswith(prefix)]
    found, token = page(request | {"Limit": request.get("MaxResults")}, named, lambda each: each.name)
    return {"Endpoints": [_described(ctx, each) for each in found]} | token


def update_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is not named stays. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEndpoint.html"""
    known = endpoint_named(ctx, request["Name"])
    routing = request.get("RoutingConfig") or known.routing
    buses = request.get("EventBuses") or [{"EventBusArn": arn} for arn in known.buses]
    _stop_replication(ctx, known)
    changed = msgspec.structs.replace(
        known,
        modified_at_ms=ctx.now_ms,
        routing=routing,
        buses=_buses(ctx, buses, routing),
        replicated=_is_replicated(request) if request.get("ReplicationConfig") else known.replicated,
        role_arn=request.get("RoleArn") or known.role_arn,
        description=request.get("Description", known.description),
    )
    _keep(ctx, changed)
    return _settings(ctx, changed) | _address(changed) | {"State": "UPDATING"}


def delete_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEndpoint.html"""
    endpoint = endpoint_named(ctx, request["Name"])
    _stop_replication(ctx, endpoint)
    ENDPOINTS.delete(ctx, endpoint.name)
    ENDPOINT_ARNS.delete(ctx, endpoint.id)
    return {}

"""API destinations: create, describe, list, update, delete.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import (
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
    ValidationException,
)
from cloudchamber.services.events.model import ApiDestination
from cloudchamber.services.events.operations.connections import arn_of
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.records import (
    API_DESTINATIONS,
    CONNECTIONS,
    api_destination_named,
    forget_api_destination,
)


def create_api_destination(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html"""
    name = request["Name"]
    if API_DESTINATIONS.has(ctx, name):
        raise ResourceAlreadyExistsException(f"An api-destination '{name}' already exists.")
    made = ApiDestination(
        name,
        ctx.ids.uuid(),
        ctx.now_ms,
        ctx.now_ms,
        request["ConnectionArn"],
        request["InvocationEndpoint"],
        request["HttpMethod"],
        rate_per_s=request.get("InvocationRateLimitPerSecond") or limits.INVOCATIONS_PER_S_DEFAULT,
        description=request.get("Description") or "",
    )
    return _kept(ctx, made)


def _kept(ctx: Context, destination: ApiDestination) -> dict[str, Any]:
    if not destination.endpoint.startswith(("https://", "http://")):
        raise ValidationException("Parameter InvocationEndpoint is not valid. Reason: It must be a URL.")
    connection = Arn.parse(destination.connection_arn)
    name = connection.resource.split("/")[1] if connection else ""
    known = CONNECTIONS.get(ctx, name) if name else None
    if known is None or arn_of(ctx, known) != destination.connection_arn:
        raise ResourceNotFoundException(f"Connection '{name}' does not exist.")
    API_DESTINATIONS.put(ctx, destination, destination.name)
    return _answer(ctx, destination)


def _answer(ctx: Context, destination: ApiDestination) -> dict[str, Any]:
    connection = CONNECTIONS.get(ctx, destination.connection_arn.split("/")[1])
    active = connection is not None and connection.state == "AUTHORIZED"
    return {
        "ApiDestinationArn": ctx.arn(
            f"api-destination/{destination.name}/{destination.id}", service="events"
        ),
        "ApiDestinationState": "ACTIVE" if active else "INACTIVE",
        "CreationTime": destination.created_at_ms / 1000,
        "LastModifiedTime": destination.modified_at_ms / 1000,
    }


def update_api_destination(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is not named stays. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateApiDestination.html"""
    known = api_destination_named(ctx, request["Name"])
    changed = msgspec.structs.replace(
        known,
        modified_at_ms=ctx.now_ms,
        connection_arn=request.get("ConnectionArn") or known.connection_arn,
        endpoint=request.get("InvocationEndpoint") or known.endpoint,
        method=request.get("HttpMethod") or known.method,
        rate_per_s=request.get("InvocationRateLimitPerSecond") or known.rate_per_s,
        description=request.get("Description", known.description),
    )
    return _kept(ctx, changed)


def describe_api_destination(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeApiDestination.html"""
    destination = api_destination_named(ctx, request["Name"])
    described = {"Description": destination.description} if destination.description else {}
    return _listed(ctx, destination) | described


def _listed(ctx: Context, destination: ApiDestination) -> dict[str, Any]:
    return _answer(ctx, destination) | {
        "Name": destination.name,
        "ConnectionArn": destination.connection_arn,
        "InvocationEndpoint": destination.endpoint,
        "HttpMethod": destination.method,
        "InvocationRateLimitPerSecond": destination.rate_per_s,
    }


def list_api_destinations(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListApiDestinations.html"""
    prefix, connection_arn = request.get("NamePrefix") or "", request.get("ConnectionArn")
    wanted = [
        each
        for each in API_DESTINATIONS.values(ctx)
        if each.name.startswith(prefix) and connection_arn in (None, each.connection_arn)
    ]
    found, token = page(request, wanted, lambda each: each.name)
    return {"ApiDestinations": [_listed(ctx, each) for each in found]} | token


def delete_api_destination(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteApiDestination.html"""
    forget_api_destination(ctx, api_destination_named(ctx, request["Name"]))
    return {}

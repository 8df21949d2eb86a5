"""Partner event sources, as the account sees them that they are offered to: describe, list, activate, deactivate.

A source is PENDING until a bus of its name is made, and again when it is deactivated or its bus is deleted; what its partner
sends meanwhile goes nowhere.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-saas.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.arn import partition_of
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import (
    InvalidStateException,
    ResourceNotFoundException,
    ValidationException,
)
from cloudchamber.services.events.model import EventSource
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.records import (
    BUSES,
    EVENT_SOURCES,
    OFFERED,
    event_source_named,
    forget_event_source,
)


def arn_of(ctx: Context, source_name: str) -> str:
    """The ARN of a partner event source, which belongs to no account."""
    return f"arn:{partition_of(ctx.region)}:events:{ctx.region}::event-source/{source_name}"


def suspend(ctx: Context, source: EventSource) -> None:
    """Keep a source as PENDING; it ends in two weeks if it still is."""
    expires_at_ms = ctx.now_ms + limits.EVENT_SOURCE_PENDING_MS_MAX
    pending = msgspec.structs.replace(source, state="PENDING", expires_at_ms=expires_at_ms)
    EVENT_SOURCES.put(ctx, pending, source.name)
    request = {"Name": source.name, "ExpiresAtMs": expires_at_ms}
    ctx.later("events", "expire_event_source", request, due_at_ms=expires_at_ms, recurring=True)


def end_source(ctx: Context, source: EventSource) -> None:
    """The partner's side of a source ends, and the other one with it unless a bus still stands for it."""
    if BUSES.has(ctx, source.name):
        OFFERED.delete(ctx.elsewhere(account=source.partner), source.name)
        EVENT_SOURCES.put(ctx, msgspec.structs.replace(source, state="DELETED"), source.name)
    else:
        forget_event_source(ctx, source)


def check_matches(ctx: Context, bus_name: str, source_name: str) -> None:
    """Raise AWS's error unless a bus of this name may be made for a source."""
    source = event_source_named(ctx, source_name)
    if bus_name != source_name:
        raise ValidationException("Event bus name must match the name of the partner event source.")
    if source.state == "DELETED":
        raise InvalidStateException()


def activate(ctx: Context, source_name: str) -> None:
    """Let a source's events reach its bus."""
    source = event_source_named(ctx, source_name)
    EVENT_SOURCES.put(ctx, msgspec.structs.replace(source, state="ACTIVE"), source_name)


def release(ctx: Context, bus_name: str) -> None:
    """The bus of a source, if this was one, was deleted."""
    source = EVENT_SOURCES.get(ctx, bus_name)
    if source and source.state == "DELETED":
        forget_event_source(ctx, source)
    elif source and source.state == "ACTIVE":
        suspend(ctx, source)


def shown(source: EventSource) -> dict[str, Any]:
    """What both sides are told of a source's life."""
    answer: dict[str, Any] = {"CreationTime": source.created_at_ms / 1000, "State": source.state}
    if source.state == "PENDING":
        answer["ExpirationTime"] = source.expires_at_ms / 1000
    return answer


def _described(ctx: Context, source: EventSource) -> dict[str, Any]:
    created_by = "/".join(source.name.split("/")[:2])
    return {"Arn": arn_of(ctx, source.name), "CreatedBy": created_by, "Name": source.name} | shown(source)


def describe_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventSource.html"""
    return _described(ctx, event_source_named(ctx, request["Name"]))


def list_event_sources(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventSources.html"""
    prefix = request.get("NamePrefix") or ""
    named = [each for each in EVENT_SOURCES.values(ctx) if each.name.startswith(prefix)]
    found, token = page(request, named, lambda each: each.name)
    return {"EventSources": [_described(ctx, each) for each in found]} | token


def activate_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ActivateEventSource.html"""
    activate(ctx, _with_bus(ctx, request["Name"]).name)
    return {}


def deactivate_event_source(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeactivateEventSource.html"""
    source = _with_bus(ctx, request["Name"])
    if source.state == "ACTIVE":
        suspend(ctx, source)
    return {}


def _with_bus(ctx: Context, name: str) -> EventSource:
    """A source that has its bus. Raises ResourceNotFoundException, and InvalidStateException for one that was deleted."""
    source = EVENT_SOURCES.get(ctx, name)
    if source is None or not BUSES.has(ctx, name):
        raise ResourceNotFoundException(f"Event source {name} or event bus {name} does not exist.")
    if source.state == "DELETED":
        raise InvalidStateException()
    return source

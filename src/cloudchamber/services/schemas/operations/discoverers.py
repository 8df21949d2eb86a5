"""Discoverers: a managed rule of a bus brings each its events, from which it infers schemas.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-event-bus.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.errors import BadRequestException, ConflictException, ForbiddenException
from cloudchamber.services.schemas.model import DISCOVERED, Discoverer, Registry
from cloudchamber.services.schemas.operations.pages import paged
from cloudchamber.services.schemas.operations.tags import checked_tags
from cloudchamber.services.schemas.records import DISCOVERERS, REGISTRIES, discoverer_at

_PRINCIPAL = "schemas.amazonaws.com"
_TARGET_ID = "discoverer"


def _summary(ctx: Context, discoverer: Discoverer) -> dict[str, Any]:
    return {
        "DiscovererArn": ctx.arn(f"discoverer/{discoverer.id}"),
        "DiscovererId": discoverer.id,
        "SourceArn": discoverer.source_arn,
        "State": discoverer.state,
        "CrossAccount": discoverer.cross_account,
        "Tags": discoverer.tags,
    }


def _shown(ctx: Context, discoverer: Discoverer) -> dict[str, Any]:
    described = {"Description": discoverer.description} if discoverer.description else {}
    return _summary(ctx, discoverer) | described


def _put_rule(ctx: Context, discoverer: Discoverer) -> None:
    """Make or change the rule that brings the events: all of the bus, or those of this account only."""
    own = {"account": [ctx.account]}
    pattern = {"source": [{"prefix": ""}]} if discoverer.cross_account else own
    request = {
        "Name": discoverer.rule_name,
        "EventBusName": discoverer.source_arn,
        "EventPattern": msgspec.json.encode(pattern).decode(),
        "State": "ENABLED" if discoverer.state == "STARTED" else "DISABLED",
        "Description": "This rule is used to route events to Schema Discoverer",
    }
    ctx.join("events", "PutRule", request, principal=_PRINCIPAL)


def create_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers.html"""
    source_arn = request["SourceArn"]
    bus = Arn.parse(source_arn)
    if bus is None or bus.service != "events" or not bus.resource.startswith("event-bus/"):
        raise BadRequestException(f"SourceArn {source_arn} is not the ARN of an event bus.")
    if (bus.account, bus.region) != (ctx.account, ctx.region):
        raise BadRequestException(f"SourceArn {source_arn} is not of this account and region.")
    discoverer_id = f"events-{bus.resource.replace('/', '-')}"
    if DISCOVERERS.has(ctx, discoverer_id):
        raise ConflictException(f"A discoverer for {source_arn} already exists.")
    if DISCOVERERS.count(ctx) >= limits.DISCOVERERS_MAX:
        raise ForbiddenException(f"The maximum of {limits.DISCOVERERS_MAX} discoverers is reached.")
    discoverer = Discoverer(
        discoverer_id,
        source_arn,
        "STARTED",
        request.get("Description") or "",
        request.get("CrossAccount") is not False,
        checked_tags(request.get("Tags") or {}),
    )
    try:
        _put_rule(ctx, discoverer)
    except AwsError as error:
        raise BadRequestException(error.message) from None
    target = {"Id": _TARGET_ID, "Arn": ctx.arn(f"discoverer/{discoverer_id}")}
    request = {"Rule": discoverer.rule_name, "EventBusName": source_arn, "Targets": [target]}
    ctx.join("events", "PutTargets", request, principal=_PRINCIPAL)
    if not REGISTRIES.has(ctx, DISCOVERED):
        about = "Contains the schemas discovered from events on event buses."
        REGISTRIES.put(ctx, Registry(DISCOVERED, about), DISCOVERED)
    DISCOVERERS.put(ctx, discoverer, discoverer_id)
    return _shown(ctx, discoverer)


def describe_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers-id-discovererid.html"""
    return _shown(ctx, discoverer_at(ctx, request["DiscovererId"]))


def list_discoverers(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers.html"""
    ids, sources = request.get("DiscovererIdPrefix") or "", request.get("SourceArnPrefix") or ""
    named = [
        each
        for each in DISCOVERERS.values(ctx)
        if each.id.startswith(ids) and each.source_arn.startswith(sources)
    ]
    found, token = paged(request, named, lambda discoverer: discoverer.id)
    return {"Discoverers": [_summary(ctx, discoverer) for discoverer in found]} | token


def update_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers-id-discovererid.html"""
    discoverer = discoverer_at(ctx, request["DiscovererId"])
    crossing, description = request.get("CrossAccount"), request.get("Description")
    changed = msgspec.structs.replace(
        discoverer,
        description=discoverer.description if description is None else description,
        cross_account=discoverer.cross_account if crossing is None else crossing,
    )
    return _shown(ctx, _changed(ctx, discoverer, changed))


def _changed(ctx: Context, old: Discoverer, new: Discoverer) -> Discoverer:
    if (old.state, old.cross_account) != (new.state, new.cross_account):
        _put_rule(ctx, new)
    DISCOVERERS.put(ctx, new, new.id)
    return new


def start_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers-id-discovererid-start.html"""
    return _set_state(ctx, request["DiscovererId"], "STARTED")


def stop_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers-id-discovererid-stop.html"""
    return _set_state(ctx, request["DiscovererId"], "STOPPED")


def _set_state(ctx: Context, discoverer_id: str, state: str) -> dict[str, Any]:
    discoverer = discoverer_at(ctx, discoverer_id)
    _changed(ctx, discoverer, msgspec.structs.replace(discoverer, state=state))
    return {"DiscovererId": discoverer_id, "State": state}


def delete_discoverer(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The schemas it found stay.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discoverers-id-discovererid.html
    """
    discoverer = discoverer_at(ctx, request["DiscovererId"])
    names = {"EventBusName": discoverer.source_arn}
    removal = names | {"Rule": discoverer.rule_name, "Ids": [_TARGET_ID], "Force": True}
    try:
        ctx.join("events", "RemoveTargets", removal, principal=_PRINCIPAL)
        deletion = names | {"Name": discoverer.rule_name, "Force": True}
        ctx.join("events", "DeleteRule", deletion, principal=_PRINCIPAL)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
    DISCOVERERS.delete(ctx, discoverer.id)
    return {}

"""What the outbox runs for the schema registry."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.model import DISCOVERED, OPEN_API, Schema
from cloudchamber.services.schemas.operations.announcements import SOURCE, announce
from cloudchamber.services.schemas.records import DISCOVERERS, SCHEMAS, VERSIONS, add_version
from cloudchamber.services.schemas.rules.documents import event_document, is_event, schema_name
from cloudchamber.services.schemas.rules.inference import Shape, infer, is_too_deep, merge, nothing


def discover_event(ctx: Context, request: dict[str, Any]) -> None:
    """An event came over a discoverer's bus: a shape that its schema does not have yet makes a new version.

    Meant while the discoverer is started. What is nested too deeply is ignored, and so is what the registry itself announces.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-event-bus.html
    """
    discoverer = DISCOVERERS.get(ctx, request["Discoverer"])
    if discoverer is None or discoverer.state != "STARTED":
        return
    event: Any = msgspec.json.decode(request["Event"])
    if not is_event(event) or event["source"] == SOURCE or is_too_deep(event, limits.DISCOVERY_LEVELS_MAX):
        return
    name = schema_name(event["source"], event["detail-type"])[: limits.SCHEMA_NAME_LENGTH_MAX]
    schema = SCHEMAS.get(ctx, DISCOVERED, name)
    known: Shape = msgspec.json.decode(schema.shape) if schema and schema.shape else nothing()
    shape = merge(known, infer(event["detail"]))
    if shape == known or not _has_room(ctx, schema):
        return
    text = msgspec.json.encode(shape).decode()
    if schema is None:
        about = f"Schema for event type {event['detail-type']}, published by {event['source']}"
        schema = Schema(DISCOVERED, name, ctx.now_ms, about[:256])
    document = event_document(event["source"], event["detail-type"], shape)
    content = msgspec.json.encode(document).decode()
    schema = msgspec.structs.replace(schema, shape=text)
    schema, version = add_version(ctx, schema, OPEN_API, content)
    announce(ctx, schema, version)


def _has_room(ctx: Context, schema: Schema | None) -> bool:
    if schema is None:
        return SCHEMAS.count(ctx, DISCOVERED) < limits.DISCOVERED_SCHEMAS_MAX
    return VERSIONS.count(ctx, DISCOVERED, schema.name) < limits.VERSIONS_PER_SCHEMA_MAX

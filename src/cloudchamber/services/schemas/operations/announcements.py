"""Announcements: the events that tell of new schemas and versions, on the default bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/event-reference.html
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.schemas.model import Schema, Version
from cloudchamber.wire.instants import formatter

SOURCE = "aws.schemas"
_ISO = formatter("iso8601")


def announce(ctx: Context, schema: Schema, version: Version) -> None:
    """Tell of a version; the first one is told of as a new schema too."""
    detail = {
        "SchemaName": schema.name,
        "SchemaType": version.type,
        "RegistryName": schema.registry,
        "CreationDate": _ISO(version.created_at_ms // 1000),
        "Version": str(version.number),
    }
    kinds = ["Schema Created"] if version.number == 1 else []
    entries = [
        {
            "Source": SOURCE,
            "DetailType": kind,
            "Detail": msgspec.json.encode(detail).decode(),
            "Resources": [ctx.arn(schema.resource)],
        }
        for kind in [*kinds, "Schema Version Created"]
    ]
    ctx.later("events", "put_service_events", {"Entries": entries}, principal="schemas.amazonaws.com")

"""Announcements: the events that tell of changed parameters, on the default bus.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.ssm.model import Parameter
from cloudchamber.services.ssm.operations.finding import arn_of

SOURCE = "aws.ssm"
Change = Literal["Create", "Update", "Delete", "LabelParameterVersion"]


def announce(ctx: Context, parameter: Parameter, change: Change) -> None:
    """Tell of a change to a parameter."""
    latest = parameter.latest
    detail = {"operation": change, "name": parameter.name, "type": latest.type}
    if latest.description:
        detail["description"] = latest.description
    entry = {
        "Source": SOURCE,
        "DetailType": "Parameter Store Change",
        "Detail": msgspec.json.encode(detail).decode(),
        "Resources": [arn_of(ctx, parameter.name)],
    }
    ctx.later("events", "put_service_events", {"Entries": [entry]}, principal="ssm.amazonaws.com")

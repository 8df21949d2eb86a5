"""Tags of rules and buses. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-tagging.html"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    ValidationException,
)
from cloudchamber.services.events.model import DEFAULT_BUS
from cloudchamber.services.events.records import BUSES, RULES, bus_at, rule_at

Change = Callable[[dict[str, str]], dict[str, str]]


def as_tags(existing: dict[str, str], tags: list[dict[str, str]]) -> dict[str, str]:
    """`existing` with `tags` as a request gives them. Raises LimitExceededException."""
    merged = existing | {tag["Key"]: tag["Value"] for tag in tags}
    if len(merged) > limits.TAGS_MAX:
        raise LimitExceededException()
    return merged


def _tags(ctx: Context, resource_arn: str, change: Change | None = None) -> dict[str, str]:
    """The tags of a rule or bus, changed first when there is a change."""
    arn = Arn.parse(resource_arn)
    if arn is None or arn.service != "events":
        raise ValidationException(
            f"Parameter {resource_arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    kind, _, rest = arn.resource.partition("/")
    if kind == "event-bus":
        _, bus = bus_at(ctx, rest)
        if change:
            bus = msgspec.structs.replace(bus, tags=change(bus.tags))
            BUSES.put(ctx, bus, bus.name)
        return bus.tags
    if kind != "rule":
        raise ResourceNotFoundException(f"{resource_arn} does not exist.")
    bus_name, _, name = rest.rpartition("/")
    ctx, bus = bus_at(ctx, bus_name or DEFAULT_BUS)
    rule = rule_at(ctx, bus, name)
    if change:
        rule = msgspec.structs.replace(rule, tags=change(rule.tags))
        RULES.put(ctx, rule, bus.name, name)
    return rule.tags


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html"""
    tags = _tags(ctx, request["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html"""
    _tags(ctx, request["ResourceARN"], lambda tags: as_tags(tags, request["Tags"]))
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html"""
    gone = set(request["TagKeys"])
    _tags(ctx, request["ResourceARN"], lambda tags: {key: tags[key] for key in tags if key not in gone})
    return {}

"""Tags of alarms and dashboards.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.tags import tag_list, tags_of
from cloudchamber.services.cloudwatch import limits
from cloudchamber.services.cloudwatch.errors import InvalidParameterValueException, ResourceNotFoundException
from cloudchamber.services.cloudwatch.model import Alarm, Dashboard
from cloudchamber.services.cloudwatch.records import ALARMS, DASHBOARDS

Request = dict[str, Any]


def list_tags_for_resource(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListTagsForResource.html"""
    return {"Tags": tag_list(_tagged(ctx, request["ResourceARN"]).tags)}


def tag_resource(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html"""
    _set(ctx, request["ResourceARN"], lambda tags: tags | tags_of(request))
    return {}


def untag_resource(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_UntagResource.html"""
    gone = set(request["TagKeys"])
    _set(ctx, request["ResourceARN"], lambda tags: {k: v for k, v in tags.items() if k not in gone})
    return {}


def _set(ctx: Context, arn: str, change: Any) -> None:
    resource = _tagged(ctx, arn)
    tags = change(resource.tags)
    if len(tags) > limits.TAGS_MAX:
        raise InvalidParameterValueException(f"A resource has at most {limits.TAGS_MAX} tags.")
    if isinstance(resource, Alarm):
        ALARMS.put(ctx, msgspec.structs.replace(resource, tags=tags), resource.name)
    else:
        DASHBOARDS.put(ctx, msgspec.structs.replace(resource, tags=tags), resource.name)


def _tagged(ctx: Context, text: str) -> Alarm | Dashboard:
    """The alarm or dashboard of an ARN. Raises ResourceNotFoundException."""
    arn = Arn.parse(text)
    kind, name = "", ""
    if arn:
        kind, _, name = arn.resource.partition(":" if arn.resource.startswith("alarm:") else "/")
    found = (
        {"alarm": ALARMS, "dashboard": DASHBOARDS}[kind].get(ctx, name)
        if kind in ("alarm", "dashboard")
        else None
    )
    if found is None:
        raise ResourceNotFoundException(f"Resource {text} does not exist", ResourceId=text, ResourceType=kind)
    return found

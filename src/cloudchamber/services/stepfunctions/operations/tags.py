"""Tags of state machines and activities.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#tagging
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.stepfunctions import limits
from cloudchamber.services.stepfunctions.errors import InvalidArn, ResourceNotFound, TooManyTags
from cloudchamber.services.stepfunctions.model import Activity, StateMachine
from cloudchamber.services.stepfunctions.records import ACTIVITIES, MACHINES


def _tagged(ctx: Context, text: str) -> tuple[Context, StateMachine | Activity]:
    arn = Arn.parse(text)
    kind, _, name = arn.resource.partition(":") if arn else ("", "", "")
    if arn is None or arn.service != "states" or kind not in ("stateMachine", "activity"):
        raise InvalidArn(f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    found = MACHINES.get(ctx, name) if kind == "stateMachine" else ACTIVITIES.get(ctx, name)
    if found is None:
        raise ResourceNotFound(f"Resource not found: '{text}'")
    return ctx, found


def _keep(ctx: Context, found: StateMachine | Activity, tags: dict[str, str]) -> None:
    if isinstance(found, StateMachine):
        MACHINES.put(ctx, msgspec.structs.replace(found, tags=tags), found.name)
    else:
        ACTIVITIES.put(ctx, msgspec.structs.replace(found, tags=tags), found.name)


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html"""
    _, found = _tagged(ctx, request["resourceArn"])
    return {"tags": [{"key": key, "value": value} for key, value in found.tags.items()]}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html"""
    ctx, found = _tagged(ctx, request["resourceArn"])
    tags = found.tags | {tag["key"]: tag["value"] for tag in request["tags"]}
    if len(tags) > limits.TAGS_MAX:
        raise TooManyTags()
    _keep(ctx, found, tags)
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html"""
    ctx, found = _tagged(ctx, request["resourceArn"])
    _keep(ctx, found, {key: value for key, value in found.tags.items() if key not in request["tagKeys"]})
    return {}

"""Tags of pipes. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-tagging.html"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.errors import NotFoundException, ValidationException
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.records import PIPES


def _pipe_of(ctx: Context, text: str) -> Pipe:
    arn = Arn.parse(text)
    is_own = arn and (arn.service, arn.account, arn.region) == ("pipes", ctx.account, ctx.region)
    pipe = PIPES.get(ctx, arn.resource.removeprefix("pipe/")) if arn and is_own else None
    if pipe is None:
        raise NotFoundException(f"Resource {text} does not exist.")
    return pipe


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_ListTagsForResource.html"""
    return {"tags": _pipe_of(ctx, request["resourceArn"]).tags}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_TagResource.html"""
    pipe = _pipe_of(ctx, request["resourceArn"])
    tags = pipe.tags | request["tags"]
    if len(tags) > limits.TAGS_MAX:
        raise ValidationException(f"A pipe can have at most {limits.TAGS_MAX} tags.")
    PIPES.put(ctx, msgspec.structs.replace(pipe, tags=tags), pipe.name)
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UntagResource.html"""
    pipe = _pipe_of(ctx, request["resourceArn"])
    tags = {key: value for key, value in pipe.tags.items() if key not in request["tagKeys"]}
    PIPES.put(ctx, msgspec.structs.replace(pipe, tags=tags), pipe.name)
    return {}

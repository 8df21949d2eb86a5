"""Tags of registries, schemas and discoverers.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/tags-resource-arn.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.errors import BadRequestException, NotFoundException
from cloudchamber.services.schemas.model import Discoverer, Registry, Schema
from cloudchamber.services.schemas.records import (
    DISCOVERERS,
    REGISTRIES,
    SCHEMAS,
    discoverer_at,
    registry_named,
    schema_named,
)

Change = Callable[[dict[str, str]], dict[str, str]]


def checked_tags(tags: dict[str, str]) -> dict[str, str]:
    """The tags, if they are not too many. Raises BadRequestException."""
    if len(tags) > limits.TAGS_MAX:
        raise BadRequestException(f"A resource can have no more than {limits.TAGS_MAX} tags.")
    return tags


def _tagged(ctx: Context, request: dict[str, Any]) -> Registry | Schema | Discoverer:
    """What an ARN names. Raises NotFoundException."""
    text = request["ResourceArn"]
    arn = Arn.parse(text)
    if arn is None or arn.service != "schemas":
        raise BadRequestException(f"The resource ARN {text} is not valid.")
    if (arn.account, arn.region) != (ctx.account, ctx.region):
        raise NotFoundException(f"Resource {text} does not exist.")
    kind, _, name = arn.resource.partition("/")
    if kind == "registry":
        return registry_named(ctx, name)
    if kind == "discoverer":
        return discoverer_at(ctx, name)
    registry, _, schema = name.partition("/")
    return schema_named(ctx, registry, schema)


def _keep(ctx: Context, tagged: Registry | Schema | Discoverer, tags: dict[str, str]) -> None:
    if isinstance(tagged, Registry):
        REGISTRIES.put(ctx, msgspec.structs.replace(tagged, tags=tags), tagged.name)
    elif isinstance(tagged, Schema):
        SCHEMAS.put(ctx, msgspec.structs.replace(tagged, tags=tags), tagged.registry, tagged.name)
    else:
        DISCOVERERS.put(ctx, msgspec.structs.replace(tagged, tags=tags), tagged.id)


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/tags-resource-arn.html"""
    return {"Tags": _tagged(ctx, request).tags}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/tags-resource-arn.html"""
    tagged = _tagged(ctx, request)
    _keep(ctx, tagged, checked_tags(tagged.tags | request["Tags"]))
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/tags-resource-arn.html"""
    tagged = _tagged(ctx, request)
    _keep(ctx, tagged, {key: value for key, value in tagged.tags.items() if key not in request["TagKeys"]})
    return {}

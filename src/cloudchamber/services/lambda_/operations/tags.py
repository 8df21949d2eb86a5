"""Tags of functions and event source mappings.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.lambda_.errors import InvalidParameterValueException, ResourceNotFoundException
from cloudchamber.services.lambda_.operations.finding import Named, latest
from cloudchamber.services.lambda_.records import FUNCTIONS, MAPPINGS
from cloudchamber.services.lambda_.rules.tags import merged


def _tagged(ctx: Context, text: str) -> tuple[dict[str, str], Callable[[dict[str, str]], None]]:
    """The tags of a resource, and how to keep others."""
    arn = Arn.parse(text)
    if arn is None:
        raise InvalidParameterValueException(f"Invalid ARN: {text}", Type="User")
    ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    kind, name, *qualifier = arn.resource.split(":")
    if kind == "function":
        if qualifier:
            raise InvalidParameterValueException(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.",
                Type="User",
            )
        function = latest(Named(ctx, name, ""))
        return function.tags, lambda tags: FUNCTIONS.put(
            ctx, msgspec.structs.replace(function, tags=tags), name
        )
    mapping = MAPPINGS.get(ctx, name) if kind == "event-source-mapping" else None
    if mapping is None:
        raise ResourceNotFoundException("The resource you requested does not exist.", Type="User")
    return mapping.tags, lambda tags: MAPPINGS.put(ctx, msgspec.structs.replace(mapping, tags=tags), name)


def list_tags(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html"""
    return {"Tags": _tagged(ctx, request["Resource"])[0]}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html"""
    tags, keep = _tagged(ctx, request["Resource"])
    keep(merged(tags, request["Tags"]))
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html"""
    tags, keep = _tagged(ctx, request["Resource"])
    keep({key: value for key, value in tags.items() if key not in request["TagKeys"]})
    return {}

"""Tags of APIs, stages, domain names and VPC links.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import BadRequestException, NotFoundException
from cloudchamber.services.apigatewayv2.model import Api, Members, Part, Stage
from cloudchamber.services.apigatewayv2.records import APIS, DOMAINS, STAGES, VPC_LINKS, api_of, stage_of

_ARN = re.compile(
    r"arn:[a-z-]+:apigateway:[^:]*:[^:]*:/(?P<noun>apis|domainnames|vpclinks)/(?P<id>[^/]+)(?:/stages/(?P<stage>[^/]+))?\Z"
)
TAGS_MAX = 50


def get_tags(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html"""
    members, _ = _tagged(ctx, request["ResourceArn"])
    return {"Tags": members.get("Tags") or {}}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html"""
    members, keep = _tagged(ctx, request["ResourceArn"])
    tags = (members.get("Tags") or {}) | (request.get("Tags") or {})
    if len(tags) > TAGS_MAX:
        raise BadRequestException("A resource cannot have more than 50 tags")
    keep(members | {"Tags": tags})
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html"""
    members, keep = _tagged(ctx, request["ResourceArn"])
    gone = set(request["TagKeys"])
    keep(members | {"Tags": {k: v for k, v in (members.get("Tags") or {}).items() if k not in gone}})
    return {}


def _tagged(ctx: Context, arn: str) -> tuple[Members, Callable[[Members], None]]:
    """The members of what an ARN names, and how to keep others."""
    match = _ARN.match(arn)
    if match is None:
        raise BadRequestException(f"Invalid resource ARN specified: {arn}")
    noun, name = match["noun"], match["id"]
    if noun == "apis" and match["stage"]:
        stage = stage_of(ctx, name, match["stage"])
        return stage.members, lambda members: STAGES.put(ctx, Stage(stage.name, members), name, stage.name)
    if noun == "apis":
        api = api_of(ctx, name)
        return api.members, lambda members: APIS.put(ctx, Api(api.api_id, members, api.managed), name)
    collection = DOMAINS if noun == "domainnames" else VPC_LINKS
    part = collection.get(ctx, name)
    if part is None:
        raise NotFoundException("Invalid resource identifier specified")
    return part.members, lambda members: collection.put(ctx, Part(part.id, members), name)

"""Tags of APIs, stages, API keys, usage plans and domain names.

https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import BadRequestException, NotFoundException
from cloudchamber.services.apigateway.model import Members, Part
from cloudchamber.services.apigateway.records import APIS, DOMAINS, KEYS, PLANS, STAGES, stage_of

_ARN = re.compile(
    r"arn:[a-z-]+:apigateway:[^:]*:[^:]*:/(?P<noun>restapis|apikeys|usageplans|domainnames)/(?P<id>[^/]+)"
    r"(?:/stages/(?P<stage>[^/]+))?\Z"
)
_COLLECTIONS = {"restapis": APIS, "apikeys": KEYS, "usageplans": PLANS, "domainnames": DOMAINS}
TAGS_MAX = 50


def get_tags(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html"""
    members, _ = _tagged(ctx, request["resourceArn"])
    return {"tags": members.get("tags") or {}}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html"""
    members, keep = _tagged(ctx, request["resourceArn"])
    tags = (members.get("tags") or {}) | (request.get("tags") or {})
    if len(tags) > TAGS_MAX:
        raise BadRequestException("A resource cannot have more than 50 tags")
    keep(members | {"tags": tags})
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html"""
    members, keep = _tagged(ctx, request["resourceArn"])
    gone = set(request["tagKeys"])
    keep(members | {"tags": {k: v for k, v in (members.get("tags") or {}).items() if k not in gone}})
    return {}


def _tagged(ctx: Context, arn: str) -> tuple[Members, Callable[[Members], None]]:
    """The members of what an ARN names, and how to keep others."""
    match = _ARN.match(arn)
    if match is None:
        raise BadRequestException(f"Invalid ARN specified in the request: {arn}")
    noun, name = match["noun"], match["id"]
    if noun == "restapis" and match["stage"]:
        stage = stage_of(ctx, name, match["stage"])
        return stage.members, lambda members: STAGES.put(ctx, Part(stage.id, members), name, stage.id)
    part = _COLLECTIONS[noun].get(ctx, name)
    if part is None:
        raise NotFoundException("Invalid resource identifier specified")
    return part.members, lambda members: _COLLECTIONS[noun].put(ctx, Part(part.id, members), name)

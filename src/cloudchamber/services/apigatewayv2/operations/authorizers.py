"""Authorizers of HTTP APIs.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.errors import BadRequestException, ConflictException
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.operations.parts import Noun
from cloudchamber.services.apigatewayv2.records import AUTHORIZERS, PARTS, api_of, stage_of
from cloudchamber.services.apigatewayv2.rules.authorizing import is_source


def check_authorizer(ctx: Context, api_id: str, members: Members) -> Members:
    """An authorizer as it is kept. Raises BadRequestException, ConflictException."""
    others = [p for p in PARTS.values(ctx, api_id, AUTHORIZERS, "") if p.id != members.get("AuthorizerId")]
    if len(others) >= limits.AUTHORIZERS_MAX:
        raise ConflictException("Unable to complete operation due to the limit of authorizers per API")
    for source in members.get("IdentitySource") or ():
        if not is_source(source):
            raise BadRequestException(f"Invalid identity source: {source}")
    if members["AuthorizerType"] == "JWT":
        configuration = members.get("JwtConfiguration") or {}
        if not configuration.get("Issuer") or not configuration.get("Audience"):
            raise BadRequestException("JWT authorizers require an issuer and an audience")
        return dict(members)
    if function_arn(members.get("AuthorizerUri") or "") is None:
        raise BadRequestException("Invalid Authorizer URI: it must name a Lambda function")
    version = members.get("AuthorizerPayloadFormatVersion")
    if version not in ("1.0", "2.0"):
        raise BadRequestException(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer"
        )
    if version == "1.0" and members.get("EnableSimpleResponses"):
        raise BadRequestException("Simple responses require authorizer payload format version 2.0")
    return {"AuthorizerResultTtlInSeconds": 0, "EnableSimpleResponses": False} | members


AUTHORIZER = Noun(AUTHORIZERS, check_authorizer)


def reset_authorizers_cache(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-cache-authorizers.html"""
    api_id = api_of(ctx, request["ApiId"]).api_id
    stage_of(ctx, api_id, request["StageName"])
    live = ctx.live
    ctx.after_commit(lambda: live.forget_answers(api_id))
    return {}

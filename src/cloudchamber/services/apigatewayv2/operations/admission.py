"""Who may pass a route: IAM, JSON web tokens and Lambda authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.proxy import TimedOut, function_arn, invoke
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.live import Deployed, Target
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.rules import authorizing
from cloudchamber.services.apigatewayv2.rules.answers import Malformed
from cloudchamber.services.apigatewayv2.rules.authorizing import Refused
from cloudchamber.services.apigatewayv2.rules.events import Incoming, authorizer_event, route_arn


async def admit(ctx: Context, target: Target, incoming: Incoming) -> dict[str, Any]:
    """What the event tells of who asks, under the kind of its authorizer. Raises Refused, or Malformed."""
    if target.authorization == "AWS_IAM":
        return {"iam": _signed(incoming)}
    authorizer = target.authorizer
    if authorizer is None:
        raise Malformed("the route's authorizer was deleted")
    identity = authorizing.identity_of(authorizer.get("IdentitySource") or [], incoming)
    if target.authorization == "JWT":
        configuration = authorizer["JwtConfiguration"]
        claims = authorizing.claims_of(identity[0], configuration, target.scopes, incoming.now_ms)
        scopes = authorizing.granted_scopes(claims) if target.scopes else None
        return {"jwt": {"claims": authorizing.claim_texts(claims), "scopes": scopes}}
    return {"lambda": await _asked(ctx, authorizer, incoming, identity)}


def _signed(incoming: Incoming) -> dict[str, Any]:
    """The caller of a signed request. Raises Refused (403) for one that is not signed."""
    header = incoming.headers.get("authorization", "")
    if not header.startswith("AWS4-HMAC-SHA256") and "X-Amz-Signature=" not in incoming.query:
        raise Refused(403)
    access_key = header.partition("Credential=")[2].partition("/")[0]
    return {
        "accessKey": access_key,
        "accountId": incoming.account,
        "callerId": incoming.account,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{incoming.account}:root",
        "userId": incoming.account,
    }


async def _asked(
    ctx: Context, authorizer: Members, incoming: Incoming, identity: list[str]
) -> dict[str, Any]:
    """The context a Lambda authorizer gives; verdicts are kept as long as it says, per identity."""
    ttl_s = authorizer.get("AuthorizerResultTtlInSeconds") or 0
    if not ttl_s or not identity:
        return _passed(await _verdict(ctx, authorizer, incoming, identity))
    deployed: Deployed = ctx.live
    key = (incoming.api_id, incoming.stage, authorizer["AuthorizerId"], *identity)
    verdict = deployed.answer(key, incoming.now_ms)
    if verdict is None:
        verdict = await _verdict(ctx, authorizer, incoming, identity)
        deployed.keep_answer(key, verdict, incoming.now_ms + ttl_s * 1000)
    return _passed(verdict)


def _passed(verdict: dict[str, Any] | int) -> dict[str, Any]:
    if isinstance(verdict, int):
        raise Refused(verdict)
    return verdict


async def _verdict(
    ctx: Context, authorizer: Members, incoming: Incoming, identity: list[str]
) -> dict[str, Any] | int:
    arn = function_arn(authorizer["AuthorizerUri"], incoming.stage_variables)
    if arn is None:
        raise Malformed("the authorizer's URI names no function")
    event = authorizer_event(incoming, authorizer["AuthorizerPayloadFormatVersion"], identity)
    try:
        answer = await invoke(ctx, arn, msgspec.json.encode(event), limits.INTEGRATION_TIMEOUT_MS_MAX)
        value = msgspec.json.decode(answer.get("Payload") or b"null")
    except (TimedOut, AwsError, msgspec.DecodeError) as error:
        raise Malformed("the authorizer failed") from error
    if answer.get("FunctionError"):
        unauthorized = isinstance(value, dict) and value.get("errorMessage") == "Unauthorized"
        if unauthorized:
            return 401
        raise Malformed("the authorizer failed")
    try:
        if authorizer.get("EnableSimpleResponses"):
            verdict = authorizing.simple_verdict(value)
        else:
            verdict = authorizing.policy_verdict(value, route_arn(incoming))
    except Refused as refused:
        return refused.status
    if verdict is None:
        raise Malformed("the authorizer's answer has not the form it should have")
    return verdict

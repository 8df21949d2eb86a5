"""Who may call a method: IAM, user pools, Lambda authorizers, API keys, required parameters.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.proxy import TimedOut, function_arn, invoke, values_by_name
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.live import Deployed
from cloudchamber.services.apigateway.model import Members, Part, Snapshot
from cloudchamber.services.apigateway.records import KEY_VALUES, KEYS, PLAN_KEYS, PLANS
from cloudchamber.services.apigateway.rules import authorizing
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming, authorizer_event


async def admit(
    ctx: Context, method: Members, snapshot: Snapshot, incoming: Incoming
) -> dict[str, Any] | None:
    """What the event tells of who asks. Raises Stopped."""
    kind = method["authorizationType"]
    if kind == "NONE":
        return None
    if kind == "AWS_IAM":
        signed = incoming.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")
        if not signed and "X-Amz-Signature=" not in incoming.query:
            raise Stopped("MISSING_AUTHENTICATION_TOKEN")
        return None
    authorizer = snapshot.authorizers.get(method.get("authorizerId") or "")
    if authorizer is None:
        raise Stopped("AUTHORIZER_CONFIGURATION_ERROR")
    identity = authorizing.identity_of(authorizer, incoming)
    if kind == "COGNITO_USER_POOLS":
        scopes = method.get("authorizationScopes") or []
        return {"claims": authorizing.pool_claims(identity[0], authorizer, scopes, incoming.now_ms)}
    answer = await _answer_of(ctx, authorizer, identity, incoming)
    if answer == "Unauthorized":
        raise Stopped("UNAUTHORIZED")
    context = authorizing.allowed(answer, incoming.method_arn)
    return context | {"integrationLatency": 0}


async def _answer_of(ctx: Context, authorizer: Members, identity: list[str], incoming: Incoming) -> Any:
    """The authorizer's answer, kept as long as it says for the same identity."""
    ttl_s = authorizer["authorizerResultTtlInSeconds"]
    deployed: Deployed = ctx.live
    key = (incoming.api_id, incoming.stage, authorizer["id"], *identity)
    answer = deployed.answer(key, incoming.now_ms) if ttl_s and identity else None
    if answer is None:
        answer = await _asked(ctx, authorizer, identity, incoming)
        if ttl_s and identity:
            deployed.keep_answer(key, answer, incoming.now_ms + ttl_s * 1000)
    return answer


async def _asked(ctx: Context, authorizer: Members, identity: list[str], incoming: Incoming) -> Any:
    arn = function_arn(authorizer["authorizerUri"], incoming.stage_variables)
    if arn is None:
        raise Stopped("AUTHORIZER_CONFIGURATION_ERROR")
    event = authorizer_event(incoming, authorizer["type"], identity[0] if identity else "")
    try:
        answer = await invoke(ctx, arn, msgspec.json.encode(event), limits.INTEGRATION_TIMEOUT_MS_MAX)
        value = msgspec.json.decode(answer.get("Payload") or b"null")
    except (TimedOut, AwsError, msgspec.DecodeError):
        raise Stopped("AUTHORIZER_FAILURE") from None
    if not answer.get("FunctionError"):
        return value
    if isinstance(value, dict) and value.get("errorMessage") == "Unauthorized":
        return "Unauthorized"
    raise Stopped("AUTHORIZER_FAILURE")


async def api_key_of(
    ctx: Context, source: str, incoming: Incoming, authorizer: dict[str, Any] | None
) -> Part:
    """The key a request shows, when a usage plan of the stage has it. Raises Stopped (INVALID_API_KEY).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    if source == "AUTHORIZER":
        value = (authorizer or {}).get("usageIdentifierKey")
    else:
        value = incoming.headers.get("x-api-key")
    stage = {"apiId": incoming.api_id, "stage": incoming.stage}
    key = await ctx.transact(lambda inner: _known_key(inner, str(value), stage)) if value else None
    if key is None:
        raise Stopped("INVALID_API_KEY")
    return key


def _known_key(ctx: Context, value: str, stage: dict[str, str]) -> Part | None:
    key_id = KEY_VALUES.get(ctx, value)
    key = KEYS.get(ctx, key_id) if key_id else None
    if key is None or not key.members["enabled"]:
        return None
    for plan in PLANS.values(ctx):
        shown = [{k: s.get(k) for k in stage} for s in plan.members.get("apiStages") or ()]
        if stage in shown and PLAN_KEYS.has(ctx, plan.id, key.id):
            return key
    return None


def check_parameters(method: Members, snapshot: Snapshot, incoming: Incoming) -> None:
    """Hold the required parameters of a method with a validator. Raises Stopped (BAD_REQUEST_PARAMETERS).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    validator = snapshot.validators.get(method.get("requestValidatorId") or "")
    if not validator or not validator["validateRequestParameters"]:
        return
    query = values_by_name(incoming.query)
    missing: list[str] = []
    for parameter, required in (method.get("requestParameters") or {}).items():
        place, _, name = parameter.removeprefix("method.request.").partition(".")
        given = {
            "querystring": (query.get(name) or [""])[-1],
            "header": incoming.headers.get(name.lower()),
            "path": incoming.variables.get(name),
        }[place]
        if required and not given:
            missing.append(name)
    if missing:
        raise Stopped(
            "BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{', '.join(missing)}]"
        )

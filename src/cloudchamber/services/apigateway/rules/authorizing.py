"""Who may call a method: identity sources, policies of Lambda authorizers, tokens of user pools.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws.proxy import SOURCE_IP, effects_on, token_claims, values_by_name
from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming


def identity_of(authorizer: Members, incoming: Incoming) -> list[str]:
    """The values of an authorizer's identity sources. Raises Stopped (UNAUTHORIZED) when one is missing or not valid."""
    sources = [s.strip() for s in (authorizer.get("identitySource") or "").split(",") if s.strip()]
    values = [_value(source, incoming) for source in sources]
    if not all(values):
        raise Stopped("UNAUTHORIZED")
    expression = authorizer.get("identityValidationExpression")
    if expression and authorizer["type"] == "TOKEN" and not re.fullmatch(expression, str(values[0])):
        raise Stopped("UNAUTHORIZED")
    return [str(value) for value in values]


def _value(source: str, incoming: Incoming) -> str | None:
    for prefix, found in (
        ("method.request.header.", lambda name: incoming.headers.get(name.lower())),
        (
            "method.request.querystring.",
            lambda name: (values_by_name(incoming.query).get(name) or [None])[-1],
        ),
        ("stageVariables.", incoming.stage_variables.get),
    ):
        if source.startswith(prefix):
            return found(source.removeprefix(prefix))
    return {
        "context.httpMethod": incoming.method,
        "context.path": incoming.path,
        "context.stage": incoming.stage,
        "context.resourcePath": incoming.resource_path,
        "context.identity.sourceIp": SOURCE_IP,
    }.get(source)


def allowed(answer: Any, arn: str) -> dict[str, Any]:
    """The context for the event, when the policy of an authorizer's answer allows `arn`. Raises Stopped otherwise."""
    if not isinstance(answer, dict) or not answer.get("principalId"):
        raise Stopped("AUTHORIZER_CONFIGURATION_ERROR")
    document, context = answer.get("policyDocument"), answer.get("context") or {}
    if not isinstance(document, dict) or not isinstance(context, dict):
        raise Stopped("AUTHORIZER_CONFIGURATION_ERROR")
    if any(isinstance(value, dict | list) for value in context.values()):
        raise Stopped("AUTHORIZER_CONFIGURATION_ERROR")
    effects = effects_on(document, arn)
    if "Deny" in effects:
        raise Stopped("ACCESS_DENIED", "User is not authorized to access this resource with an explicit deny")
    if "Allow" not in effects:
        raise Stopped("ACCESS_DENIED")
    texts = {name: _text(value) for name, value in context.items()}
    return texts | {"principalId": answer["principalId"]}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def pool_claims(token: str, authorizer: Members, scopes: list[str], now_ms: int) -> dict[str, str]:
    """The claims of a user pool's token: issuer, lifetime and scopes are held. Raises Stopped (UNAUTHORIZED)."""
    claims = token_claims(token.removeprefix("Bearer ").strip())
    if claims is None:
        raise Stopped("UNAUTHORIZED")
    pools = {arn.rpartition("/")[2] for arn in authorizer["providerARNs"]}
    expires = claims.get("exp")
    if str(claims.get("iss", "")).rpartition("/")[2] not in pools:
        raise Stopped("UNAUTHORIZED")
    if not isinstance(expires, int | float) or expires * 1000 <= now_ms:
        raise Stopped("UNAUTHORIZED", "The incoming token has expired")
    if scopes and not set(scopes) & set(str(claims.get("scope", "")).split()):
        raise Stopped("UNAUTHORIZED")
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in claims.items()
    }

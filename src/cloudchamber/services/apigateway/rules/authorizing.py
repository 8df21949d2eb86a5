"""Who may call a method: identity sources, policies of Lambda authorizers, tokens of user pools.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming, query_of


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
        ("method.request.querystring.", lambda name: (query_of(incoming.query).get(name) or [None])[-1]),
        ("stageVariables.", incoming.stage_variables.get),
    ):
        if source.startswith(prefix):
            return found(source.removeprefix(prefix))
    return {
        "context.httpMethod": incoming.method,
        "context.path": incoming.path,
        "context.stage": incoming.stage,
        "context.resourcePath": incoming.resource_path,
        "context.identity.sourceIp": "127.0.0.1",
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
    statements = _listed(document.get("Statement"))
    effects = {s.get("Effect") for s in statements if isinstance(s, dict) and _covers(s, arn)}
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


def _covers(statement: dict[str, Any], arn: str) -> bool:
    actions, resources = _listed(statement.get("Action")), _listed(statement.get("Resource"))
    return any(_pattern(str(action).lower()).match("execute-api:invoke") for action in actions) and any(
        _pattern(str(resource)).match(arn) for resource in resources
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", ".") + r"\Z", re.DOTALL)


def pool_claims(token: str, authorizer: Members, scopes: list[str], now_ms: int) -> dict[str, str]:
    """The claims of a user pool's token: issuer, lifetime and scopes are held. Raises Stopped (UNAUTHORIZED)."""
    claims = _claims(token.removeprefix("Bearer ").strip())
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


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = msgspec.json.decode(text)
    except (IndexError, binascii.Error, msgspec.DecodeError, ValueError):
        raise Stopped("UNAUTHORIZED") from None
    if len(parts) != 3 or not isinstance(claims, dict):
        raise Stopped("UNAUTHORIZED")
    return claims

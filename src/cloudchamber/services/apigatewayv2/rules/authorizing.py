"""Who may pass a route: identity sources, answers of Lambda authorizers, claims of JSON web tokens.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cloudchamber.aws.proxy import SOURCE_IP, effects_on, listed, token_claims
from cloudchamber.services.apigatewayv2.rules.events import Incoming

_SOURCE = re.compile(
    r"\$\{?(?P<kind>request\.header|request\.querystring|context|stageVariables)\.(?P<name>[^}]+)\}?\Z"
)


class Refused(Exception):
    """A request does not pass. `status` 401: it does not say who asks; 403: who asks may not."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def identity_of(sources: list[str], incoming: Incoming) -> list[str]:
    """The values of the identity sources; Refused (401) when one is missing or empty."""
    values = [_value(source, incoming) for source in sources]
    if not all(values):
        raise Refused(401)
    return [str(value) for value in values]


def is_source(text: str) -> bool:
    """Whether `text` names an identity source."""
    return _SOURCE.match(text) is not None


def _value(source: str, incoming: Incoming) -> str | None:
    match = _SOURCE.match(source)
    if match is None:
        return None
    kind, name = match["kind"], match["name"]
    if kind == "request.header":
        return incoming.headers.get(name.lower())
    if kind == "request.querystring":
        return dict(parse_qsl(incoming.query)).get(name)
    if kind == "stageVariables":
        return incoming.stage_variables.get(name)
    return {
        "httpMethod": incoming.method,
        "routeKey": incoming.route_key,
        "stage": incoming.stage,
        "path": incoming.path,
        "requestId": incoming.request_id,
        "apiId": incoming.api_id,
        "accountId": incoming.account,
        "identity.sourceIp": SOURCE_IP,
    }.get(name)


def simple_verdict(answer: Any) -> dict[str, Any] | None:
    """The context of a simple response that allows; None when the answer has another form. Refused (403) when it denies."""
    if not isinstance(answer, dict) or not isinstance(answer.get("isAuthorized"), bool):
        return None
    if not answer["isAuthorized"]:
        raise Refused(403)
    return answer.get("context") or {}


def policy_verdict(answer: Any, arn: str) -> dict[str, Any] | None:
    """The context of an answer whose IAM policy allows `arn`; None for another form. Refused (403) when it does not."""
    if not isinstance(answer, dict) or not isinstance(answer.get("policyDocument"), dict):
        return None
    if not answer.get("principalId"):
        return None
    effects = effects_on(answer["policyDocument"], arn)
    if "Allow" not in effects or "Deny" in effects:
        raise Refused(403)
    return (answer.get("context") or {}) | {"principalId": answer["principalId"]}


def claims_of(token: str, configuration: dict[str, Any], scopes: list[str], now_ms: int) -> dict[str, Any]:
    """The claims of a token that passes: issuer, audience, lifetime and scopes. Refused (401 or 403) otherwise."""
    scheme, _, rest = token.partition(" ")
    claims = token_claims(rest.strip() if scheme.lower() == "bearer" else token)
    if claims is None:
        raise Refused(401)
    now_s = now_ms / 1000
    audience = listed(claims.get("aud")) or listed(claims.get("client_id"))
    if (
        claims.get("iss") != configuration.get("Issuer")
        or not set(audience) & set(configuration.get("Audience") or ())
        or not isinstance(claims.get("exp"), int | float)
        or claims["exp"] <= now_s
        or claims.get("nbf", 0) > now_s
        or claims.get("iat", 0) > now_s
    ):
        raise Refused(401)
    if scopes and not set(scopes) & set(granted_scopes(claims)):
        raise Refused(403)
    return claims


def granted_scopes(claims: dict[str, Any]) -> list[str]:
    """The scopes of a token: its `scope` (a text of words) or `scp` claim."""
    granted = claims.get("scope", claims.get("scp")) or []
    return granted.split() if isinstance(granted, str) else [str(scope) for scope in granted]


def claim_texts(claims: dict[str, Any]) -> dict[str, str]:
    """Claims as events carry them: texts; a list in brackets, separated by spaces."""
    return {name: _claim_text(value) for name, value in claims.items()}


def _claim_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + " ".join(str(item) for item in value) + "]"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()

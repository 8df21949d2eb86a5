"""What authorizers say: the policies that Lambda authorizers answer, and the claims of JSON web tokens.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

import msgspec


def listed(value: Any) -> list[Any]:
    """What may be one or a list of them, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def effects_on(document: dict[str, Any], arn: str) -> set[Any]:
    """The effects of a policy's statements that cover an invocation of `arn`."""
    statements = listed(document.get("Statement"))
    return {each.get("Effect") for each in statements if isinstance(each, dict) and _covers(each, arn)}


def _covers(statement: dict[str, Any], arn: str) -> bool:
    actions, resources = listed(statement.get("Action")), listed(statement.get("Resource"))
    return any(_pattern(str(action).lower()).match("execute-api:invoke") for action in actions) and any(
        _pattern(str(resource)).match(arn) for resource in resources
    )


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", ".") + r"\Z", re.DOTALL)


def token_claims(token: str) -> dict[str, Any] | None:
    """The claims of a JSON web token, its signature not looked at; None for what is no token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = msgspec.json.decode(text)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None

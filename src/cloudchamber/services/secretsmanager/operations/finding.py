"""How a request finds a secret: by name, by ARN, or by an ARN without its six random characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.secretsmanager.errors import (
    InvalidNextTokenException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from cloudchamber.services.secretsmanager.model import Secret
from cloudchamber.services.secretsmanager.records import SECRETS

T = TypeVar("T")


def arn_of(ctx: Context, secret: Secret) -> str:
    """The ARN of a secret."""
    return ctx.arn(f"secret:{secret.name}-{secret.suffix}", service="secretsmanager")


def secret_identified(ctx: Context, identifier: str) -> tuple[Context, Secret]:
    """The secret, marked for deletion or not, and the context it lives in. Raises ResourceNotFoundException.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
    """
    arn = Arn.parse(identifier) if identifier.startswith("arn:") else None
    if arn is None:
        secret = SECRETS.get(ctx, identifier)
        if secret is None:
            raise ResourceNotFoundException()
        return ctx, secret
    where = ctx.elsewhere(account=arn.account, region=arn.region)
    rest = arn.resource.removeprefix("secret:")
    secret = SECRETS.get(where, rest[:-7]) if rest[-7:-6] == "-" else None
    if secret is None or secret.suffix != rest[-6:]:
        secret = SECRETS.get(where, rest)
    if secret is None:
        raise ResourceNotFoundException()
    return where, secret


def secret_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Secret]:
    """The secret a request names. Raises InvalidRequestException for one that is marked for deletion."""
    where, secret = secret_identified(ctx, request["SecretId"])
    if secret.deletes_at_ms:
        raise InvalidRequestException()
    return where, secret


def paged(
    request: dict[str, Any], items: Iterable[T], name_of: Callable[[T], str], default: int
) -> tuple[list[T], dict[str, Any]]:
    """One page as `MaxResults` and `NextToken` ask, and the answer's `NextToken`. Raises InvalidNextTokenException."""
    try:
        chosen, token = page(items, name_of, request.get("MaxResults") or default, request.get("NextToken"))
    except InvalidToken:
        raise InvalidNextTokenException() from None
    return chosen, {"NextToken": token} if token else {}

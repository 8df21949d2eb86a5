"""How requests name log groups: by name, by identifier (a name or an ARN), by ARN."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.logs import limits
from cloudchamber.services.logs.errors import InvalidParameterException, ResourceNotFoundException
from cloudchamber.services.logs.model import LogGroup
from cloudchamber.services.logs.records import group_named

T = TypeVar("T")


def group_arn(ctx: Context, name: str) -> str:
    """The ARN of a log group, without `:*`."""
    return ctx.arn(f"log-group:{name}", service="logs")


def group_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, LogGroup]:
    """The group that `logGroupName` or `logGroupIdentifier` names, and the context it lives in."""
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if bool(name) == bool(identifier):
        raise InvalidParameterException(
            "Exactly one of the parameters logGroupName and logGroupIdentifier must be specified."
        )
    if name:
        return ctx, group_named(ctx, name)
    return group_identified(ctx, str(identifier))


def group_identified(ctx: Context, identifier: str) -> tuple[Context, LogGroup]:
    """The group with that name or ARN. Raises ResourceNotFoundException."""
    if not identifier.startswith("arn:"):
        return ctx, group_named(ctx, identifier)
    arn = Arn.parse(identifier)
    if arn is None or arn.service != "logs" or not arn.resource.startswith("log-group:"):
        raise InvalidParameterException("The specified ARN is not valid.")
    where = ctx.elsewhere(account=arn.account, region=arn.region)
    return where, group_named(where, arn.resource.removeprefix("log-group:").removesuffix(":*"))


def group_of_arn(ctx: Context, arn: str) -> LogGroup:
    """The group that a `resourceArn` names. Raises ResourceNotFoundException."""
    if not arn.startswith("arn:"):
        raise InvalidParameterException("The specified ARN is not valid.")
    where, group = group_identified(ctx, arn)
    if (where.account, where.region) != (ctx.account, ctx.region):
        raise ResourceNotFoundException()
    return group


def paged(
    request: dict[str, Any],
    items: Iterable[T],
    name_of: Callable[[T], str],
    default: int = limits.DESCRIBED_DEFAULT,
) -> tuple[list[T], dict[str, Any]]:
    """One page as `limit` and `nextToken` ask, and the answer's `nextToken`. Raises InvalidParameterException."""
    try:
        chosen, token = page(items, name_of, request.get("limit") or default, request.get("nextToken"))
    except InvalidToken:
        raise InvalidParameterException("The specified nextToken is invalid.") from None
    return chosen, {"nextToken": token} if token else {}

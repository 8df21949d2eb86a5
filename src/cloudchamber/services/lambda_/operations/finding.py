"""From the name in a request to the function it means."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloudchamber.aws import Context
from cloudchamber.services.lambda_.errors import ResourceNotFoundException
from cloudchamber.services.lambda_.model import LATEST, Alias, Function
from cloudchamber.services.lambda_.records import ALIASES, FUNCTIONS, version_of
from cloudchamber.services.lambda_.rules.names import FunctionName, is_version, one_qualifier, parse_name


class Named(NamedTuple):
    """What a request names: the context of its account and region, the function's name, and the qualifier ("" for none)."""

    ctx: Context
    name: str
    qualifier: str

    @property
    def arn(self) -> str:
        """The ARN as it was asked for: with the qualifier when there is one."""
        return arn_of(self.ctx, self.name, self.qualifier)


def arn_of(ctx: Context, name: str, qualifier: str = "") -> str:
    """The function's ARN; of one version or alias with a `qualifier`."""
    return ctx.arn(f"function:{name}:{qualifier}" if qualifier else f"function:{name}", service="lambda")


def named(ctx: Context, request: dict[str, Any]) -> Named:
    """What `FunctionName` and `Qualifier` mean."""
    parts: FunctionName = parse_name(request["FunctionName"])
    if (parts.account and parts.account != ctx.account) or (parts.region and parts.region != ctx.region):
        ctx = ctx.elsewhere(account=parts.account, region=parts.region)
    return Named(ctx, parts.name, one_qualifier(parts.qualifier, request.get("Qualifier")))


def not_found(where: Named) -> ResourceNotFoundException:
    """AWS's error for a function, version or alias that does not exist."""
    return ResourceNotFoundException(f"Function not found: {where.arn}", Type="User")


def latest(where: Named) -> Function:
    """`$LATEST` of the named function. Raises ResourceNotFoundException."""
    function = FUNCTIONS.get(where.ctx, where.name)
    if function is None:
        raise not_found(where._replace(qualifier=""))
    return function


def alias_of(where: Named) -> Alias | None:
    """The alias that the qualifier means, if it is one."""
    return None if is_version(where.qualifier) else ALIASES.get(where.ctx, where.name, where.qualifier)


def version_in(where: Named) -> Function:
    """The version that a qualifier means; of an alias, its first one. Raises ResourceNotFoundException."""
    version = where.qualifier or LATEST
    if not is_version(version):
        alias = ALIASES.get(where.ctx, where.name, version)
        if alias is None:
            raise not_found(where)
        version = alias.version
    function = version_of(where.ctx, where.name, version)
    if function is None:
        raise not_found(where)
    return function


def check_qualifier(where: Named) -> None:
    """Raise ResourceNotFoundException unless the function and its qualifier exist."""
    version_in(where)

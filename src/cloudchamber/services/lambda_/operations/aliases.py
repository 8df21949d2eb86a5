"""Aliases: names for versions, that may share their invocations between two.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from cloudchamber.services.lambda_.model import Alias
from cloudchamber.services.lambda_.operations.finding import Named, arn_of, latest, named, not_found
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.records import ALIASES, forget_qualifier, version_of
from cloudchamber.services.lambda_.rules.routing import check_routing


def _described(where: Named, alias: Alias) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "AliasArn": arn_of(where.ctx, where.name, alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        answer["RoutingConfig"] = {"AdditionalVersionWeights": alias.weights}
    return answer


def _check_versions(where: Named, alias: Alias) -> None:
    check_routing(alias.version, alias.weights)
    for version in (alias.version, *alias.weights):
        if version_of(where.ctx, where.name, version) is None:
            raise not_found(where._replace(qualifier=version))


def create_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""
    where, name = named(ctx, request), request["Name"]
    latest(where)
    if ALIASES.has(where.ctx, where.name, name):
        raise ResourceConflictException(
            f"Alias already exists: {arn_of(where.ctx, where.name, name)}", Type="User"
        )
    alias = Alias(
        name, request["FunctionVersion"], ctx.ids.uuid(), request.get("Description") or "", _weights(request)
    )
    _check_versions(where, alias)
    ALIASES.put(where.ctx, alias, where.name, name)
    return _described(where, alias)


def _weights(request: dict[str, Any]) -> dict[str, float]:
    return (request.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _alias_in(where: Named, name: str) -> Alias:
    alias = ALIASES.get(where.ctx, where.name, name)
    if alias is None:
        raise ResourceNotFoundException(
            f"Cannot find alias arn: {arn_of(where.ctx, where.name, name)}", Type="User"
        )
    return alias


def get_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html"""
    where = named(ctx, request)
    return _described(where, _alias_in(where, request["Name"]))


def update_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html"""
    where = named(ctx, request)
    old = _alias_in(where, request["Name"])
    if request.get("RevisionId") and request["RevisionId"] != old.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
            "the latest Revision Id",
            Type="User",
        )
    description = request.get("Description")
    alias = msgspec.structs.replace(
        old,
        version=request.get("FunctionVersion") or old.version,
        description=old.description if description is None else description,
        weights=old.weights if request.get("RoutingConfig") is None else _weights(request),
        revision_id=ctx.ids.uuid(),
    )
    _check_versions(where, alias)
    ALIASES.put(where.ctx, alias, where.name, alias.name)
    return _described(where, alias)


def delete_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html"""
    where = named(ctx, request)
    ALIASES.delete(where.ctx, where.name, request["Name"])
    forget_qualifier(where.ctx, where.name, request["Name"])
    return {}


def list_aliases(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html"""
    where, version = named(ctx, request), request.get("FunctionVersion")
    latest(where)
    aliases = [
        alias for alias in ALIASES.values(where.ctx, where.name) if not version or alias.version == version
    ]
    listed = [(alias.name, _described(where, alias)) for alias in aliases]
    return page(listed, request, "Aliases", limits.FUNCTIONS_PER_PAGE)

"""Versions: what `$LATEST` was at one moment, for ever.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException, PreconditionFailedException
from cloudchamber.services.lambda_.model import LATEST, Function
from cloudchamber.services.lambda_.operations.finding import Named, arn_of, latest, named
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.records import FUNCTIONS, VERSIONS, put_version
from cloudchamber.services.lambda_.rules.configuration import described


def publish(where: Named, function: Function, description: str) -> Function:
    """A version of `$LATEST` as it is; the last one when nothing has changed since."""
    ctx = where.ctx
    last = VERSIONS.get(ctx, where.name, function.last_number) if function.last_number else None
    if last and _as_latest(last, function) == function:
        return last
    number = function.last_number + 1
    FUNCTIONS.put(ctx, msgspec.structs.replace(function, last_number=number), where.name)
    version = msgspec.structs.replace(
        function,
        version=str(number),
        revision_id=ctx.ids.uuid(),
        modified_at_ms=ctx.now_ms,
        description=description or function.description,
        last_number=0,
        tags={},
    )
    put_version(ctx, version)
    return version


def _as_latest(version: Function, function: Function) -> Function:
    """A version with all that may differ though nothing was changed."""
    return msgspec.structs.replace(
        version,
        version=LATEST,
        revision_id=function.revision_id,
        modified_at_ms=function.modified_at_ms,
        description=function.description,
        last_number=function.last_number,
        tags=function.tags,
        recursive_loop=function.recursive_loop,
    )


def publish_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
    where = named(ctx, request)
    function = latest(where)
    revision, sha256 = request.get("RevisionId"), request.get("CodeSha256")
    if revision and revision != function.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
            "the latest Revision Id",
            Type="User",
        )
    if sha256 and sha256 != function.code.sha256:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({sha256}) is different from current CodeSHA256 in $LATEST ({function.code.sha256}). Please try "
            "again with the CodeSHA256 in $LATEST.",
            Type="User",
        )
    version = publish(where, function, request.get("Description") or "")
    return described(version, arn_of(where.ctx, where.name, version.version))


def list_versions_by_function(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html"""
    where = named(ctx, request)
    versions = [latest(where), *VERSIONS.values(where.ctx, where.name)]
    listed = [
        (f"{index:010d}", described(version, arn_of(where.ctx, where.name, version.version)))
        for index, version in enumerate(versions)
    ]
    return page(listed, request, "Versions", limits.FUNCTIONS_PER_PAGE)

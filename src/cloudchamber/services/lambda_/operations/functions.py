"""Functions: create, read, list, change, delete.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-functions.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
)
from cloudchamber.services.lambda_.live import Environments, place_of
from cloudchamber.services.lambda_.model import LATEST, Code, Function, LayerUse
from cloudchamber.services.lambda_.operations.finding import (
    Named,
    arn_of,
    latest,
    named,
    version_in,
)
from cloudchamber.services.lambda_.operations.layers import layer_of_arn
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.operations.publishing import publish
from cloudchamber.services.lambda_.operations.sources import code_in
from cloudchamber.services.lambda_.records import (
    ALIASES,
    FUNCTIONS,
    RESERVED,
    VERSIONS,
    forget_function,
    forget_qualifier,
)
from cloudchamber.services.lambda_.rules import configuration
from cloudchamber.services.lambda_.rules.tags import merged


async def create_function(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
    if (request.get("PackageType") or "Zip") != "Zip":
        raise AwsError("NotImplemented", "Functions of container images are not available here.", status=501)

    def look(ctx: Context) -> None:
        where = named(ctx, request)
        if FUNCTIONS.has(where.ctx, where.name):
            raise ResourceConflictException(f"Function already exist: {where.name}", Type="User")
        configuration.configured(_new(ctx, request, Code("", 0)), request)

    await ctx.transact(look)
    code = await code_in(ctx, request["Code"], "CreateFunction")
    answer = await ctx.transact(lambda ctx: _create(ctx, request, code))
    live: Environments = ctx.live
    live.warm_up()
    return answer


def _new(ctx: Context, request: dict[str, Any], code: Code) -> Function:
    name = named(ctx, request).name
    return Function(name, LATEST, ctx.ids.uuid(), ctx.now_ms, request["Role"], code)


def _create(ctx: Context, request: dict[str, Any], code: Code) -> dict[str, Any]:
    where = named(ctx, request)
    if FUNCTIONS.has(where.ctx, where.name):
        raise ResourceConflictException(f"Function already exist: {where.name}", Type="User")
    function = configuration.configured(_new(ctx, request, code), request)
    configuration.check_complete(function)
    function = _with_layers(where, function, request)
    function = msgspec.structs.replace(function, tags=merged({}, request.get("Tags") or {}))
    FUNCTIONS.put(where.ctx, function, where.name)
    if request.get("Publish"):
        function = publish(where, function, "")
    pending = {
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
    }
    arn = arn_of(where.ctx, where.name, "" if function.version == LATEST else function.version)
    return configuration.described(function, arn) | pending


def _with_layers(where: Named, function: Function, request: dict[str, Any]) -> Function:
    arns = request.get("Layers")
    if arns is None:
        return function
    configuration.check_layers(arns)
    uses: list[LayerUse] = []
    for arn in arns:
        layer = layer_of_arn(where.ctx, arn)
        if layer is None:
            raise InvalidParameterValueException(f"Layer version {arn} does not exist.", Type="User")
        uses.append(LayerUse(arn, layer.code))
    live: Environments = where.ctx.live
    size = sum(live.packages.unzipped_bytes(code) for code in (function.code, *(use.code for use in uses)))
    if uses and size > limits.UNZIPPED_BYTES_MAX:
        raise InvalidParameterValueException(
            "Function code combined with layers exceeds the maximum allowed size of "
            f"{limits.UNZIPPED_BYTES_MAX} bytes. The actual size is {size} bytes.",
            Type="User",
        )
    return msgspec.structs.replace(function, layers=tuple(uses))


def get_function(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"""
    where = named(ctx, request)
    function = version_in(where)
    location = f"{ctx.base_url}/_aws/lambda-url/code-{configuration.sha256_hex(function.code.sha256)}/"
    answer: dict[str, Any] = {
        "Configuration": configuration.described(function, where.arn),
        "Code": {"RepositoryType": "S3", "Location": location},
    }
    tags = latest(where).tags
    if tags:
        answer["Tags"] = tags
    reserved = RESERVED.get(where.ctx, where.name)
    if reserved is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
    return answer


def get_function_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html"""
    where = named(ctx, request)
    return configuration.described(version_in(where), where.arn)


def list_functions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
    functions = FUNCTIONS.values(ctx)
    every = request.get("FunctionVersion") == "ALL"
    listed: list[tuple[str, dict[str, Any]]] = []
    for function in functions:
        versions = [function, *(VERSIONS.values(ctx, function.name) if every else ())]
        for version in versions:
            arn = arn_of(ctx, function.name, version.version if every else "")
            number = 0 if version.version == LATEST else int(version.version)
            listed.append((f"{function.name}:{number:010d}", configuration.described(version, arn)))
    return page(listed, request, "Functions", limits.FUNCTIONS_PER_PAGE)


def check_revision(function: Function, request: dict[str, Any]) -> None:
    """Raise PreconditionFailedException when the caller meant another revision."""
    wanted = request.get("RevisionId")
    if wanted and wanted != function.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
            "the latest Revision Id",
            Type="User",
        )


async def update_function_code(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""

    def look(ctx: Context) -> None:
        check_revision(latest(named(ctx, request)), request)

    await ctx.transact(look)
    code = await code_in(ctx, request, "UpdateFunctionCode")
    return await ctx.transact(lambda ctx: _update_code(ctx, request, code))


def _update_code(ctx: Context, request: dict[str, Any], code: Code) -> dict[str, Any]:
    where = named(ctx, request)
    old = latest(where)
    check_revision(old, request)
    architecture = {"Architectures": request["Architectures"]} if request.get("Architectures") else {}
    new = msgspec.structs.replace(configuration.configured(old, architecture), code=code)
    if request.get("DryRun"):
        return configuration.described(new, where.arn)
    return _changed(where, old, new, publishes=bool(request.get("Publish")))


def _changed(where: Named, old: Function, new: Function, *, publishes: bool = False) -> dict[str, Any]:
    """Keep a new `$LATEST`; the environments of the old one end."""
    ctx = where.ctx
    new = msgspec.structs.replace(new, revision_id=ctx.ids.uuid(), modified_at_ms=ctx.now_ms)
    FUNCTIONS.put(ctx, new, where.name)
    retire(ctx, old)
    arn = arn_of(ctx, where.name)
    if publishes:
        new = publish(where, new, "")
        arn = arn_of(ctx, where.name, new.version)
    in_progress = {
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
        "LastUpdateStatusReasonCode": "Creating",
    }
    return configuration.described(new, arn) | in_progress


def retire(ctx: Context, function: Function) -> None:
    """After the commit, end the environments of a version that is no longer as it was."""
    live: Environments = ctx.live
    place = place_of(ctx.account, ctx.region, function)
    ctx.after_commit(lambda: live.retire(place))


def update_function_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html"""
    where = named(ctx, request)
    old = latest(where)
    check_revision(old, request)
    new = configuration.configured(old, request)
    configuration.check_complete(new)
    return _changed(where, old, _with_layers(where, new, request))


def delete_function(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""
    where = named(ctx, request)
    if where.qualifier == LATEST:
        raise InvalidParameterValueException(
            "$LATEST version cannot be deleted without deleting the function.", Type="User"
        )
    if where.qualifier:
        return _delete_version(where)
    latest(where)
    for function in forget_function(where.ctx, where.name):
        retire(where.ctx, function)
    return {}


def _delete_version(where: Named) -> dict[str, Any]:
    ctx = where.ctx
    latest(where)
    if not where.qualifier.isdigit():
        raise InvalidParameterValueException(
            "Deletion of aliases is not currently supported. Delete the alias with DeleteAlias.", Type="User"
        )
    function = VERSIONS.get(ctx, where.name, int(where.qualifier))
    if function is None:
        return {}
    users = [
        alias.name
        for alias in ALIASES.values(ctx, where.name)
        if where.qualifier == alias.version or where.qualifier in alias.weights
    ]
    if users:
        raise ResourceConflictException(
            f"Version {where.qualifier} can't be deleted because it is referenced by alias {users[0]}",
            Type="User",
        )
    VERSIONS.delete(ctx, where.name, int(where.qualifier))
    forget_qualifier(ctx, where.name, where.qualifier)
    retire(ctx, function)
    return {}


def get_account_settings(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html"""
    functions = FUNCTIONS.values(ctx)
    versions = [*functions, *VERSIONS.values(ctx)]
    sizes = {function.code.sha256: function.code.size_bytes for function in versions}
    unreserved = limits.CONCURRENT_EXECUTIONS_MAX - sum(RESERVED.values(ctx))
    return {
        "AccountLimit": {
            "TotalCodeSize": limits.CODE_STORAGE_BYTES_MAX,
            "CodeSizeUnzipped": limits.UNZIPPED_BYTES_MAX,
            "CodeSizeZipped": limits.ZIPPED_BYTES_MAX,
            "ConcurrentExecutions": limits.CONCURRENT_EXECUTIONS_MAX,
            "UnreservedConcurrentExecutions": unreserved,
        },
        "AccountUsage": {"TotalCodeSize": sum(sizes.values()), "FunctionCount": len(functions)},
    }

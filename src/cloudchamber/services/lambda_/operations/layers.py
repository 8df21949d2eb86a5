"""Layers: archives that functions share.

https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from cloudchamber.services.lambda_.model import Code, Layer, Policy
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.operations.sources import code_in
from cloudchamber.services.lambda_.records import LAYER_NUMBERS, LAYER_POLICIES, LAYERS
from cloudchamber.services.lambda_.rules import policies
from cloudchamber.services.lambda_.rules.configuration import modified_text, sha256_hex

_LAYER_NAME = re.compile(r"(?:arn:[^:]+:lambda:([a-z0-9-]+):(\d{12}):layer:)?([a-zA-Z0-9-_]{1,140})\Z")


def _layer_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, str]:
    match = _LAYER_NAME.match(request["LayerName"])
    if match is None:
        raise InvalidParameterValueException(f"Invalid layer name: {request['LayerName']}", Type="User")
    return (ctx.elsewhere(account=match[2], region=match[1]) if match[1] else ctx), match[3]


def layer_of_arn(ctx: Context, text: str) -> Layer | None:
    """The layer version of an ARN; None when there is none."""
    arn = Arn.parse(text)
    parts = arn.resource.split(":") if arn else []
    if (
        arn is None
        or arn.service != "lambda"
        or parts[:1] != ["layer"]
        or len(parts) != 3
        or not parts[2].isdigit()
    ):
        return None
    return LAYERS.get(ctx.elsewhere(account=arn.account, region=arn.region), parts[1], int(parts[2]))


def _arn(ctx: Context, layer: Layer) -> str:
    return ctx.arn(f"layer:{layer.name}:{layer.number}", service="lambda")


def _described(ctx: Context, layer: Layer, *, whole: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "LayerVersionArn": _arn(ctx, layer),
        "Version": layer.number,
        "Description": layer.description,
        "CreatedDate": modified_text(layer.created_at_ms),
    }
    if layer.runtimes:
        answer["CompatibleRuntimes"] = list(layer.runtimes)
    if layer.architectures:
        answer["CompatibleArchitectures"] = list(layer.architectures)
    if layer.license_info:
        answer["LicenseInfo"] = layer.license_info
    if whole:
        location = f"{ctx.base_url}/_aws/lambda-url/code-{sha256_hex(layer.code.sha256)}/"
        answer["LayerArn"] = ctx.arn(f"layer:{layer.name}", service="lambda")
        answer["Content"] = {
            "Location": location,
            "CodeSha256": layer.code.sha256,
            "CodeSize": layer.code.size_bytes,
        }
    return answer


async def publish_layer_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html"""
    code = await code_in(ctx, request["Content"], "PublishLayerVersion")
    return await ctx.transact(lambda ctx: _publish(ctx, request, code))


def _publish(ctx: Context, request: dict[str, Any], code: Code) -> dict[str, Any]:
    ctx, name = _layer_in(ctx, request)
    number = (LAYER_NUMBERS.get(ctx, name) or 0) + 1
    layer = Layer(
        name,
        number,
        code,
        ctx.now_ms,
        request.get("Description") or "",
        tuple(request.get("CompatibleRuntimes") or ()),
        tuple(request.get("CompatibleArchitectures") or ()),
        request.get("LicenseInfo") or "",
    )
    LAYER_NUMBERS.put(ctx, number, name)
    LAYERS.put(ctx, layer, name, number)
    return _described(ctx, layer, whole=True)


def _version_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Layer]:
    ctx, name = _layer_in(ctx, request)
    layer = LAYERS.get(ctx, name, request["VersionNumber"])
    if layer is None:
        arn = ctx.arn(f"layer:{name}:{request['VersionNumber']}", service="lambda")
        raise ResourceNotFoundException(f"Layer version {arn} does not exist.", Type="User")
    return ctx, layer


def get_layer_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html"""
    ctx, layer = _version_in(ctx, request)
    return _described(ctx, layer, whole=True)


def get_layer_version_by_arn(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html"""
    arn = Arn.parse(request["Arn"])
    layer = layer_of_arn(ctx, request["Arn"])
    if arn is None or layer is None:
        raise ResourceNotFoundException(f"Layer version {request['Arn']} does not exist.", Type="User")
    return _described(ctx.elsewhere(account=arn.account, region=arn.region), layer, whole=True)


def _matches(layer: Layer, request: dict[str, Any]) -> bool:
    runtime, architecture = request.get("CompatibleRuntime"), request.get("CompatibleArchitecture")
    return (not runtime or runtime in layer.runtimes) and (
        not architecture or architecture in layer.architectures
    )


def list_layer_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html"""
    ctx, name = _layer_in(ctx, request)
    layers = [layer for layer in LAYERS.values(ctx, name) if _matches(layer, request)]
    listed = [
        (f"{1_000_000_000 - layer.number:010d}", _described(ctx, layer, whole=False)) for layer in layers
    ]
    return page(listed, request, "LayerVersions", limits.FUNCTIONS_PER_PAGE)


def list_layers(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html"""
    newest = {layer.name: layer for layer in LAYERS.values(ctx) if _matches(layer, request)}
    listed = [
        (
            layer.name,
            {
                "LayerName": layer.name,
                "LayerArn": ctx.arn(f"layer:{layer.name}", service="lambda"),
                "LatestMatchingVersion": _described(ctx, layer, whole=False),
            },
        )
        for layer in newest.values()
    ]
    return page(listed, request, "Layers", limits.FUNCTIONS_PER_PAGE)


def delete_layer_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Functions that use it keep it. https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html"""
    ctx, name = _layer_in(ctx, request)
    LAYERS.delete(ctx, name, request["VersionNumber"])
    LAYER_POLICIES.delete(ctx, name, request["VersionNumber"])
    return {}


# -- permissions


def add_layer_version_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html"""
    ctx, layer = _version_in(ctx, request)
    policy = LAYER_POLICIES.get(ctx, layer.name, layer.number) or Policy(ctx.ids.uuid())
    _check_revision(policy, request)
    if any(statement["Sid"] == request["StatementId"] for statement in policy.statements):
        raise ResourceConflictException(
            f"The statement id ({request['StatementId']}) provided already exists. Please provide a new statement id, or "
            "remove the existing statement.",
            Type="User",
        )
    statement = policies.layer_statement(request, _arn(ctx, layer))
    policy = Policy(ctx.ids.uuid(), (*policy.statements, statement))
    LAYER_POLICIES.put(ctx, policy, layer.name, layer.number)
    return {"Statement": policies.printed(statement), "RevisionId": policy.revision_id}


def _check_revision(policy: Policy, request: dict[str, Any]) -> None:
    if request.get("RevisionId") and request["RevisionId"] != policy.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetLayerVersionPolicy API to retrieve "
            "the latest Revision Id",
            Type="User",
        )


def _policy_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Layer, Policy]:
    ctx, layer = _version_in(ctx, request)
    policy = LAYER_POLICIES.get(ctx, layer.name, layer.number)
    if policy is None or not policy.statements:
        raise ResourceNotFoundException("No policy is associated with the given resource.", Type="User")
    return ctx, layer, policy


def get_layer_version_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html"""
    _, _, policy = _policy_in(ctx, request)
    return {"Policy": policies.document(policy), "RevisionId": policy.revision_id}


def remove_layer_version_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html"""
    ctx, layer, policy = _policy_in(ctx, request)
    _check_revision(policy, request)
    left = tuple(statement for statement in policy.statements if statement["Sid"] != request["StatementId"])
    if len(left) == len(policy.statements):
        raise ResourceNotFoundException(
            f"Statement {request['StatementId']} is not found in resource policy.", Type="User"
        )
    LAYER_POLICIES.put(ctx, Policy(ctx.ids.uuid(), left), layer.name, layer.number)
    return {}

"""Registries and their resource policies.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-registry.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.errors import (
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    PreconditionFailedException,
)
from cloudchamber.services.schemas.model import DISCOVERED, OF_AWS, Registry
from cloudchamber.services.schemas.operations.pages import paged
from cloudchamber.services.schemas.operations.tags import checked_tags
from cloudchamber.services.schemas.records import REGISTRIES, SCHEMAS, registry_named, registry_of_aws

_NAME = re.compile(r"[0-9A-Za-z_.@-]+")


def _shown(ctx: Context, registry: Registry) -> dict[str, Any]:
    """The members of a registry's answer; AWS's own registry belongs to no account."""
    arn = ctx.arn(f"registry/{registry.name}")
    if registry.name == OF_AWS:
        arn = arn.replace(f":{ctx.account}:", "::")
    answer = {"RegistryName": registry.name, "RegistryArn": arn, "Tags": registry.tags}
    return answer | ({"Description": registry.description} if registry.description else {})


def check_changeable(name: str) -> None:
    """Raise ForbiddenException for a registry that is AWS's."""
    if name.startswith("aws."):
        raise ForbiddenException(f"Registry {name} is managed by AWS and cannot be changed.")


def create_registry(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html"""
    name = request["RegistryName"]
    if not _NAME.fullmatch(name) or len(name) > limits.REGISTRY_NAME_LENGTH_MAX:
        raise BadRequestException(f"The registry name {name} is not valid.")
    if name.startswith("aws."):
        raise BadRequestException("Registry names that begin with aws. are reserved.")
    if name == DISCOVERED:
        raise BadRequestException(f"The registry name {DISCOVERED} is reserved.")
    if REGISTRIES.has(ctx, name):
        raise ConflictException(f"Registry with name {name} already exists.")
    own_count = sum(registry.name != DISCOVERED for registry in REGISTRIES.values(ctx))
    if own_count >= limits.REGISTRIES_MAX:
        raise ForbiddenException(f"The maximum of {limits.REGISTRIES_MAX} registries is reached.")
    registry = Registry(name, request.get("Description") or "", checked_tags(request.get("Tags") or {}))
    REGISTRIES.put(ctx, registry, name)
    return _shown(ctx, registry)


def describe_registry(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html"""
    return _shown(ctx, registry_named(ctx, request["RegistryName"]))


def list_registries(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`Scope`: `LOCAL` for the account's own, `AWS` for those of AWS; without it both.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries.html
    """
    scope, prefix = request.get("Scope"), request.get("RegistryNamePrefix") or ""
    if scope not in (None, "", "LOCAL", "AWS"):
        raise BadRequestException("Scope must be LOCAL or AWS.")
    registries = [] if scope == "AWS" else REGISTRIES.values(ctx)
    if scope != "LOCAL":
        registries.append(registry_of_aws())
    named = sorted(
        (each for each in registries if each.name.startswith(prefix)), key=lambda registry: registry.name
    )
    found, token = paged(request, named, lambda registry: registry.name)
    shown = [_shown(ctx, registry) for registry in found]
    for each in shown:
        each.pop("Description", None)
    return {"Registries": shown} | token


def update_registry(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html"""
    name = request["RegistryName"]
    check_changeable(name)
    registry = registry_named(ctx, name)
    if request.get("Description") is not None:
        registry = msgspec.structs.replace(registry, description=request["Description"])
        REGISTRIES.put(ctx, registry, name)
    return _shown(ctx, registry)


def delete_registry(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Its schemas have to go first.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html
    """
    name = request["RegistryName"]
    check_changeable(name)
    if name == DISCOVERED:
        raise ForbiddenException(f"Registry {name} cannot be deleted.")
    registry_named(ctx, name)
    if SCHEMAS.count(ctx, name):
        raise BadRequestException(f"Registry {name} is not empty.")
    REGISTRIES.delete(ctx, name)
    return {}


def _meant(ctx: Context, request: dict[str, Any]) -> Registry:
    name = request.get("RegistryName")
    if not name:
        raise BadRequestException("RegistryName is required.")
    check_changeable(name)
    return registry_named(ctx, name)


def _policy(registry: Registry) -> dict[str, Any]:
    if not registry.policy:
        raise NotFoundException(f"Registry with name {registry.name} has no resource policy.")
    return {"Policy": msgspec.json.decode(registry.policy), "RevisionId": registry.revision_id}


def get_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-policy.html"""
    return _policy(_meant(ctx, request))


def put_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """With a RevisionId, only while the policy is that one.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-policy.html
    """
    registry, given = _meant(ctx, request), request["Policy"]
    policy = _decoded(given) if isinstance(given, str) else given
    if not isinstance(policy, dict):
        raise BadRequestException("The policy is not a JSON object.")
    revision = request.get("RevisionId")
    if revision and revision != registry.revision_id:
        raise PreconditionFailedException()
    text = msgspec.json.encode(policy).decode()
    registry = msgspec.structs.replace(registry, policy=text, revision_id=ctx.ids.uuid())
    REGISTRIES.put(ctx, registry, registry.name)
    return _policy(registry)


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def delete_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-policy.html"""
    registry = _meant(ctx, request)
    _policy(registry)
    REGISTRIES.put(ctx, msgspec.structs.replace(registry, policy="", revision_id=""), registry.name)
    return {}

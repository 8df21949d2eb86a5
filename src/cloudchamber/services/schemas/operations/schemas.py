"""Schemas and their versions; searching, exporting and inferring them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.errors import BadRequestException, ConflictException, ForbiddenException
from cloudchamber.services.schemas.model import JSON_SCHEMA, OPEN_API, Schema, Version
from cloudchamber.services.schemas.operations.announcements import announce
from cloudchamber.services.schemas.operations.pages import paged
from cloudchamber.services.schemas.operations.registries import check_changeable
from cloudchamber.services.schemas.operations.tags import checked_tags
from cloudchamber.services.schemas.records import (
    SCHEMAS,
    VERSIONS,
    add_version,
    forget_schema,
    registry_named,
    schema_named,
    version_of,
    versions_of,
)
from cloudchamber.services.schemas.rules.contents import problem_of
from cloudchamber.services.schemas.rules.documents import discovered, exported
from cloudchamber.services.schemas.rules.inference import is_too_deep

_NAME = re.compile(r"[0-9A-Za-z_.@-]+")


def _summary(ctx: Context, schema: Schema) -> dict[str, Any]:
    return {"SchemaArn": ctx.arn(schema.resource), "SchemaName": schema.name}


def _shown(ctx: Context, schema: Schema, version: Version) -> dict[str, Any]:
    answer = _summary(ctx, schema) | {
        "SchemaVersion": str(version.number),
        "Type": version.type,
        "LastModified": schema.modified_at_ms / 1000,
        "VersionCreatedDate": version.created_at_ms / 1000,
        "Tags": schema.tags,
    }
    return answer | ({"Description": schema.description} if schema.description else {})


def _checked(kind: str, content: str) -> None:
    problem = problem_of(kind, content)
    if problem:
        raise BadRequestException(problem)


def create_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html"""
    registry, name = request["RegistryName"], request["SchemaName"]
    check_changeable(registry)
    registry_named(ctx, registry)
    if not _NAME.fullmatch(name) or len(name) > limits.SCHEMA_NAME_LENGTH_MAX:
        raise BadRequestException(f"The schema name {name} is not valid.")
    if SCHEMAS.has(ctx, registry, name):
        raise ConflictException(f"Schema with name {name} already exists.")
    if SCHEMAS.count(ctx, registry) >= limits.SCHEMAS_PER_REGISTRY_MAX:
        raise ForbiddenException(f"The maximum of {limits.SCHEMAS_PER_REGISTRY_MAX} schemas is reached.")
    _checked(request["Type"], request["Content"])
    tags = checked_tags(request.get("Tags") or {})
    schema = Schema(registry, name, ctx.now_ms, request.get("Description") or "", tags)
    schema, version = add_version(ctx, schema, request["Type"], request["Content"])
    announce(ctx, schema, version)
    return _shown(ctx, schema, version)


def update_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Another content or type makes a new version; the same ClientTokenId again changes nothing.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html
    """
    check_changeable(request["RegistryName"])
    schema = schema_named(ctx, request["RegistryName"], request["SchemaName"])
    newest, token = version_of(ctx, schema, None), request.get("ClientTokenId") or ""
    if token and token == schema.client_token:
        return _shown(ctx, schema, newest)
    description = request.get("Description")
    changed = msgspec.structs.replace(
        schema,
        client_token=token,
        description=schema.description if description is None else description,
        modified_at_ms=ctx.now_ms,
    )
    kind, content = request.get("Type") or newest.type, request.get("Content") or newest.content
    _checked(kind, content)
    if (kind, content) == (newest.type, newest.content):
        SCHEMAS.put(ctx, changed, schema.registry, schema.name)
        return _shown(ctx, changed, newest)
    if VERSIONS.count(ctx, schema.registry, schema.name) >= limits.VERSIONS_PER_SCHEMA_MAX:
        raise ForbiddenException(f"The maximum of {limits.VERSIONS_PER_SCHEMA_MAX} versions is reached.")
    changed, version = add_version(ctx, changed, kind, content)
    announce(ctx, changed, version)
    return _shown(ctx, changed, version)


def describe_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html"""
    schema = schema_named(ctx, request["RegistryName"], request["SchemaName"])
    version = version_of(ctx, schema, request.get("SchemaVersion"))
    return _shown(ctx, schema, version) | {"Content": version.content}


def list_schemas(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas.html"""
    registry_named(ctx, request["RegistryName"])
    prefix = request.get("SchemaNamePrefix") or ""
    named = [each for each in SCHEMAS.values(ctx, request["RegistryName"]) if each.name.startswith(prefix)]
    found, token = paged(request, named, lambda schema: schema.name)
    listed = [
        _summary(ctx, schema)
        | {
            "LastModified": schema.modified_at_ms / 1000,
            "Tags": schema.tags,
            "VersionCount": VERSIONS.count(ctx, schema.registry, schema.name),
        }
        for schema in found
    ]
    return {"Schemas": listed} | token


def list_schema_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname-versions.html"""
    schema = schema_named(ctx, request["RegistryName"], request["SchemaName"])
    found, token = paged(request, versions_of(ctx, schema), lambda version: f"{version.number:09}")
    listed = [
        _summary(ctx, schema) | {"SchemaVersion": str(version.number), "Type": version.type}
        for version in found
    ]
    return {"SchemaVersions": listed} | token


def delete_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html"""
    check_changeable(request["RegistryName"])
    forget_schema(ctx, schema_named(ctx, request["RegistryName"], request["SchemaName"]))
    return {}


def delete_schema_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A schema goes with its last version.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname-version-schemaversion.html
    """
    check_changeable(request["RegistryName"])
    schema = schema_named(ctx, request["RegistryName"], request["SchemaName"])
    version = version_of(ctx, schema, request["SchemaVersion"])
    VERSIONS.delete(ctx, schema.registry, schema.name, version.number)
    if not VERSIONS.count(ctx, schema.registry, schema.name):
        forget_schema(ctx, schema)
    return {}


def search_schemas(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The schemas with versions in whose name or content all keywords occur, whatever their case.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-search.html
    """
    registry = registry_named(ctx, request["RegistryName"])
    words = request["Keywords"].lower().split()
    if not words:
        raise BadRequestException("Keywords must not be empty.")
    matches: list[tuple[Schema, list[Version]]] = []
    for schema in SCHEMAS.values(ctx, registry.name):
        versions = [
            version
            for version in reversed(versions_of(ctx, schema))
            if all(word in f"{schema.name}\n{version.content}".lower() for word in words)
        ]
        if versions:
            matches.append((schema, versions))
    found, token = paged(request, matches, lambda match: match[0].name)
    return {"Schemas": [_found(ctx, schema, versions) for schema, versions in found]} | token


def _found(ctx: Context, schema: Schema, versions: list[Version]) -> dict[str, Any]:
    listed = [
        {"SchemaVersion": str(each.number), "Type": each.type, "CreatedDate": each.created_at_ms / 1000}
        for each in versions
    ]
    return _summary(ctx, schema) | {"RegistryName": schema.registry, "SchemaVersions": listed}


def export_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI schema as a JSON schema of draft 4, or a schema as it is.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname-export.html
    """
    schema = schema_named(ctx, request["RegistryName"], request["SchemaName"])
    version, kind = version_of(ctx, schema, request.get("SchemaVersion")), request["Type"]
    if kind not in (OPEN_API, JSON_SCHEMA):
        raise BadRequestException(f"The type {kind} is not valid.")
    content = version.content
    if kind != version.type:
        if kind == OPEN_API:
            raise BadRequestException(f"A schema of type {version.type} cannot be exported as {kind}.")
        content = msgspec.json.encode(exported(msgspec.json.decode(content))).decode()
    return _summary(ctx, schema) | {"SchemaVersion": str(version.number), "Type": kind, "Content": content}


def get_discovered_schema(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """One schema for all events given. Nothing is stored.

    https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-discover.html
    """
    document = discovered([_event(text) for text in request["Events"]])
    if request["Type"] == JSON_SCHEMA:
        document = exported(document)
    return {"Content": msgspec.json.encode(document).decode()}


def _event(text: str) -> dict[str, Any]:
    try:
        value: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise BadRequestException("An event is not valid JSON.") from None
    if not isinstance(value, dict):
        raise BadRequestException("An event is not a JSON object.")
    if is_too_deep(value, limits.DISCOVERY_LEVELS_MAX):
        raise BadRequestException(f"An event has more than {limits.DISCOVERY_LEVELS_MAX} levels.")
    return cast("dict[str, Any]", value)

"""Contents: what CreateSchema and UpdateSchema take as a schema. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-create.html
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from cloudchamber.services.schemas import limits
from cloudchamber.services.schemas.model import OPEN_API
from cloudchamber.services.schemas.rules.inference import is_too_deep

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_DRAFT_4 = ("http://json-schema.org/draft-04/schema", "https://json-schema.org/draft-04/schema")


def problem_of(kind: str, text: str) -> str:
    """Why a content is no schema of its type, or nothing."""
    try:
        document: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return "Content is not valid JSON."
    if not isinstance(document, dict):
        return "Content is not a JSON object."
    if is_too_deep(document, limits.CONTENT_LEVELS_MAX):
        return f"Content has more than {limits.CONTENT_LEVELS_MAX} levels."
    members = cast("dict[str, Any]", document)
    return _problem_of_open_api(members) if kind == OPEN_API else _problem_of_json_schema(members)


def _problem_of_open_api(document: dict[str, Any]) -> str:
    """https://spec.openapis.org/oas/v3.0.3#openapi-object"""
    if not str(document.get("openapi", "")).startswith("3."):
        return "Content is not OpenAPI 3.0: openapi must be 3.0.x."
    info = document.get("info")
    if not isinstance(info, dict):
        return "Content is not OpenAPI 3.0: info is missing."
    for name in ("title", "version"):
        if not isinstance(cast("dict[str, Any]", info).get(name), str):
            return f"Content is not OpenAPI 3.0: info.{name} is missing."
    if not isinstance(document.get("paths"), dict):
        return "Content is not OpenAPI 3.0: paths is missing."
    components = document.get("components", {})
    schemas: Any = (
        cast("dict[str, Any]", components).get("schemas", {}) if isinstance(components, dict) else None
    )
    if not isinstance(schemas, dict):
        return "Content is not OpenAPI 3.0: components is not valid."
    return _problem_of_each(cast("dict[str, Any]", schemas), "components.schemas")


def _problem_of_json_schema(document: dict[str, Any]) -> str:
    dialect = document.get("$schema")
    if dialect is not None and str(dialect).rstrip("#") not in _DRAFT_4:
        return "Content is not JSON schema draft 4: $schema names another one."
    return _problem_of_each({"schema": document}, "$")


def _problem_of_each(schemas: dict[str, Any], path: str) -> str:
    """The problem of the first schema, or of one inside of it, that has one."""
    open_ones: list[tuple[Any, str]] = [(each, f"{path}.{name}") for name, each in schemas.items()]
    while open_ones:
        schema, at = open_ones.pop()
        if not isinstance(schema, dict):
            return f"Content is not valid: {at} is not an object."
        members = cast("dict[str, Any]", schema)
        wrong = _wrong_keyword(members)
        if wrong:
            return f"Content is not valid: {at}.{wrong}."
        open_ones += _inner(members, at)
    return ""


def _wrong_keyword(schema: dict[str, Any]) -> str:
    """https://json-schema.org/draft-04/json-schema-validation"""
    kind: Any = schema.get("type", "object")
    kinds: list[Any] = cast("list[Any]", kind) if isinstance(kind, list) else [kind]
    if not kinds or any(each not in _TYPES for each in kinds):
        return "type is not a type"
    required: Any = schema.get("required", [])
    if not isinstance(required, list) or not all(
        isinstance(each, str) for each in cast("list[Any]", required)
    ):
        return "required is not a list of names"
    for name in ("properties", "definitions"):
        if not isinstance(schema.get(name, {}), dict):
            return f"{name} is not an object"
    return ""


def _inner(schema: dict[str, Any], path: str) -> list[tuple[Any, str]]:
    """The schemas inside of one, each with where it stands."""
    found: list[tuple[Any, str]] = []
    for name in ("properties", "definitions"):
        members: dict[str, Any] = schema.get(name, {})
        found += [(each, f"{path}.{name}.{member}") for member, each in members.items()]
    items: Any = schema.get("items", [])
    if not isinstance(items, list):
        return [*found, (items, f"{path}.items")]
    return found + [(each, f"{path}.items.{index}") for index, each in enumerate(cast("list[Any]", items))]

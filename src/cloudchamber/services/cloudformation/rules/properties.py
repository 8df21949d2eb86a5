"""Properties against their type's schema: what CloudFormation says is wrong with them, in its words.

Numbers and booleans may be written as text and the other way round, as templates do.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.services.cloudformation.rules.schemas import Schema, schema_of
from cloudchamber.wire.patterns import compiled

_FOUND = {
    dict: "JSONObject",
    list: "JSONArray",
    str: "String",
    bool: "Boolean",
    int: "Integer",
    float: "Number",
    type(None): "Null",
}
_TRUTHS = frozenset({"true", "false"})
_INTEGER = re.compile(r"[-+]?\d+\Z")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")

_IS: dict[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool) or str(value).lower() in _TRUTHS,
    "integer": lambda value: _INTEGER.match(str(value)) is not None,
    "null": lambda value: value is None,
    "number": lambda value: _NUMBER.match(str(value)) is not None,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, (str, int, float)),
}


def failures(type_name: str, properties: dict[str, Any]) -> list[str]:
    """What is wrong with the properties of a resource, one text each; empty when all is well or the type is not AWS's."""
    schema = schema_of(type_name)
    if schema is None:
        return []
    found: list[str] = []
    _check(schema, properties, "#", _Root(schema, found))
    return found


def failure_text(logical_id: str, found: list[str]) -> str:
    """The reason of a resource whose properties do not fit."""
    return f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(found)


class _Root:
    __slots__ = ("found", "schema")

    def __init__(self, schema: Schema, found: list[str]) -> None:
        self.schema, self.found = schema, found

    def resolved(self, schema: Schema) -> Schema:
        """The schema that a reference leads to."""
        while "$ref" in schema:
            target: Any = self.schema
            for step in str(schema["$ref"]).split("/")[1:]:
                target = target.get(step) or {}
            schema = target
        return schema


def _check(schema: Schema, value: Any, path: str, root: _Root) -> None:
    schema = root.resolved(schema)
    kinds = schema.get("type")
    if kinds:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if not any(_IS[kind](value) for kind in kinds):
            found = _FOUND.get(type(value), "String")
            root.found.append(f"{path}: expected type: {str(kinds[0]).capitalize()}, found: {found}")
            return
    if "enum" in schema and not _is_one_of(value, schema["enum"]):
        root.found.append(f"{path}: {_shown(value)} is not a valid enum value")
    if isinstance(value, dict):
        _check_object(schema, value, path, root)
    elif isinstance(value, list):
        _check_array(schema, value, path, root)
    elif isinstance(value, str):
        _check_text(schema, value, path, root)
    if _is_number(value) and not isinstance(value, bool) and "string" not in (kinds or ()):
        _check_number(schema, float(str(value)), path, root)


def _is_number(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and _NUMBER.match(str(value)) is not None


def _is_one_of(value: Any, options: list[Any]) -> bool:
    shown = _shown(value)
    return any(shown == _shown(option) for option in options)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_object(schema: Schema, value: dict[str, Any], path: str, root: _Root) -> None:
    root.found += [
        f"{path}: required key [{name}] not found"
        for name in schema.get("required") or ()
        if name not in value
    ]
    known = schema.get("properties") or {}
    patterns = schema.get("patternProperties") or {}
    for name, held in value.items():
        if name in known:
            _check(known[name], held, f"{path}/{name}", root)
            continue
        matching = next((sub for pattern, sub in patterns.items() if _matches(pattern, name)), None)
        if matching is not None:
            if isinstance(matching, dict):
                _check(matching, held, f"{path}/{name}", root)
        elif schema.get("additionalProperties") is False and (known or patterns):
            root.found.append(f"{path}: extraneous key [{name}] is not permitted")


def _check_array(schema: Schema, value: list[Any], path: str, root: _Root) -> None:
    low, high = schema.get("minItems"), schema.get("maxItems")
    if low is not None and len(value) < low:
        root.found.append(f"{path}: expected minimum item count: {low}, found: {len(value)}")
    if high is not None and len(value) > high:
        root.found.append(f"{path}: expected maximum item count: {high}, found: {len(value)}")
    if "items" in schema:
        for index, held in enumerate(value):
            _check(schema["items"], held, f"{path}/{index}", root)


def _check_text(schema: Schema, value: str, path: str, root: _Root) -> None:
    low, high, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    if low is not None and len(value) < low:
        root.found.append(f"{path}: expected minLength: {low}, actual: {len(value)}")
    if high is not None and len(value) > high:
        root.found.append(f"{path}: expected maxLength: {high}, actual: {len(value)}")
    if pattern is not None and not _matches(pattern, value):
        root.found.append(f"{path}: failed validation constraint for keyword [pattern]")


def _check_number(schema: Schema, value: float, path: str, root: _Root) -> None:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and value < low:
        root.found.append(f"{path}: {value:g} is not greater or equal to {low}")
    if high is not None and value > high:
        root.found.append(f"{path}: {value:g} is not less or equal to {high}")


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that Python cannot say holds."""
    found = compiled(pattern)
    return found is None or found.search(text) is not None

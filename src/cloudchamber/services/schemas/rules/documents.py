"""Documents: shapes of events written as OpenAPI 3.0 and JSON schema draft 4, and the one made into the other. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-json.html
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from cloudchamber.services.schemas.rules.inference import Shape, nothing, shape_of

_ENVELOPE = ("detail-type", "resources", "detail", "id", "source", "time", "region", "version", "account")
_PREFIX, _LOCAL_PREFIX = "#/components/schemas/", "#/definitions/"
_DRAFT_4 = "http://json-schema.org/draft-04/schema#"
# Keywords of OpenAPI's schema object that JSON schema does not know.
# https://spec.openapis.org/oas/v3.0.3#schema-object
_ONLY_OPEN_API = frozenset(
    {"deprecated", "discriminator", "example", "externalDocs", "nullable", "readOnly", "writeOnly", "xml"}
)


def pascal(text: str) -> str:
    """`Step Functions Execution Status Change` as `StepFunctionsExecutionStatusChange`."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text))


def schema_name(source: str, detail_type: str) -> str:
    """What a discovered schema is called, e.g. `shop@OrderPlaced`."""
    return re.sub(r"[^0-9A-Za-z_.@-]", "-", f"{source}@{pascal(detail_type) or detail_type}")


def is_event(value: Any) -> bool:
    """Whether a value has all that EventBridge's events have.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
    """
    if not isinstance(value, dict):
        return False
    members = cast("dict[str, Any]", value)
    if any(name not in members for name in _ENVELOPE) or not isinstance(members["detail"], dict):
        return False
    if not isinstance(members["resources"], list):
        return False
    texts = [members[name] for name in _ENVELOPE if name not in ("detail", "resources")]
    return all(isinstance(text, str) for text in [*texts, *cast("list[Any]", members["resources"])])


def discovered(values: list[Any]) -> dict[str, Any]:
    """The OpenAPI document of events; those of one source and detail type are told apart from their envelope."""
    kinds = {(value["source"], value["detail-type"]) if is_event(value) else None for value in values}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        return _document("Event", _Components().lifted("Event", shape_of(values)))
    return event_document(*kind, shape_of([value["detail"] for value in values]))


def event_document(source: str, detail_type: str, detail: Shape) -> dict[str, Any]:
    """The OpenAPI document of events with such a detail."""
    title = pascal(detail_type) or "Event"
    if title == "AWSEvent":
        title = "Detail"
    found = _Components().lifted(title, detail)
    properties: dict[str, Any] = {
        "detail": {"$ref": _PREFIX + title},
        "account": {"type": "string"},
        "detail-type": {"type": "string"},
        "id": {"type": "string"},
        "region": {"type": "string"},
        "resources": {"type": "array", "items": {"type": "string"}},
        "source": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "version": {"type": "string"},
    }
    event: Shape = {
        "type": "object",
        "required": list(_ENVELOPE),
        "x-amazon-events-detail-type": detail_type,
        "x-amazon-events-source": source,
        "properties": properties,
    }
    return _document(title, {"AWSEvent": event} | found)


def _document(title: str, components: dict[str, Shape]) -> dict[str, Any]:
    info = {"version": "1.0.0", "title": title}
    return {"openapi": "3.0.0", "info": info, "paths": {}, "components": {"schemas": components}}


class _Components:
    """Objects inside of objects, each lifted to a component named after the member it stands at."""

    def __init__(self) -> None:
        self._made: dict[str, Shape] = {"AWSEvent": {}}

    def lifted(self, title: str, shape: Shape) -> dict[str, Shape]:
        """The component `title`, and those it refers to."""
        self._made[title] = {}
        self._made[title] = self._written(shape, title)
        return {name: made for name, made in self._made.items() if name != "AWSEvent"}

    def _reference(self, shape: Shape, name: str) -> Shape:
        kind = shape.get("type")
        if kind == "array":
            return {"type": "array", "items": self._reference(shape["items"], f"{name}Item")}
        if kind != "object":
            return {} if shape == nothing() else shape
        made = self._written(shape, name)
        free = self._free(name, made)
        self._made[free] = made
        return {"$ref": _PREFIX + free}

    def _written(self, shape: Shape, name: str) -> Shape:
        if shape.get("type") != "object":
            return self._reference(shape, name)
        if "properties" not in shape:
            return shape
        properties: Shape = {}
        for member, inner in shape["properties"].items():
            properties[member] = self._reference(inner, pascal(member) or "Member")
        return shape | {"properties": properties}

    def _free(self, name: str, made: Shape) -> str:
        """The name, or with a number behind it when another component has it already."""
        free, number = name, 0
        while free in self._made and self._made[free] != made:
            number += 1
            free = f"{name}_{number}"
        return free


def exported(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document as a JSON schema of draft 4: the event, or the first component, at its root."""
    components: dict[str, Shape] = (document.get("components") or {}).get("schemas") or {}
    title = (document.get("info") or {}).get("title") or ""
    root = next((name for name in ("AWSEvent", title) if name in components), next(iter(components), ""))
    written = {name: _as_json_schema(shape) for name, shape in components.items()}
    answer: dict[str, Any] = {"$schema": _DRAFT_4, "title": title}
    # What refers to the root itself needs it among the definitions too.
    referred = f'"{_LOCAL_PREFIX}{root}"' in msgspec.json.encode(written).decode()
    definitions = {name: shape for name, shape in written.items() if name != root or referred}
    if definitions:
        answer["definitions"] = definitions
    return answer | written.get(root, {})


def _as_json_schema(shape: Any) -> Any:
    if isinstance(shape, list):
        return [_as_json_schema(each) for each in cast("list[Any]", shape)]
    if not isinstance(shape, dict):
        return shape
    members = cast("dict[str, Any]", shape)
    written: dict[str, Any] = {}
    for name, value in members.items():
        if name == "$ref" and isinstance(value, str):
            written[name] = value.replace(_PREFIX, _LOCAL_PREFIX)
        elif name == "properties" and isinstance(value, dict):
            inner = cast("dict[str, Any]", value)
            written[name] = {member: _as_json_schema(each) for member, each in inner.items()}
        elif name not in _ONLY_OPEN_API:
            written[name] = value if name in ("default", "enum") else _as_json_schema(value)
    if members.get("nullable") is True and isinstance(members.get("type"), str):
        written["type"] = [members["type"], "null"]
    return written

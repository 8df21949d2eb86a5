"""Shapes: what values have in common. Pure; a shape accepts every value it was inferred from.

A shape is a JSON schema without references. `{}` accepts anything, as AWS writes what it only ever saw null; `nothing()` is the
shape of the elements of an empty array, and gives way to whatever comes.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schemas-infer-from-json.html
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import reduce
from typing import Any, cast

Shape = dict[str, Any]
_INT64 = 1 << 63
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def nothing() -> Shape:
    """The shape that accepts no value: of what was never seen."""
    return {"not": {}}


def infer(value: Any) -> Shape:
    """The shape of one value, as JSON is decoded. Depth is the caller's care (`is_too_deep`)."""
    if value is None:
        return {}
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        shape: Shape = {"type": "object"}
        if members:
            shape["required"] = sorted(members)
            shape["properties"] = {}
            for name in sorted(members):
                shape["properties"][name] = infer(members[name])
        return shape
    if isinstance(value, list):
        items = nothing()
        for each in cast("list[Any]", value):
            items = merge(items, infer(each))
        return {"type": "array", "items": items}
    return _of_scalar(value)


def _of_scalar(value: Any) -> Shape:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        fits = -_INT64 <= value < _INT64
        return {"type": "integer", "format": "int64"} if fits else {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    form = format_of(value)
    return {"type": "string", "format": form} if form else {"type": "string"}


def format_of(text: str) -> str:
    """`date-time` for an RFC 3339 instant, `date` for its first part alone, else nothing."""
    if _DATE.fullmatch(text):
        parse, form = date.fromisoformat, "date"
    elif _DATE_TIME.fullmatch(text):
        parse, form = datetime.fromisoformat, "date-time"
        text = text[:19]
    else:
        return ""
    try:
        parse(text)
    except ValueError:
        return ""
    return form


def merge(one: Shape, other: Shape) -> Shape:
    """The narrowest shape this notation has that accepts what either does."""
    if other in (one, nothing()):
        return one
    if one == nothing():
        return other
    kind, kind_of_other = one.get("type"), other.get("type")
    if {kind, kind_of_other} == {"integer", "number"}:
        return {"type": "number"}
    if kind != kind_of_other or kind is None:
        return {}
    if kind == "array":
        return {"type": "array", "items": merge(one["items"], other["items"])}
    if kind == "object":
        return _merge_objects(one, other)
    return {"type": kind}


def _merge_objects(one: Shape, other: Shape) -> Shape:
    """Members of both are merged; required are only those that both require."""
    left, right = one.get("properties", {}), other.get("properties", {})
    shape: Shape = {"type": "object"}
    required = sorted(set(one.get("required", ())) & set(other.get("required", ())))
    if required:
        shape["required"] = required
    properties: Shape = {}
    for name in sorted(left | right):
        properties[name] = merge(left.get(name, nothing()), right.get(name, nothing()))
    if properties:
        shape["properties"] = properties
    return shape


def shape_of(values: list[Any]) -> Shape:
    """The shape of several values."""
    return reduce(merge, map(infer, values), nothing())


def is_too_deep(value: Any, levels_max: int) -> bool:
    """Whether objects and arrays lie in each other on more than `levels_max` levels."""
    level: list[Any] = [value]
    for _ in range(levels_max + 1):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(cast("dict[str, Any]", each).values())
            elif isinstance(each, list):
                below.extend(cast("list[Any]", each))
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return False
        level = below
    return True

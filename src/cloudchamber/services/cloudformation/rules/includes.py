"""The AWS::Include transform: parts of a template that lie in S3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

INCLUDE = "AWS::Include"


def locations(value: Any) -> Iterator[str]:
    """The locations that a template includes, however deep."""
    if isinstance(value, dict):
        for key, held in value.items():
            place = _location(key, held)
            if place:
                yield place
            else:
                yield from locations(held)
    elif isinstance(value, list):
        for held in value:
            yield from locations(held)


def _location(key: str, held: Any) -> str:
    if key not in {"Fn::Transform", "Transform"} or not isinstance(held, dict) or held.get("Name") != INCLUDE:
        return ""
    return str((held.get("Parameters") or {}).get("Location", ""))


def included(value: Any, found: Mapping[str, Any]) -> Any:
    """The template with what it includes in the place of each inclusion, beside the members that are there already."""
    if isinstance(value, list):
        return [included(held, found) for held in value]
    if not isinstance(value, dict):
        return value
    merged: dict[str, Any] = {}
    for key, held in value.items():
        place = _location(key, held)
        if not place:
            merged[key] = included(held, found)
        elif isinstance(found[place], dict):
            merged.update(found[place])
        else:
            return found[place]
    return merged

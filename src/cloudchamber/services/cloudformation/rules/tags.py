"""A stack's tags on the resources that can carry them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.services.cloudformation.rules.schemas import schema_of


def with_stack_tags(type_name: str, properties: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    """The properties with a stack's tags added; a tag of the resource itself goes before one of the stack."""
    schema = schema_of(type_name) if tags else None
    tagging = schema.get("tagging") if schema else None
    if not schema or not tagging or tagging.get("taggable") is False:
        return properties
    name = str(tagging.get("tagProperty") or "/properties/Tags").rpartition("/")[2]
    declared = (schema.get("properties") or {}).get(name)
    own = properties.get(name)
    if declared is None or not isinstance(own, (list, dict, type(None))):
        return properties
    if declared.get("type") == "object" or isinstance(own, dict):
        return properties | {name: tags | (own if isinstance(own, dict) else {})}
    own = own or []
    named = {tag.get("Key") for tag in own if isinstance(tag, dict)}
    return properties | {
        name: own + [{"Key": key, "Value": value} for key, value in tags.items() if key not in named]
    }

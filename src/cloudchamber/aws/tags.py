"""The Tags property of CloudFormation's resource types, and what an update changes of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

from __future__ import annotations

from typing import Any


def tags_of(properties: dict[str, Any]) -> dict[str, str]:
    """The tags of a `Tags` property that lists keys and values."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as a list of keys and values."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def changed_tags(old: dict[str, str], new: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """What an update changes: the tags that are to be set, and the keys of those that are to be removed."""
    to_set = {key: value for key, value in new.items() if old.get(key) != value}
    return to_set, sorted(old.keys() - new.keys())

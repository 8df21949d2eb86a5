"""Tags of topics. https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import (
    NotFoundException,
    ResourceNotFoundException,
    TagLimitExceededException,
    invalid,
)
from cloudchamber.services.sns.model import Topic
from cloudchamber.services.sns.records import TOPICS, topic_at


def checked_tags(existing: dict[str, str], tags: list[dict[str, str]]) -> dict[str, str]:
    """`existing` with `tags` as a request gives them. Raises InvalidParameter or TagLimitExceeded."""
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise invalid("Duplicated keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise invalid("Tags Reason: aws: prefixed tag key names are not allowed for external use.")
    merged = existing | {tag["Key"]: tag["Value"] for tag in tags}
    if len(merged) > limits.TAGS_MAX:
        raise TagLimitExceededException()
    return merged


def _topic_at(ctx: Context, arn: str) -> tuple[Context, Topic]:
    try:
        return topic_at(ctx, arn, "ResourceArn")
    except NotFoundException:
        raise ResourceNotFoundException() from None


def list_tags_for_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html"""
    _, topic = _topic_at(ctx, request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html"""
    ctx, topic = _topic_at(ctx, request["ResourceArn"])
    tags = checked_tags(topic.tags, request["Tags"])
    TOPICS.put(ctx, msgspec.structs.replace(topic, tags=tags), topic.name)
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html"""
    ctx, topic = _topic_at(ctx, request["ResourceArn"])
    tags = {key: value for key, value in topic.tags.items() if key not in request["TagKeys"]}
    TOPICS.put(ctx, msgspec.structs.replace(topic, tags=tags), topic.name)
    return {}

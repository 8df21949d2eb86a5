"""AddPermission and RemovePermission: statements of the topic's policy, by label."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns.errors import NotFoundException, invalid
from cloudchamber.services.sns.model import Topic
from cloudchamber.services.sns.operations.topics import policy_text
from cloudchamber.services.sns.records import TOPICS, topic_at

_ACTIONS = {
    "*", "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
    "ListSubscriptionsByTopic", "Publish", "Receive",
}  # fmt: skip


def add_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html"""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    unknown = [action for action in request["ActionName"] if action not in _ACTIONS]
    if unknown:
        raise invalid("Policy statement action out of service scope!")
    policy = msgspec.json.decode(policy_text(ctx, topic))
    if any(statement.get("Sid") == request["Label"] for statement in policy["Statement"]):
        raise invalid("Statement already exists")
    policy["Statement"].append(
        {
            "Sid": request["Label"],
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in request["AWSAccountId"]]},
            "Action": [f"SNS:{action}" for action in request["ActionName"]],
            "Resource": ctx.arn(topic.name),
        }
    )
    _keep(ctx, topic, policy)
    return {}


def remove_permission(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html"""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    policy = msgspec.json.decode(policy_text(ctx, topic))
    left = [each for each in policy["Statement"] if each.get("Sid") != request["Label"]]
    if len(left) == len(policy["Statement"]):
        raise NotFoundException("Label does not exist")
    _keep(ctx, topic, policy | {"Statement": left})
    return {}


def _keep(ctx: Context, topic: Topic, policy: dict[str, Any]) -> None:
    attributes = topic.attributes | {"Policy": msgspec.json.encode(policy).decode()}
    TOPICS.put(ctx, msgspec.structs.replace(topic, attributes=attributes), topic.name)

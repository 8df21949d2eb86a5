"""Topics: create, describe, change, list, delete."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import InvalidStateException, invalid
from cloudchamber.services.sns.model import Topic
from cloudchamber.services.sns.operations.archives import beginning_at_ms, follow_archive_policy
from cloudchamber.services.sns.operations.envelopes import timestamp
from cloudchamber.services.sns.operations.pages import after, with_token
from cloudchamber.services.sns.operations.tags import checked_tags
from cloudchamber.services.sns.records import SUBSCRIPTIONS, TOPICS, forget_topic, topic_at, where
from cloudchamber.services.sns.rules import archiving, messages, policies

_FLAGS = ("ContentBasedDeduplication", "FifoTopic")
_FIFO_ONLY = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
_CHOICES = {
    "TracingConfig": ("PassThrough", "Active"),
    "SignatureVersion": ("1", "2"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_FEEDBACK = {
    f"{protocol}{kind}"
    for protocol in ("HTTP", "Firehose", "Lambda", "Application", "SQS")
    for kind in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
}
_TEXTS = {"DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", *_FEEDBACK}


def create_topic(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"""
    name, attributes = request["Name"], request.get("Attributes") or {}
    fifo = str(attributes.get("FifoTopic", "false")).lower() == "true"
    messages.check_topic_name(name, fifo=fifo)
    wanted = {key: text for key, text in attributes.items() if key != "FifoTopic"}
    topic = Topic(
        name,
        ctx.now_ms,
        fifo=fifo,
        tags=checked_tags({}, request.get("Tags") or []),
        data_protection_policy=request.get("DataProtectionPolicy") or "",
    )
    topic = changed(topic, wanted)
    existing = TOPICS.get(ctx, name)
    if existing is None:
        TOPICS.put(ctx, topic, name)
        follow_archive_policy(ctx, Topic(name, ctx.now_ms), topic)
        return {"TopicArn": ctx.arn(name)}
    if changed(existing, wanted) != existing or existing.fifo != fifo:
        raise invalid("Attributes Reason: Topic already exists with different attributes")
    if request.get("Tags") and topic.tags != existing.tags:
        raise invalid("Tags Reason: Topic already exists with different tags")
    return {"TopicArn": ctx.arn(name)}


def changed(topic: Topic, attributes: dict[str, str]) -> Topic:
    """`topic` with `attributes` as a request gives them. Raises InvalidParameter."""
    kept = dict(topic.attributes)
    for name, value in attributes.items():
        text = str(value)
        _check_attribute(topic, name, text)
        if text and not (name == "ArchivePolicy" and archiving.retention_ms(text) == 0):
            kept[name] = text.lower() if name in _FLAGS else text
        else:
            kept.pop(name, None)
    return msgspec.structs.replace(topic, attributes=kept)


def _check_attribute(topic: Topic, name: str, text: str) -> None:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html"""
    if name in _FIFO_ONLY and not topic.fifo:
        raise invalid(f"{name} Reason: {name} attribute is not allowed for standard topics")
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise invalid(f"{name} Reason: {text} is not one of {', '.join(_CHOICES[name])}")
    elif name == "ContentBasedDeduplication":
        if text.lower() not in ("true", "false"):
            raise invalid(f"{name} Reason: {text} is not a boolean")
    elif name == "ArchivePolicy":
        archiving.retention_ms(text)
    elif name not in _TEXTS:
        raise invalid("AttributeName")
    elif name.endswith("SampleRate") and text and not (text.isdigit() and int(text) <= 100):
        raise invalid(f"{name} Reason: {text} is not a whole number from 0 to 100")
    elif name == "DisplayName" and len(text) > limits.DISPLAY_NAME_LENGTH_MAX:
        raise invalid("DisplayName")
    elif name == "DeliveryPolicy" and text:
        policies.check_topic_policy(text)
    elif name == "Policy" and text:
        _check_policy(text)


def _check_policy(text: str) -> None:
    try:
        parsed = msgspec.json.decode(text)
    except msgspec.DecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid("Policy Error: null")


def get_topic_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html"""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    subscriptions = SUBSCRIPTIONS.values(ctx, topic.name)
    pending = sum(each.pending for each in subscriptions)
    attributes = {
        "TopicArn": ctx.arn(topic.name),
        "Owner": ctx.account,
        "DisplayName": "",
        "Policy": policy_text(ctx, topic),
        "EffectiveDeliveryPolicy": policies.effective_topic_policy(
            topic.attributes.get("DeliveryPolicy", "")
        ),
        "SubscriptionsConfirmed": str(len(subscriptions) - pending),
        "SubscriptionsPending": str(pending),
        "SubscriptionsDeleted": str(topic.deleted_subscription_count),
    }
    if topic.fifo:
        attributes |= {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
    if topic.archive_policy:
        attributes["BeginningArchiveTime"] = timestamp(beginning_at_ms(ctx, topic))
    return {"Attributes": attributes | topic.attributes}


def policy_text(ctx: Context, topic: Topic) -> str:
    """The topic's policy: what was set, else AWS's default.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    set_policy = topic.attributes.get("Policy")
    if set_policy:
        return set_policy
    actions = (
        "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
        "ListSubscriptionsByTopic", "Publish",
    )  # fmt: skip
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": ctx.arn(topic.name),
        "Condition": {"StringEquals": {"AWS:SourceOwner": ctx.account}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return msgspec.json.encode(document).decode()


def set_topic_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html"""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    if request["AttributeName"] == "FifoTopic":
        raise invalid("AttributeName")
    attributes = {request["AttributeName"]: request.get("AttributeValue") or ""}
    now = changed(topic, attributes)
    TOPICS.put(ctx, now, topic.name)
    follow_archive_policy(ctx, topic, now)
    return {}


def list_topics(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html"""
    behind = after(request.get("NextToken"))
    found = [key for key, _ in TOPICS.scan(ctx, behind=behind, limit=limits.PER_PAGE_MAX + 1)]
    answer: dict[str, Any] = {
        "Topics": [{"TopicArn": ctx.arn(str(name))} for (name,) in found[: limits.PER_PAGE_MAX]]
    }
    return with_token(answer, [tuple(map(str, key)) for key in found])


def delete_topic(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is gone already is no error. A topic that archives its messages has to stop that first.

    https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
    https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
    """
    ctx, name = where(ctx, request["TopicArn"])
    topic = TOPICS.get(ctx, name)
    if topic and topic.archive_policy:
        raise InvalidStateException("Invalid state: Cannot delete a topic with an ArchivePolicy")
    if topic:
        forget_topic(ctx, topic)
    return {}

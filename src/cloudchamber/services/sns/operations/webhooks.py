"""Deliveries over HTTP and HTTPS: what is sent, how often, and how fast.

https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.sns.model import Subscription, Topic
from cloudchamber.services.sns.operations.statuses import put_delivery
from cloudchamber.services.sns.records import next_delivery_at_ms
from cloudchamber.services.sns.rules import policies

HTTP = ("http", "https")
_AGENT = "Amazon Simple Notification Service Agent"


def effective_policy(topic: Topic, subscription: Subscription) -> policies.HttpPolicy:
    """The delivery policy that holds for a subscription."""
    return policies.effective_policy(
        topic.attributes.get("DeliveryPolicy", ""), subscription.attributes.get("DeliveryPolicy", "")
    )


def post(  # noqa: PLR0913 - the words of a delivery
    ctx: Context,
    topic: Topic,
    subscription: Subscription,
    *,
    kind: str,
    message_id: str,
    body: str,
    status: dict[str, Any] | None = None,
    on_exhausted: tuple[str, dict[str, Any]] | None = None,
) -> None:
    """Put the POST of a message of SNS (`kind`: its type) to a subscription's endpoint into the outbox, as its policy says.

    https://docs.aws.amazon.com/sns/latest/dg/http-header.html
    """
    policy = effective_policy(topic, subscription)
    headers = [
        ("x-amz-sns-message-type", kind),
        ("x-amz-sns-message-id", message_id),
        ("x-amz-sns-topic-arn", subscription.topic_arn),
    ]
    if kind != "SubscriptionConfirmation":
        headers.append(("x-amz-sns-subscription-arn", subscription.arn))
    if kind == "Notification" and subscription.raw:
        headers.append(("x-amz-sns-rawdelivery", "true"))
    content_type = policy.content_type if kind == "Notification" else policies.DEFAULT_CONTENT_TYPE
    headers += [("Content-Type", content_type), ("User-Agent", _AGENT), ("Accept-Encoding", "identity")]
    due_at_ms = ctx.now_ms
    if policy.receives_per_s_max and kind == "Notification":
        due_at_ms = next_delivery_at_ms(ctx, topic, subscription, policy.receives_per_s_max)
    request = {
        "SubscriptionArn": subscription.arn if kind == "Notification" else "",
        "Url": subscription.endpoint,
        "Headers": headers,
        "Body": body,
    }
    put_delivery(
        ctx,
        status or {},
        ("sns", "post_message", request),
        on_exhausted,
        due_at_ms=due_at_ms,
        retry=policy.retry,
    )

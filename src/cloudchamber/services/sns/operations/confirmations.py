"""Confirmations: an endpoint that its owner did not subscribe is asked first, and told when its subscription has ended.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html#http-subscription-confirmation-json
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.model import Subscription, Topic
from cloudchamber.services.sns.operations.envelopes import PRINCIPAL, field_lines, subscribe_url, timestamp
from cloudchamber.services.sns.operations.webhooks import HTTP, post

_ASKS = (
    "You have chosen to subscribe to the topic {}.\n"
    "To confirm the subscription, visit the SubscribeURL included in this message."
)
_MAIL_SUBJECT = "AWS Notification - Subscription Confirmation"
_MAIL = (
    "You have chosen to subscribe to the topic: \n{}\n\n"
    "To confirm this subscription, click or visit the link below (If this was in error no action is necessary): \n{}"
)
_FAREWELL = (
    "You have chosen to deactivate subscription {}.\n"
    "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
)


def ask_for_confirmation(ctx: Context, topic: Topic, subscription: Subscription) -> None:
    """Send a pending subscription's token to its endpoint: by HTTP, by mail (captured), or to the queue of another account.

    https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
    """
    if subscription.protocol == "email":
        link = subscribe_url(ctx, subscription.topic_arn, subscription.token)
        _mail(ctx, subscription, ctx.ids.uuid(), _MAIL.format(subscription.topic_arn, link))
        return
    text = _ASKS.format(subscription.topic_arn)
    _send(ctx, topic, subscription, "SubscriptionConfirmation", text)


def say_farewell(ctx: Context, topic: Topic, subscription: Subscription) -> None:
    """Tell an HTTP endpoint that its subscription has ended, with the token that restores it."""
    text = _FAREWELL.format(subscription.arn)
    _send(ctx, topic, subscription, "UnsubscribeConfirmation", text)


def _send(ctx: Context, topic: Topic, subscription: Subscription, kind: str, text: str) -> None:
    if subscription.protocol not in (*HTTP, "email-json", "sqs"):
        return
    message_id = ctx.ids.uuid()
    body = _body(ctx, topic, subscription, kind, message_id, text)
    if subscription.protocol in HTTP:
        post(ctx, topic, subscription, kind=kind, message_id=message_id, body=body)
        return
    if subscription.protocol == "email-json":
        _mail(ctx, subscription, message_id, body)
        return
    arn = Arn.parse(subscription.endpoint)
    assert arn is not None, "a queue's ARN is checked when it is subscribed"
    request: dict[str, Any] = {
        "QueueUrl": f"{ctx.base_url}/{arn.account}/{arn.resource}",
        "MessageBody": body,
    }
    if arn.resource.endswith(".fifo"):
        request |= {"MessageGroupId": "confirmation", "MessageDeduplicationId": message_id}
    ctx.later(
        "sqs",
        "SendMessage",
        request,
        retry=limits.AWS_MANAGED_RETRY,
        account=arn.account,
        region=arn.region,
        principal=PRINCIPAL,
    )


def _mail(ctx: Context, subscription: Subscription, message_id: str, text: str) -> None:
    mail = {"Protocol": subscription.protocol, "Endpoint": subscription.endpoint, "MessageId": message_id}
    ctx.later("sns", "capture_message", mail | {"Subject": _MAIL_SUBJECT, "Message": text})


def _body(
    ctx: Context, topic: Topic, subscription: Subscription, kind: str, message_id: str, text: str
) -> str:
    fields = {
        "Type": kind,
        "MessageId": message_id,
        "Token": subscription.token,
        "TopicArn": subscription.topic_arn,
        "Message": text,
        "SubscribeURL": subscribe_url(ctx, subscription.topic_arn, subscription.token),
        "Timestamp": timestamp(ctx.now_ms),
    }
    fields |= ctx.live.sign(ctx, fields, topic.signature_version)
    return "{\n" + field_lines(list(fields.items())) + "\n}"

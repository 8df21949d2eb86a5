"""Deliveries: what each subscription gets of a message, and how it gets there.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sns import limits, rules
from cloudchamber.services.sns.model import Subscription, Topic

PRINCIPAL = "sns.amazonaws.com"
_JSON = msgspec.json.Encoder().encode


class Message(msgspec.Struct, frozen=True):
    """One published message, as all its deliveries share it. `bodies`: by protocol, with `default`."""

    id: str
    topic_arn: str
    bodies: dict[str, str]
    attributes: dict[str, dict[str, Any]]
    published_at_ms: int
    subject: str | None = None
    group_id: str = ""
    deduplication_id: str = ""
    sequence_number: str = ""

    def body(self, protocol: str) -> str:
        """What subscriptions of a protocol get."""
        return self.bodies.get(protocol) or self.bodies["default"]


class Fan:
    """The deliveries of one message to the subscriptions of its topic. What they share is made once."""

    def __init__(self, ctx: Context, topic: Topic, message: Message) -> None:
        self._ctx, self._topic, self._message = ctx, topic, message
        self._halves: dict[str, tuple[str, str]] = {}
        self._signature = base64.b64encode(ctx.ids.bytes(256)).decode()
        self._at = timestamp(message.published_at_ms)
        self._certificate_url = certificate_url(ctx)

    def deliver(self, subscription: Subscription) -> None:
        """Put the delivery to one subscription into the outbox, unless its filter policy says no."""
        message = self._message
        if subscription.pending or not rules.accepts(
            subscription, message.bodies["default"], message.attributes
        ):
            return
        if subscription.protocol == "sqs":
            self._to_queue(subscription)
        elif subscription.protocol == "lambda":
            self._to_function(subscription)
        elif subscription.protocol in ("email", "email-json", "sms"):
            self._to_person(subscription)

    def envelope(self, subscription: Subscription) -> str:
        """The JSON that a subscription without raw delivery gets; what is before and after its own URL is made once."""
        halves = self._halves.get(subscription.protocol)
        if halves is None:
            halves = self._halves[subscription.protocol] = self._envelope_halves(subscription.protocol)
        return f"{halves[0]}{unsubscribe_url(self._ctx, subscription.arn)}{halves[1]}"

    def _envelope_halves(self, protocol: str) -> tuple[str, str]:
        message = self._message
        fields: list[tuple[str, str]] = [("Type", "Notification"), ("MessageId", message.id)]
        if message.sequence_number:
            fields.append(("SequenceNumber", message.sequence_number))
        fields.append(("TopicArn", message.topic_arn))
        if message.subject is not None:
            fields.append(("Subject", message.subject))
        fields += [("Message", message.body(protocol)), ("Timestamp", self._at)]
        if not message.sequence_number:
            fields += [
                ("SignatureVersion", self._topic.attributes.get("SignatureVersion", "1")),
                ("Signature", self._signature),
                ("SigningCertURL", self._certificate_url),
            ]
        lines = ",\n".join(f'  "{name}" : {_JSON(value).decode()}' for name, value in fields)
        return f'{{\n{lines},\n  "UnsubscribeURL" : "', f'"{_attribute_lines(message.attributes)}\n}}'

    def _to_queue(self, subscription: Subscription) -> None:
        message, arn = self._message, Arn.parse(subscription.endpoint)
        assert arn is not None, "a queue's ARN is checked when it is subscribed"
        request: dict[str, Any] = {"QueueUrl": f"{self._ctx.base_url}/{arn.account}/{arn.resource}"}
        if subscription.raw:
            request["MessageBody"] = message.body("sqs")
            if message.attributes:
                request["MessageAttributes"] = message.attributes
        else:
            request["MessageBody"] = self.envelope(subscription)
        order = ""
        if message.group_id:
            request["MessageGroupId"] = message.group_id
            if arn.resource.endswith(".fifo"):
                request["MessageDeduplicationId"] = message.deduplication_id
            if self._topic.fifo:
                order = f"{subscription.arn}/{message.group_id}"
        self._ctx.later(
            "sqs",
            "SendMessage",
            request,
            retry=limits.AWS_MANAGED_RETRY,
            on_exhausted=self._gave_up(subscription, request) if subscription.dead_letter_arn else None,
            order=order,
            account=arn.account,
            region=arn.region,
            principal=PRINCIPAL,
        )

    def _gave_up(self, subscription: Subscription, sent: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        request = {key: value for key, value in sent.items() if key != "QueueUrl"}
        if not subscription.dead_letter_arn.endswith(".fifo"):
            request.pop("MessageDeduplicationId", None)
        return "dead_letter", {"QueueArn": subscription.dead_letter_arn, "Message": request}

    def _to_function(self, subscription: Subscription) -> None:
        arn = Arn.parse(subscription.endpoint)
        assert arn is not None, "a function's ARN is checked when it is subscribed"
        payload = _JSON({"Records": [self._record(subscription)]})
        gave_up = None
        if subscription.dead_letter_arn:
            gave_up = self._gave_up(subscription, {"MessageBody": self.envelope(subscription)})
        self._ctx.later(
            "lambda",
            "Invoke",
            {"FunctionName": subscription.endpoint, "InvocationType": "Event", "Payload": payload},
            retry=limits.AWS_MANAGED_RETRY,
            on_exhausted=gave_up,
            account=arn.account,
            region=arn.region,
            principal=PRINCIPAL,
        )

    def _record(self, subscription: Subscription) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
        message = self._message
        return {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription.arn,
            "Sns": {
                "Type": "Notification",
                "MessageId": message.id,
                "TopicArn": message.topic_arn,
                "Subject": message.subject,
                "Message": message.body("lambda"),
                "Timestamp": self._at,
                "SignatureVersion": self._topic.attributes.get("SignatureVersion", "1"),
                "Signature": self._signature,
                "SigningCertUrl": self._certificate_url,
                "UnsubscribeUrl": unsubscribe_url(self._ctx, subscription.arn),
                "MessageAttributes": {name: _shown(value) for name, value in message.attributes.items()},
            },
        }

    def _to_person(self, subscription: Subscription) -> None:
        message = self._message
        self._ctx.later(
            "sns",
            "capture_message",
            {
                "Protocol": subscription.protocol,
                "Endpoint": subscription.endpoint,
                "MessageId": message.id,
                "Subject": message.subject or "",
                "Message": message.body(subscription.protocol),
            },
        )


def _shown(value: dict[str, Any]) -> dict[str, str]:
    """A message attribute as envelopes show it; binary values in base64."""
    binary = value.get("BinaryValue")
    text = base64.b64encode(binary).decode() if binary is not None else value.get("StringValue", "")
    return {"Type": value["DataType"], "Value": text}


def _attribute_lines(attributes: dict[str, dict[str, Any]]) -> str:
    if not attributes:
        return ""
    lines = ",\n".join(
        f'    {_JSON(name).decode()} : {{"Type":{_JSON(shown["Type"]).decode()},"Value":{_JSON(shown["Value"]).decode()}}}'
        for name, shown in ((name, _shown(value)) for name, value in attributes.items())
    )
    return f',\n  "MessageAttributes" : {{\n{lines}\n  }}'


def timestamp(at_ms: int) -> str:
    """An instant as envelopes show it, e.g. `2012-05-02T00:54:06.655Z`."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def certificate_url(ctx: Context) -> str:
    """Where the signature's certificate would be."""
    return f"{ctx.base_url}/SimpleNotificationService-{'0' * 32}.pem"


def unsubscribe_url(ctx: Context, subscription_arn: str) -> str:
    """The link that ends a subscription."""
    return f"{ctx.base_url}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"


def ask_for_confirmation(ctx: Context, subscription: Subscription) -> None:
    """Send a pending subscription's token to its queue.

    https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
    """
    arn = Arn.parse(subscription.endpoint)
    if subscription.protocol != "sqs" or arn is None:
        return
    topic_arn, token = subscription.topic_arn, subscription.token
    body = {
        "Type": "SubscriptionConfirmation",
        "MessageId": ctx.ids.uuid(),
        "Token": token,
        "TopicArn": topic_arn,
        "Message": f"You have chosen to subscribe to the topic {topic_arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": f"{ctx.base_url}/?Action=ConfirmSubscription&TopicArn={topic_arn}&Token={token}",
        "Timestamp": timestamp(ctx.now_ms),
        "SignatureVersion": "1",
        "Signature": base64.b64encode(ctx.ids.bytes(256)).decode(),
        "SigningCertURL": certificate_url(ctx),
    }
    request: dict[str, Any] = {
        "QueueUrl": f"{ctx.base_url}/{arn.account}/{arn.resource}",
        "MessageBody": _JSON(body).decode(),
    }
    if arn.resource.endswith(".fifo"):
        request |= {"MessageGroupId": "confirmation", "MessageDeduplicationId": ctx.ids.uuid()}
    ctx.later(
        "sqs",
        "SendMessage",
        request,
        retry=limits.AWS_MANAGED_RETRY,
        account=arn.account,
        region=arn.region,
        principal=PRINCIPAL,
    )

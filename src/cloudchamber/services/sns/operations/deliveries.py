"""Deliveries: what each subscription gets of a message, and how it gets there.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.model import Message, Subscription, Topic
from cloudchamber.services.sns.operations.envelopes import (
    attribute_lines,
    field_lines,
    shown,
    timestamp,
    unsubscribe_url,
)
from cloudchamber.services.sns.operations.pushes import tell_of_failure
from cloudchamber.services.sns.operations.signatures import placeholder
from cloudchamber.services.sns.operations.statuses import put_delivery, status_wanted
from cloudchamber.services.sns.operations.webhooks import HTTP, post
from cloudchamber.services.sns.records import find_endpoint
from cloudchamber.services.sns.rules import messages

_JSON = msgspec.json.Encoder().encode


class Fan:
    """The deliveries of one message to the subscriptions of its topic. What they share is made once."""

    def __init__(self, ctx: Context, topic: Topic, message: Message) -> None:
        self._ctx, self._topic, self._message = ctx, topic, message
        self._halves: dict[str, tuple[str, str]] = {}
        self._signatures: dict[str, dict[str, str]] = {}
        self._at = timestamp(message.published_at_ms)

    def deliver(self, subscription: Subscription) -> None:
        """Put the delivery to one subscription into the outbox, unless its filter policy says no."""
        message = self._message
        if subscription.pending or not messages.accepts(
            subscription, message.bodies["default"], message.attributes
        ):
            return
        if subscription.protocol == "sqs":
            self._to_queue(subscription)
        elif subscription.protocol == "lambda":
            self._to_function(subscription)
        elif subscription.protocol in HTTP:
            self._to_endpoint(subscription)
        elif subscription.protocol == "application":
            self._to_device(subscription)
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
            fields += self._signature(protocol).items()
        lines = field_lines(fields)
        replayed = ',\n  "Replayed" : true' if message.replayed else ""
        return (
            f'{{\n{lines},\n  "UnsubscribeURL" : "',
            f'"{attribute_lines(message.attributes)}{replayed}\n}}',
        )

    def _signature(self, protocol: str) -> dict[str, str]:
        """The signature of what a protocol gets, made once.

        Endpoints of HTTP always get a real one; queues and functions when their topic names a version, for its price.
        """
        made = self._signatures.get(protocol)
        if made is None:
            if protocol in HTTP or "SignatureVersion" in self._topic.attributes:
                made = self._sign(protocol)
            else:
                made = placeholder(self._ctx)
            self._signatures[protocol] = made
        return made

    def _sign(self, protocol: str) -> dict[str, str]:
        message = self._message
        fields = {
            "Type": "Notification",
            "MessageId": message.id,
            "TopicArn": message.topic_arn,
            "Message": message.body(protocol),
            "Timestamp": self._at,
        }
        if message.subject is not None:
            fields["Subject"] = message.subject
        return self._ctx.live.sign(self._ctx, fields, self._topic.signature_version)

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
        put_delivery(
            self._ctx,
            status_wanted(self._ctx, self._topic, subscription, message),
            ("sqs", "SendMessage", request),
            self._gave_up(subscription, request) if subscription.dead_letter_arn else None,
            retry=limits.AWS_MANAGED_RETRY,
            order=order,
            account=arn.account,
            region=arn.region,
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
        request = {"FunctionName": subscription.endpoint, "InvocationType": "Event", "Payload": payload}
        put_delivery(
            self._ctx,
            status_wanted(self._ctx, self._topic, subscription, self._message),
            ("lambda", "Invoke", request),
            gave_up,
            retry=limits.AWS_MANAGED_RETRY,
            account=arn.account,
            region=arn.region,
        )

    def _record(self, subscription: Subscription) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
        message, signature = self._message, self._signature("lambda")
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
                "SignatureVersion": signature["SignatureVersion"],
                "Signature": signature["Signature"],
                "SigningCertUrl": signature["SigningCertURL"],
                "UnsubscribeUrl": unsubscribe_url(self._ctx, subscription.arn),
                "MessageAttributes": {name: shown(value) for name, value in message.attributes.items()},
            },
        }

    def _to_endpoint(self, subscription: Subscription) -> None:
        message, raw = self._message, subscription.raw
        body = message.body(subscription.protocol) if raw else self.envelope(subscription)
        gave_up = None
        if subscription.dead_letter_arn:
            sent: dict[str, Any] = {"MessageBody": body}
            if raw and message.attributes:
                sent["MessageAttributes"] = message.attributes
            gave_up = self._gave_up(subscription, sent)
        post(
            self._ctx,
            self._topic,
            subscription,
            kind="Notification",
            message_id=message.id,
            body=body,
            status=status_wanted(self._ctx, self._topic, subscription, message),
            on_exhausted=gave_up,
        )

    def _to_device(self, subscription: Subscription) -> None:
        message = self._message
        there, endpoint = find_endpoint(self._ctx, subscription.endpoint)
        if endpoint:
            tell_of_failure(there, endpoint, message.id)
        request = {
            "EndpointArn": subscription.endpoint,
            "MessageId": message.id,
            "Subject": message.subject or "",
            "Message": message.body(endpoint.platform if endpoint else "application"),
        }
        gave_up = None
        if subscription.dead_letter_arn:
            gave_up = self._gave_up(subscription, {"MessageBody": self.envelope(subscription)})
        put_delivery(
            self._ctx,
            status_wanted(self._ctx, self._topic, subscription, message),
            ("sns", "push_message", request),
            gave_up,
            account=there.account,
            region=there.region,
        )

    def _to_person(self, subscription: Subscription) -> None:
        message, protocol = self._message, subscription.protocol
        text = self.envelope(subscription) if protocol == "email-json" else message.body(protocol)
        self._ctx.later(
            "sns",
            "capture_message",
            {
                "Protocol": protocol,
                "Endpoint": subscription.endpoint,
                "MessageId": message.id,
                "Subject": message.subject or "",
                "Message": text,
            },
        )

"""Publish: a message enters its topic, and goes on to every subscription.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import (
    BatchEntryIdsNotDistinctException,
    BatchRequestTooLongException,
    EmptyBatchRequestException,
    InvalidBatchEntryIdException,
    TooManyEntriesInBatchRequestException,
    invalid,
)
from cloudchamber.services.sns.model import Message, Published, Topic
from cloudchamber.services.sns.operations.archives import keep_message
from cloudchamber.services.sns.operations.deliveries import Fan
from cloudchamber.services.sns.operations.pushes import publish_to_endpoint
from cloudchamber.services.sns.records import SUBSCRIPTIONS, find_published, remember_published, topic_at
from cloudchamber.services.sns.rules import messages

_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000


def publish(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Publish to a topic, or to a mobile endpoint or phone number (which is captured). Answers with the message's id."""
    targets = [request[name] for name in ("TopicArn", "TargetArn", "PhoneNumber") if request.get(name)]
    if not targets:
        raise invalid("TopicArn or TargetArn or PhoneNumber Reason: no value for required parameter")
    if len(targets) > 1:
        raise invalid(
            "TopicArn or TargetArn or PhoneNumber Reason: only one of these parameters can be specified"
        )
    if request.get("PhoneNumber"):
        return _publish_to_phone(ctx, request)
    member = "TopicArn" if request.get("TopicArn") else "TargetArn"
    if member == "TargetArn" and ":endpoint/" in targets[0]:
        _check_message(request, request["Message"], request.get("MessageAttributes") or {})
        return publish_to_endpoint(ctx, request)
    ctx, topic = topic_at(ctx, targets[0], member)
    return _publish_to(ctx, topic, request)


def _publish_to_phone(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    number, message = request["PhoneNumber"], request["Message"]
    if not messages.is_phone_number(number):
        raise invalid(f"PhoneNumber Reason: {number} is not valid to publish to")
    _check_message(request, message, request.get("MessageAttributes") or {})
    message_id = ctx.ids.uuid()
    captured = {"Protocol": "sms", "Endpoint": number, "MessageId": message_id, "Message": message}
    ctx.later("sns", "capture_message", captured | {"Subject": request.get("Subject") or ""})
    return {"MessageId": message_id}


def _check_message(entry: dict[str, Any], message: str, attributes: dict[str, Any]) -> None:
    if not message:
        raise invalid("Empty message")
    if attributes:
        messages.check_message_attributes(attributes)
    if messages.size_bytes(message, attributes) > limits.MESSAGE_BYTES_MAX:
        raise invalid("Message too long")
    subject = entry.get("Subject")
    if subject is not None:
        messages.check_subject(subject)


def _publish_to(ctx: Context, topic: Topic, entry: dict[str, Any]) -> dict[str, Any]:
    """One message of a Publish or PublishBatch. Raises AWS's error, and then nothing has changed."""
    text, attributes = entry["Message"], entry.get("MessageAttributes") or {}
    _check_message(entry, text, attributes)
    messages.check_fifo(topic, entry)
    bodies = messages.messages_by_protocol(text, entry.get("MessageStructure"))
    now_ms, message_id = ctx.now_ms, ctx.ids.uuid()
    deduplication_id = sequence_number = ""
    serial = 0
    if topic.fifo:
        deduplication_id = messages.deduplication_id(topic, entry.get("MessageDeduplicationId") or "", text)
        per_group = topic.attributes.get("FifoThroughputScope") == "MessageGroup"
        scope = entry["MessageGroupId"] if per_group else ""
        known = find_published(ctx, topic, scope, deduplication_id, now_ms)
        if known:
            return {"MessageId": known.message_id, "SequenceNumber": known.sequence_number}
        serial = ctx.serial()
        sequence_number = str(_FIRST_SEQUENCE_NUMBER + serial)
        published = Published(message_id, sequence_number, now_ms + limits.DEDUPLICATION_MS)
        remember_published(ctx, topic, scope, deduplication_id, published)
    message = Message(
        message_id,
        ctx.arn(topic.name),
        bodies,
        attributes,
        now_ms,
        subject=entry.get("Subject"),
        group_id=entry.get("MessageGroupId") or "",
        deduplication_id=deduplication_id,
        sequence_number=sequence_number,
    )
    if topic.archive_policy:
        keep_message(ctx, topic, message, serial)
    fan = Fan(ctx, topic, message)
    for subscription in SUBSCRIPTIONS.values(ctx, topic.name):
        if not subscription.replaying:
            fan.deliver(subscription)
    return {"MessageId": message_id} | ({"SequenceNumber": sequence_number} if sequence_number else {})


def publish_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Up to ten messages, each answered for itself."""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    entries = request["PublishBatchRequestEntries"]
    _check_entries(entries)
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            answer = _publish_to(ctx, topic, entry)
        except AwsError as error:
            code = error.code.removesuffix("Exception")
            failed.append({"Id": entry["Id"], "Code": code, "Message": error.message, "SenderFault": True})
        else:
            successful.append({"Id": entry["Id"]} | answer)
    ctx.tally(len(successful))
    return {"Successful": successful, "Failed": failed}


def _check_entries(entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise EmptyBatchRequestException()
    if len(entries) > limits.ENTRIES_PER_BATCH_MAX:
        raise TooManyEntriesInBatchRequestException()
    if not all(_ENTRY_ID.match(entry["Id"]) for entry in entries):
        raise InvalidBatchEntryIdException()
    if len({entry["Id"] for entry in entries}) != len(entries):
        raise BatchEntryIdsNotDistinctException()
    total = sum(messages.size_bytes(entry["Message"], {}) for entry in entries)
    if total > limits.MESSAGE_BYTES_MAX:
        raise BatchRequestTooLongException()

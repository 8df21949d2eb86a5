"""SendMessage: a message enters its queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.sqs import limits, rules
from cloudchamber.services.sqs.errors import InvalidParameterValue, MissingParameter
from cloudchamber.services.sqs.model import Message, Queue, Sent
from cloudchamber.services.sqs.operations.urls import queue_in
from cloudchamber.services.sqs.records import SENT, SENT_UNTIL, add


def send_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Add a message, or find that it was sent already. Answers with its id and digests."""
    ctx, queue = queue_in(ctx, request)
    return send(ctx, queue, request)


def send(ctx: Context, queue: Queue, entry: dict[str, Any]) -> dict[str, Any]:
    """One message of a SendMessage or SendMessageBatch. Raises AWS's error, and then nothing has changed."""
    body, attributes = entry["MessageBody"], entry.get("MessageAttributes") or {}
    check(queue, entry, body, attributes)
    now_ms = ctx.now_ms
    if queue.fifo:
        return _send_fifo(ctx, queue, entry, now_ms)
    delay_s = entry.get("DelaySeconds")
    delay_s = queue.delay_s if delay_s is None else delay_s
    message = _message(ctx, entry, now_ms, now_ms + delay_s * 1000)
    add(ctx, queue, message)
    ctx.signal("queue", queue.name)
    return _answer(message)


def check(queue: Queue, entry: dict[str, Any], body: str, attributes: dict[str, Any]) -> None:
    """Raise AWS's error for a message that this queue does not take."""
    rules.check_body(body)
    if attributes:
        rules.check_attributes(attributes)
    size = rules.size_bytes(body, attributes)
    if size > queue.message_bytes_max:
        raise InvalidParameterValue(
            f"One or more parameters are invalid. Reason: Message must be shorter than {queue.message_bytes_max} bytes."
        )
    if entry.get("MessageGroupId"):
        rules.check_token("MessageGroupId", entry["MessageGroupId"])
    delay_s = entry.get("DelaySeconds")
    if queue.fifo:
        _check_fifo(entry, delay_s)
    elif entry.get("MessageDeduplicationId"):
        raise InvalidParameterValue(
            f"Value {entry['MessageDeduplicationId']} for parameter MessageDeduplicationId is invalid. Reason: The request "
            "includes a parameter that is not valid for this queue type."
        )
    if delay_s is not None and not 0 <= delay_s <= limits.DELAY_S_MAX:
        raise InvalidParameterValue(
            f"Value {delay_s} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
        )
    system = entry.get("MessageSystemAttributes")
    if system and set(system) - {"AWSTraceHeader"}:
        raise InvalidParameterValue("The only message system attribute that can be sent is AWSTraceHeader.")


def _check_fifo(entry: dict[str, Any], delay_s: int | None) -> None:
    if not entry.get("MessageGroupId"):
        raise MissingParameter("The request must contain the parameter MessageGroupId.")
    if entry.get("MessageDeduplicationId"):
        rules.check_token("MessageDeduplicationId", entry["MessageDeduplicationId"])
    if delay_s:
        raise InvalidParameterValue(
            f"Value {delay_s} for parameter DelaySeconds is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )


def _send_fifo(ctx: Context, queue: Queue, entry: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Accept a message unless it was accepted within the last five minutes; a duplicate gets the first one's answer (F030)."""
    body, group_id = entry["MessageBody"], entry["MessageGroupId"]
    deduplication_id = rules.deduplication_id(queue, entry.get("MessageDeduplicationId") or "", body)
    scope = group_id if queue.deduplication_scope == "messageGroup" else ""
    _forget_old(ctx, queue.name, now_ms)
    known = SENT.get(ctx, queue.name, scope, deduplication_id)
    if known and known.until_ms <= now_ms:
        SENT_UNTIL.delete(ctx, queue.name, known.until_ms, scope, deduplication_id)
        known = None
    message = _message(ctx, entry, now_ms, now_ms + queue.delay_s * 1000, deduplication_id)
    if known:
        return _answer(message) | {"MessageId": known.message_id, "SequenceNumber": known.sequence_number}
    until_ms = now_ms + limits.DEDUPLICATION_MS
    SENT.put(
        ctx, Sent(message.message_id, message.sequence_number, until_ms), queue.name, scope, deduplication_id
    )
    SENT_UNTIL.put(ctx, True, queue.name, until_ms, scope, deduplication_id)
    add(ctx, queue, message)
    ctx.signal("queue", queue.name)
    return _answer(message)


def _forget_old(ctx: Context, queue_name: str, now_ms: int) -> None:
    for (_, until_ms, scope, deduplication_id), _ in list(
        SENT_UNTIL.scan(ctx, queue_name, before=(now_ms + 1,), limit=20)
    ):
        SENT_UNTIL.delete(ctx, queue_name, until_ms, scope, deduplication_id)
        SENT.delete(ctx, queue_name, scope, deduplication_id)


def _message(
    ctx: Context, entry: dict[str, Any], now_ms: int, visible_at_ms: int, deduplication_id: str = ""
) -> Message:
    serial = ctx.serial()
    body, attributes = entry["MessageBody"], entry.get("MessageAttributes") or {}
    system = {
        name: str(value.get("StringValue", ""))
        for name, value in (entry.get("MessageSystemAttributes") or {}).items()
    }
    return Message(
        serial=serial,
        message_id=ctx.ids.uuid(),
        body=body,
        sender_id=ctx.account if ctx.principal.endswith(":root") else ctx.principal,
        sent_at_ms=now_ms,
        visible_at_ms=visible_at_ms,
        attributes=attributes,
        body_md5=rules.md5(body),
        attributes_md5=rules.attributes_md5(attributes),
        group_id=entry.get("MessageGroupId") or "",
        deduplication_id=deduplication_id,
        sequence_number=f"{18_870_000_000_000_000_000 + serial:020d}" if deduplication_id else "",
        system=system,
        bytes_count=rules.size_bytes(body, attributes),
        trace=ctx.trace.header(),
    )


def _answer(message: Message) -> dict[str, Any]:
    answer = {"MessageId": message.message_id, "MD5OfMessageBody": message.body_md5}
    if message.attributes_md5:
        answer["MD5OfMessageAttributes"] = message.attributes_md5
    if message.system:
        as_sent = {name: {"DataType": "String", "StringValue": text} for name, text in message.system.items()}
        answer["MD5OfMessageSystemAttributes"] = rules.attributes_md5(as_sent)
    if message.sequence_number:
        answer["SequenceNumber"] = message.sequence_number
    return answer

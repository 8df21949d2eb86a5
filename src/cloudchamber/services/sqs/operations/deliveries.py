"""ReceiveMessage, and what its receipt handles are good for: delete a message, or change how long it is hidden.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

import base64
import binascii
from itertools import takewhile
from typing import Any

import msgspec

from cloudchamber.aws import Context, Pending
from cloudchamber.services.sqs import limits, rules
from cloudchamber.services.sqs.errors import (
    InvalidAttributeName,
    InvalidParameterValue,
    MessageNotInflight,
    OverLimit,
    ReceiptHandleIsInvalid,
)
from cloudchamber.services.sqs.model import Attempt, Message, Queue
from cloudchamber.services.sqs.operations.urls import arn_of, queue_in, queue_of_arn
from cloudchamber.services.sqs.records import (
    ATTEMPTS,
    GROUPED,
    HEADS,
    IN_FLIGHT,
    WAITING,
    add,
    came_back,
    come_back,
    in_flight_of_group,
    keep_hidden,
    next_change_at_ms,
    remove_in_flight,
    remove_waiting,
    return_to_queue,
    returned,
    take,
    waiting_before,
)

_RECEIVABLE_ATTRIBUTES = {
    "All", "AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "DeadLetterQueueSourceArn",
    "MessageDeduplicationId", "MessageGroupId", "SenderId", "SentTimestamp", "SequenceNumber",
}  # fmt: skip

# -- receive


def receive_message(ctx: Context, request: dict[str, Any]) -> Any:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""
    where, queue = queue_in(ctx, request)
    wait_s = request.get("WaitTimeSeconds")
    wait_s = queue.wait_s if wait_s is None else wait_s
    _check(request, wait_s)
    answer = _receive(where, queue, request)
    if answer or not wait_s:
        return answer
    return Pending(lambda: _poll(where, request, where.now_ms + wait_s * 1000))


async def _poll(ctx: Context, request: dict[str, Any], until_ms: int) -> dict[str, Any]:
    """Wait for a message, a visibility timeout or the end of the wait time, whichever comes first."""

    def look(ctx: Context) -> tuple[dict[str, Any], str, int | None]:
        _, queue = queue_in(ctx, request)
        return _receive(ctx, queue, request), queue.name, next_change_at_ms(ctx, queue, ctx.now_ms)

    while True:
        answer, name, next_ms = await ctx.transact(look)
        if answer or ctx.now_ms >= until_ms:
            return answer
        await ctx.wait(("queue", name), until_ms=min(until_ms, next_ms or until_ms))


def _check(request: dict[str, Any], wait_s: int) -> None:
    count = request.get("MaxNumberOfMessages")
    if count is not None and not 1 <= count <= limits.MESSAGES_PER_RECEIVE_MAX:
        raise InvalidParameterValue(
            f"Value {count} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        )
    if not 0 <= wait_s <= limits.WAIT_S_MAX:
        raise InvalidParameterValue(
            f"Value {wait_s} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
        )
    timeout_s = request.get("VisibilityTimeout")
    if timeout_s is not None:
        _check_timeout(timeout_s)
    if request.get("ReceiveRequestAttemptId"):
        rules.check_token("ReceiveRequestAttemptId", request["ReceiveRequestAttemptId"])
    _check_names(request)


def _check_names(request: dict[str, Any]) -> None:
    for name in (*(request.get("AttributeNames") or ()), *(request.get("MessageSystemAttributeNames") or ())):
        if name not in _RECEIVABLE_ATTRIBUTES:
            raise InvalidAttributeName(f"Unknown Attribute {name}.")


def _check_timeout(timeout_s: int) -> None:
    if not 0 <= timeout_s <= limits.VISIBILITY_TIMEOUT_S_MAX:
        raise InvalidParameterValue(
            f"Value {timeout_s} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided."
        )


def _receive(ctx: Context, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
    now_ms = ctx.now_ms
    come_back(ctx, queue, now_ms)
    count = request.get("MaxNumberOfMessages") or limits.MESSAGES_PER_RECEIVE_DEFAULT
    timeout_s = request.get("VisibilityTimeout")
    timeout_s = queue.visibility_timeout_s if timeout_s is None else timeout_s
    attempt_id = request.get("ReceiveRequestAttemptId") if queue.fifo else None
    messages = _again(ctx, queue, attempt_id, now_ms, timeout_s) if attempt_id else None
    if messages is None:
        found = (
            _fifo_receivable(ctx, queue, now_ms, count)
            if queue.fifo
            else _receivable(ctx, queue, now_ms, count)
        )
        messages = [_take(ctx, queue, message, now_ms, timeout_s) for message in found]
        if attempt_id and messages:
            received = tuple((m.serial, m.receipt) for m in messages)
            until_ms, visible_at_ms = now_ms + limits.RECEIVE_ATTEMPT_MS, messages[0].visible_at_ms
            ATTEMPTS.put(ctx, Attempt(received, until_ms, visible_at_ms), queue.name, attempt_id)
    ctx.tally(len(messages))
    if not messages:
        return {}
    to_aws = ctx.principal.endswith(".amazonaws.com")
    return {"Messages": [_as_received(queue, message, request, to_aws=to_aws) for message in messages]}


def _receivable(ctx: Context, queue: Queue, now_ms: int, count: int) -> list[Message]:
    """The messages of a standard queue that may be received now. Expired ones go; poison ones move to the dead-letter queue."""
    dropped = True
    found: list[Message] = []
    while dropped and len(found) < count:  # what was dropped made room: look again
        page = [m for _, m in WAITING.scan(ctx, queue.name, before=(now_ms + 1,), limit=count + 10)]
        found = [m for m in page if not _drop(ctx, queue, m, now_ms)]
        dropped = len(found) < len(page)
    if any(m.group_id for m in found):
        found = _fairest(ctx, queue, now_ms, count)
    found = found[:count]
    if found:
        found = found[: _room(ctx, queue, len(found))]
        if not found:
            raise OverLimit(f"Too many messages in flight for queue {queue.name}: {limits.IN_FLIGHT_MAX}")
    return found


def _room(ctx: Context, queue: Queue, wanted: int) -> int:
    """How many of `wanted` messages may go in flight without passing the queue's limit."""
    return ctx.live.take(
        (ctx.account, ctx.region, queue.name), wanted, lambda: IN_FLIGHT.count(ctx, queue.name)
    )


def _fairest(ctx: Context, queue: Queue, now_ms: int, count: int) -> list[Message]:
    """Messages of groups with few others in flight come before those of a noisy group; else the oldest first (F036).

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """
    limit = limits.FAIR_MESSAGES_SCANNED_MAX
    page = [m for _, m in WAITING.scan(ctx, queue.name, before=(now_ms + 1,), limit=limit)]
    loads = {group: in_flight_of_group(ctx, queue, group) for group in {m.group_id for m in page}}
    picked: list[Message] = []
    for message in rules.fairest(page, loads):
        if len(picked) == count:
            break
        if not _drop(ctx, queue, message, now_ms):
            picked.append(message)
    return picked


def _fifo_receivable(ctx: Context, queue: Queue, now_ms: int, count: int) -> list[Message]:
    """Messages from the groups that are not blocked, in order, as many of one group as fit.

    At the limit of messages in flight a FIFO queue gives none, without an error (F028).
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
    """
    found: list[Message] = []
    count = _room(ctx, queue, count)
    seen: set[str] = set()  # a group whose head was dropped shows again with its next one
    for _, group_id in HEADS.scan(ctx, queue.name, limit=limits.FIFO_BACKLOG_SCANNED_MAX):
        if len(found) >= count:
            break
        if group_id not in seen:
            seen.add(group_id)
            found += _of_group(ctx, queue, group_id, now_ms, count - len(found))
    return found


def _of_group(ctx: Context, queue: Queue, group_id: str, now_ms: int, count: int) -> list[Message]:
    """The first messages of a group, up to the first one that is delayed."""
    while True:
        page = [m for _, m in GROUPED.scan(ctx, queue.name, group_id, limit=count)]
        ready = list(
            takewhile(lambda m: m.sent_at_ms + queue.delay_s * 1000 <= now_ms or m.receive_count > 0, page)
        )
        found = [m for m in ready if not _drop(ctx, queue, m, now_ms)]
        if len(found) == len(ready):
            return found


def drop_expired(ctx: Context, queue: Queue, now_ms: int) -> None:
    """Let go of what has been in the queue for longer than its retention period, so that it is not counted (F037)."""
    again = True
    while again:
        found = waiting_before(ctx, queue, now_ms - queue.retention_s * 1000)
        dropped = [message for message in found if _drop(ctx, queue, message, now_ms)]
        again = queue.fifo and bool(dropped)  # the next one of its group may have expired too


def _drop(ctx: Context, queue: Queue, message: Message, now_ms: int) -> bool:
    """Whether the message leaves its queue instead of being received."""
    if rules.is_expired(queue, message, now_ms):
        remove_waiting(ctx, queue, message)
        return True
    if not rules.is_poison(queue, message):
        return False
    assert queue.redrive is not None
    target = queue_of_arn(ctx, queue.redrive.dead_letter_target_arn)
    if target is None:
        return False  # the dead-letter queue is gone: AWS goes on delivering
    there, dead_letter_queue = target
    remove_waiting(ctx, queue, message)
    request = {"QueueName": dead_letter_queue.name, "Message": message, "SourceArn": arn_of(ctx, queue.name)}
    ctx.join("sqs", "redrive_message", request, account=there.account, region=there.region)
    return True


def put_into(ctx: Context, queue: Queue, message: Message, now_ms: int, *, source_arn: str = "") -> None:
    """A message moves to another queue: it keeps its id, its content and the instant it was first sent (F035)."""
    system = {name: text for name, text in message.system.items() if name != "DeadLetterQueueSourceArn"}
    if source_arn:
        system["DeadLetterQueueSourceArn"] = source_arn
    if queue.fifo and source_arn:  # so that two messages of one deduplication id both find their place there
        message = msgspec.structs.replace(message, deduplication_id=message.message_id)
    moved = msgspec.structs.replace(
        message, serial=ctx.serial(), visible_at_ms=now_ms, receipt="", system=system
    )
    add(ctx, queue, moved)
    ctx.signal("queue", queue.name)


def _take(ctx: Context, queue: Queue, message: Message, now_ms: int, timeout_s: int) -> Message:
    received = rules.received(message, now_ms, timeout_s, ctx.ids.hex(24))
    take(ctx, queue, message, received)
    return received


def _again(ctx: Context, queue: Queue, attempt_id: str, now_ms: int, timeout_s: int) -> list[Message] | None:
    """The same messages for the same attempt, hidden anew; None when it was not made, or counts no longer (F032)."""
    attempt = ATTEMPTS.get(ctx, queue.name, attempt_id)
    if attempt is None or attempt.until_ms <= now_ms:
        return None
    messages: list[Message] = []
    for serial, receipt in attempt.received:
        message = IN_FLIGHT.get(ctx, queue.name, serial)
        if message is None or (message.receipt, message.visible_at_ms) != (receipt, attempt.visible_at_ms):
            return None
        messages.append(message)
    hidden: list[Message] = []
    for message in messages:
        again = msgspec.structs.replace(message, visible_at_ms=now_ms + timeout_s * 1000)
        keep_hidden(ctx, queue, message, again)
        hidden.append(again)
    changed = msgspec.structs.replace(attempt, visible_at_ms=hidden[0].visible_at_ms)
    ATTEMPTS.put(ctx, changed, queue.name, attempt_id)
    return hidden


def _as_received(queue: Queue, message: Message, request: dict[str, Any], *, to_aws: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "MessageId": message.message_id,
        "ReceiptHandle": _handle(queue, message),
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    wanted = {*(request.get("AttributeNames") or ()), *(request.get("MessageSystemAttributeNames") or ())}
    if wanted:
        answer["Attributes"] = rules.system_attributes(queue, message, wanted, to_aws=to_aws)
    names = request.get("MessageAttributeNames")
    if names and message.attributes:
        attributes = rules.selected_attributes(message, names)
        if attributes:
            answer["MessageAttributes"] = attributes
            answer["MD5OfMessageAttributes"] = rules.attributes_md5(attributes)
    return answer


# -- receipt handles


def _serial(handle: str) -> int:
    return int(base64.b64decode(handle).decode().split(":")[1])


def _handle(queue: Queue, message: Message) -> str:
    return base64.b64encode(
        f"{queue.name}:{message.serial}:{message.receipt}:{queue.created_at_ms}".encode()
    ).decode()


def _of_handle(ctx: Context, queue: Queue, handle: str) -> Message | None:
    """The message of a receipt handle; None when it is gone, or was received again since. Raises ReceiptHandleIsInvalid.

    A message that came back to its queue meanwhile is found too: `visible_at_ms` tells.
    """
    try:
        name, serial, receipt, _ = base64.b64decode(handle, validate=True).decode().split(":")
        number = int(serial)
    except (binascii.Error, ValueError):
        raise ReceiptHandleIsInvalid(
            f'The input receipt handle "{handle}" is not a valid receipt handle.'
        ) from None
    if name != queue.name:
        raise ReceiptHandleIsInvalid(f'The input receipt handle "{handle}" is not valid for this queue.')
    message = IN_FLIGHT.get(ctx, queue.name, number) or returned(ctx, queue, number)
    return message if message and message.receipt == receipt else None


def delete_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html"""
    ctx, queue = queue_in(ctx, request)
    delete(ctx, queue, request)
    return {}


def delete(ctx: Context, queue: Queue, entry: dict[str, Any]) -> None:
    """One message of a DeleteMessage or DeleteMessageBatch. A message that is gone is no error.

    A FIFO queue refuses a handle whose visibility timeout has ended.
    """
    if queue.fifo:
        come_back(ctx, queue, ctx.now_ms)
    message = _of_handle(ctx, queue, entry["ReceiptHandle"])
    if message is None:
        if queue.fifo and came_back(ctx, queue, _serial(entry["ReceiptHandle"])):
            raise InvalidParameterValue(
                f"Value {entry['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
            )
        return
    if IN_FLIGHT.has(ctx, queue.name, message.serial):
        remove_in_flight(ctx, queue, message)
    else:
        remove_waiting(ctx, queue, message)
    if queue.fifo:
        ctx.signal("queue", queue.name)


def change_message_visibility(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"""
    ctx, queue = queue_in(ctx, request)
    change_visibility(ctx, queue, request)
    return {}


def change_visibility(ctx: Context, queue: Queue, entry: dict[str, Any]) -> None:
    """One message of a ChangeMessageVisibility or its batch: hidden for so long from now, at most 12 hours since its receipt."""
    timeout_s = entry.get("VisibilityTimeout") or 0
    _check_timeout(timeout_s)
    message, now_ms = _of_handle(ctx, queue, entry["ReceiptHandle"]), ctx.now_ms
    if message is None:
        raise InvalidParameterValue(
            f"Value {entry['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not "
            "available for visibility timeout change."
        )
    if message.visible_at_ms <= now_ms:
        raise MessageNotInflight()
    if now_ms + timeout_s * 1000 > message.received_at_ms + limits.VISIBILITY_TIMEOUT_S_MAX * 1000:
        raise InvalidParameterValue(
            f"Value {timeout_s} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is "
            f"beyond the limit [{limits.VISIBILITY_TIMEOUT_S_MAX} seconds]"
        )
    changed = msgspec.structs.replace(message, visible_at_ms=now_ms + timeout_s * 1000)
    keep_hidden(ctx, queue, message, changed)
    if timeout_s == 0:
        return_to_queue(ctx, queue, changed)
    ctx.signal("queue", queue.name)

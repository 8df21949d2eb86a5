"""What the outbox runs for SQS."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sqs import rules
from cloudchamber.services.sqs.model import Message, Move, Queue
from cloudchamber.services.sqs.operations.deliveries import put_into
from cloudchamber.services.sqs.operations.moves import keep
from cloudchamber.services.sqs.operations.urls import queue_of_arn
from cloudchamber.services.sqs.records import (
    GROUPED,
    HEADS,
    IN_FLIGHT,
    MOVES,
    QUEUES,
    WAITING,
    come_back,
    queue_named,
    remove_waiting,
)

AT_ONCE_DEFAULT = 500


def redrive_message(ctx: Context, request: dict[str, Any]) -> None:
    """A message that was received too often arrives in the dead-letter queue."""
    message: Message = request["Message"]
    queue = QUEUES.get(ctx, request["QueueName"])
    assert queue is not None, "whoever redrives has found the queue"
    ctx.note(f"after {message.receive_count} receives")
    put_into(ctx, queue, message, ctx.now_ms, source_arn=request["SourceArn"])


def peek(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Every message of a queue, oldest first, whether it can be received, is delayed or in flight; nothing changes by it."""
    queue, now_ms = queue_named(ctx, request["QueueName"]), ctx.now_ms
    found = [m for collection in (WAITING, GROUPED, IN_FLIGHT) for m in collection.values(ctx, queue.name)]
    return {
        "Messages": [
            {
                "MessageId": message.message_id,
                "Body": message.body,
                "MessageAttributes": message.attributes,
                "MessageGroupId": message.group_id,
            }
            for message in sorted(found, key=lambda message: message.serial)
            if not rules.is_expired(queue, message, now_ms)
        ]
    }


def move_messages(ctx: Context, request: dict[str, Any]) -> None:
    """Move one second's worth of a move task, and put the next second into the outbox. Meant while the task is RUNNING."""
    queue = QUEUES.get(ctx, request["Queue"])
    move = MOVES.get(ctx, request["Queue"], request["StartedAtMs"], request["TaskId"])
    if queue is None or move is None or move.status != "RUNNING":
        return
    now_ms = ctx.now_ms
    come_back(ctx, queue, now_ms)
    batch = _next_messages(ctx, queue, move.per_second or AT_ONCE_DEFAULT)
    if not batch:
        keep(ctx, queue, msgspec.structs.replace(move, status="COMPLETED"))
        return
    for message in batch:
        if rules.is_expired(queue, message, now_ms):
            remove_waiting(ctx, queue, message)
            continue
        failure = _move_one(ctx, queue, move, message, now_ms)
        if failure:
            keep(ctx, queue, msgspec.structs.replace(move, status="FAILED", failure=failure))
            return
        move = msgspec.structs.replace(move, moved=move.moved + 1)
    keep(ctx, queue, move)
    ctx.later("sqs", "move_messages", request, due_at_ms=now_ms + 1000 if move.per_second else now_ms + 1)


def _next_messages(ctx: Context, queue: Queue, count: int) -> list[Message]:
    if not queue.fifo:
        return [message for _, message in WAITING.scan(ctx, queue.name, limit=count)]
    batch: list[Message] = []
    for _, group_id in HEADS.scan(ctx, queue.name):
        batch += [message for _, message in GROUPED.scan(ctx, queue.name, group_id, limit=count - len(batch))]
        if len(batch) >= count:
            break
    return batch


def _move_one(ctx: Context, queue: Queue, move: Move, message: Message, now_ms: int) -> str:
    """Move a message to the task's destination, or back where it came from. Returns why it cannot be."""
    destination_arn = move.destination_arn or message.system.get("DeadLetterQueueSourceArn", "")
    if not destination_arn:
        return "CouldNotDetermineMessageSource"
    target = queue_of_arn(ctx, destination_arn)
    if target is None:
        return "AWS.SimpleQueueService.NonExistentQueue"
    if target[1].fifo != queue.fifo:
        return "AWS.SimpleQueueService.UnsupportedOperation"
    remove_waiting(ctx, queue, message)
    put_into(*target, rules.redriven(message, now_ms, ctx.ids.uuid()), now_ms)
    return ""

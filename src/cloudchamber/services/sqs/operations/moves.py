"""Message move tasks: a dead-letter queue is emptied back to its sources, or to another queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import (
    InvalidParameterValue,
    ResourceNotFoundException,
    UnsupportedOperation,
)
from cloudchamber.services.sqs.model import Move, Queue
from cloudchamber.services.sqs.operations.urls import queue_of_arn
from cloudchamber.services.sqs.records import MOVES, QUEUES, counts

_MISSING = "The resource that you specified for the {} parameter doesn't exist."


def start_message_move_task(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html"""
    source_arn, destination_arn = request["SourceArn"], request.get("DestinationArn") or ""
    where, queue = _source(ctx, source_arn)
    if destination_arn and queue_of_arn(ctx, destination_arn) is None:
        raise ResourceNotFoundException(_MISSING.format("DestinationArn"))
    per_second = request.get("MaxNumberOfMessagesPerSecond")
    if per_second is not None and not 1 <= per_second <= limits.MOVED_PER_SECOND_MAX:
        raise InvalidParameterValue(
            f"Value {per_second} for parameter MaxNumberOfMessagesPerSecond is invalid. "
            "Reason: Must be between 1 and 500, if provided."
        )
    if not any(q.redrive and q.redrive.dead_letter_target_arn == source_arn for q in QUEUES.values(where)):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    if any(move.status == "RUNNING" for move in MOVES.values(where, queue.name)):
        raise UnsupportedOperation(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    visible, hidden, _ = counts(where, queue, ctx.now_ms)
    move = Move(
        ctx.ids.uuid(), source_arn, destination_arn, per_second or 0, ctx.now_ms, to_move=visible + hidden
    )
    keep(where, queue, move)
    where.later(
        "sqs",
        "move_messages",
        {"Queue": queue.name, "TaskId": move.task_id, "StartedAtMs": move.started_at_ms},
    )
    return {"TaskHandle": _handle(move)}


def cancel_message_move_task(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html"""
    try:
        handle = msgspec.json.decode(
            base64.b64decode(request["TaskHandle"], validate=True), type=dict[str, str]
        )
        task_id, source_arn = handle["taskId"], handle["sourceArn"]
    except (binascii.Error, msgspec.MsgspecError, KeyError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
    where, queue = _source(ctx, source_arn)
    for move in MOVES.values(where, queue.name):
        if move.task_id == task_id:
            if move.status != "RUNNING":
                raise UnsupportedOperation(f"Cannot cancel a task with status {move.status}.")
            keep(where, queue, msgspec.structs.replace(move, status="CANCELLED"))
            return {"ApproximateNumberOfMessagesMoved": move.moved}
    raise ResourceNotFoundException("Task does not exist.")


def list_message_move_tasks(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html"""
    count = request.get("MaxResults") or 1
    if not 1 <= count <= limits.MOVE_TASKS_LISTED_MAX:
        raise InvalidParameterValue(
            f"Value {count} for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided."
        )
    where, queue = _source(ctx, request["SourceArn"])
    return {
        "Results": [_described(move) for _, move in MOVES.scan(where, queue.name, reverse=True, limit=count)]
    }


def _source(ctx: Context, arn: str) -> tuple[Context, Queue]:
    found = queue_of_arn(ctx, arn)
    if found is None:
        raise ResourceNotFoundException(_MISSING.format("SourceArn"))
    return found


def _handle(move: Move) -> str:
    return base64.b64encode(
        msgspec.json.encode({"taskId": move.task_id, "sourceArn": move.source_arn})
    ).decode()


def keep(ctx: Context, queue: Queue, move: Move) -> None:
    """Write a move task; the newest ones of a queue are listed first."""
    MOVES.put(ctx, move, queue.name, move.started_at_ms, move.task_id)


def _described(move: Move) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Status": move.status,
        "SourceArn": move.source_arn,
        "ApproximateNumberOfMessagesMoved": move.moved,
        "ApproximateNumberOfMessagesToMove": move.to_move,
        "StartedTimestamp": move.started_at_ms,
    }
    if move.status == "RUNNING":
        answer["TaskHandle"] = _handle(move)
    if move.destination_arn:
        answer["DestinationArn"] = move.destination_arn
    if move.per_second:
        answer["MaxNumberOfMessagesPerSecond"] = move.per_second
    if move.failure:
        answer["FailureReason"] = move.failure
    return answer

"""Batches: up to ten entries, each answered for itself.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.sqs import limits, rules
from cloudchamber.services.sqs.errors import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    TooManyEntriesInBatchRequest,
)
from cloudchamber.services.sqs.model import Queue
from cloudchamber.services.sqs.operations.deliveries import change_visibility, delete
from cloudchamber.services.sqs.operations.sending import send
from cloudchamber.services.sqs.operations.urls import queue_in

_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")


def send_message_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""
    ctx, queue = queue_in(ctx, request)
    entries = _entries(request)
    total = sum(rules.size_bytes(e["MessageBody"], e.get("MessageAttributes") or {}) for e in entries)
    if total > limits.MESSAGE_BYTES_MAX:
        raise BatchRequestTooLong(
            f"Batch requests cannot be longer than {limits.MESSAGE_BYTES_MAX} bytes. You have sent {total} bytes."
        )
    return _each(ctx, queue, entries, send)


def delete_message_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html"""
    ctx, queue = queue_in(ctx, request)
    return _each(ctx, queue, _entries(request), delete)


def change_message_visibility_batch(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html"""
    ctx, queue = queue_in(ctx, request)
    return _each(ctx, queue, _entries(request), change_visibility)


def _entries(request: dict[str, Any]) -> list[dict[str, Any]]:
    entries = request.get("Entries") or []
    if not entries:
        raise EmptyBatchRequest("There should be at least one entry in the request.")
    if len(entries) > limits.ENTRIES_PER_BATCH_MAX:
        raise TooManyEntriesInBatchRequest(
            f"Maximum number of entries per request are 10. You have sent {len(entries)}."
        )
    seen: set[str] = set()
    for entry in entries:
        if not _ENTRY_ID.match(entry["Id"]):
            raise InvalidBatchEntryId()
        if entry["Id"] in seen:
            raise BatchEntryIdsNotDistinct(f"Id {entry['Id']} repeated.")
        seen.add(entry["Id"])
    return entries


def _each(
    ctx: Context,
    queue: Queue,
    entries: list[dict[str, Any]],
    do: Callable[[Context, Queue, dict[str, Any]], dict[str, Any] | None],
) -> dict[str, Any]:
    """Do each entry for itself; one that fails is reported, and changes nothing."""
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            answer = do(ctx, queue, entry)
        except AwsError as error:
            failed.append(
                {"Id": entry["Id"], "Code": error.code, "Message": error.message, "SenderFault": True}
            )
        else:
            successful.append({"Id": entry["Id"]} | (answer or {}))
    ctx.tally(len(successful))
    answer = {"Successful": successful}
    return answer | {"Failed": failed} if failed else answer

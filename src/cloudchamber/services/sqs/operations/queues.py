"""Queues: create, find, list, describe, change, purge, delete."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import (
    InvalidAttributeName,
    InvalidParameterValue,
    MissingParameter,
    PurgeQueueInProgress,
    QueueDeletedRecently,
    QueueDoesNotExist,
    QueueNameExists,
)
from cloudchamber.services.sqs.model import Queue
from cloudchamber.services.sqs.operations.attributes import changed, described
from cloudchamber.services.sqs.operations.deliveries import drop_expired
from cloudchamber.services.sqs.operations.urls import arn_of, queue_in, url_of
from cloudchamber.services.sqs.records import DELETED, QUEUES, forget_content, forget_queue

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_KNOWN = {
    "All", "Policy", "VisibilityTimeout", "MaximumMessageSize", "MessageRetentionPeriod", "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
    "ApproximateNumberOfMessagesDelayed", "DelaySeconds", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "FifoQueue",
    "ContentBasedDeduplication", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "DeduplicationScope", "FifoThroughputLimit",
    "RedriveAllowPolicy", "SqsManagedSseEnabled",
}  # fmt: skip


def create_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
    name, attributes = request["QueueName"], request.get("Attributes") or {}
    fifo = str(attributes.get("FifoQueue", "false")).lower() == "true"
    _check_name(name, fifo=fifo)
    now_ms = ctx.now_ms
    existing = QUEUES.get(ctx, name)
    if existing:
        _check_same(ctx, existing, attributes)
        return {"QueueUrl": url_of(ctx, name)}
    deleted_at_ms = DELETED.get(ctx, name)
    if deleted_at_ms is not None and now_ms - deleted_at_ms < limits.DELETED_RECENTLY_MS:
        raise QueueDeletedRecently()
    if len(request.get("tags") or {}) > limits.TAGS_MAX:
        raise InvalidParameterValue(f"Too many tags added for queue {name}.")
    queue = Queue(
        name, now_ms // 1000 * 1000, now_ms // 1000 * 1000, fifo=fifo, tags=request.get("tags") or {}
    )
    QUEUES.put(ctx, changed(ctx, queue, attributes), name)
    return {"QueueUrl": url_of(ctx, name)}


def _check_name(name: str, *, fifo: bool) -> None:
    stem = name.removesuffix(".fifo") if fifo else name
    if len(name) <= limits.QUEUE_NAME_LENGTH_MAX and _NAME.match(stem) and fifo == name.endswith(".fifo"):
        return
    if fifo and not name.endswith(".fifo"):
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            "must end with .fifo suffix and be 1 to 80 in length."
        )
    raise InvalidParameterValue(
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    )


def _check_same(ctx: Context, existing: Queue, attributes: dict[str, str]) -> None:
    """A second CreateQueue succeeds when what it asks for is what there is."""
    for name in attributes:
        if name not in _KNOWN:
            raise InvalidAttributeName(f"Unknown Attribute {name}.")
    wanted = changed(ctx, existing, attributes)
    now, then = described(ctx, existing, set(attributes)), described(ctx, wanted, set(attributes))
    for name in attributes:
        if now.get(name) != then.get(name):
            raise QueueNameExists(
                f"A queue already exists with the same name and a different value for attribute {name}"
            )


def get_queue_url(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html"""
    where = ctx.elsewhere(account=request.get("QueueOwnerAWSAccountId"))
    if not QUEUES.has(where, request["QueueName"]):
        raise QueueDoesNotExist()
    return {"QueueUrl": url_of(where, request["QueueName"])}


def list_queues(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""
    size, token = request.get("MaxResults"), request.get("NextToken")
    if token and size is None:
        raise InvalidParameterValue(
            "MaxResults is a mandatory parameter when you provide a value for NextToken."
        )
    count = _page_size(size)
    prefix, start = request.get("QueueNamePrefix") or "", _after(token)
    names = [q.name for q in QUEUES.values(ctx) if q.name.startswith(prefix) and q.name > start]
    answer: dict[str, Any] = {"QueueUrls": [url_of(ctx, name) for name in names[:count]]}
    if size is not None and len(names) > count:
        answer["NextToken"] = _token(names[count - 1])
    return answer if names else {}


def list_dead_letter_source_queues(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html"""
    ctx, queue = queue_in(ctx, request)
    size, start = request.get("MaxResults"), _after(request.get("NextToken"))
    count, arn = _page_size(size), arn_of(ctx, queue.name)
    names = [
        q.name
        for q in QUEUES.values(ctx)
        if q.redrive and q.redrive.dead_letter_target_arn == arn and q.name > start
    ]
    answer: dict[str, Any] = {"queueUrls": [url_of(ctx, name) for name in names[:count]]}
    if size is not None and len(names) > count:
        answer["NextToken"] = _token(names[count - 1])
    return answer


def _page_size(size: int | None) -> int:
    if size is not None and not 1 <= size <= limits.QUEUES_PER_PAGE_MAX:
        raise InvalidParameterValue("MaxResults must be an integer between 1 and 1000.")
    return size or limits.QUEUES_PER_PAGE_MAX


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _after(token: str | None) -> str:
    try:
        return base64.b64decode(token, b"-_", validate=True).decode() if token else ""
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidParameterValue("Invalid or expired next token.") from None


def get_queue_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html"""
    ctx, queue = queue_in(ctx, request)
    wanted: set[str] = set(request.get("AttributeNames") or ())
    unknown = wanted - _KNOWN
    if unknown:
        raise InvalidAttributeName(f"Unknown Attribute {min(unknown)}.")
    drop_expired(ctx, queue, ctx.now_ms)
    answer = described(ctx, queue, wanted)
    return {"Attributes": answer} if answer else {}


def set_queue_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
    ctx, queue = queue_in(ctx, request)
    attributes = request.get("Attributes")
    if not attributes:
        raise MissingParameter("The request must contain the parameter Attribute.Name.")
    new = msgspec.structs.replace(changed(ctx, queue, attributes), modified_at_ms=ctx.now_ms // 1000 * 1000)
    QUEUES.put(ctx, new, queue.name)
    ctx.signal("queue", queue.name)
    return {}


def purge_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html"""
    ctx, queue = queue_in(ctx, request)
    now_ms = ctx.now_ms
    if queue.purged_at_ms and now_ms - queue.purged_at_ms < limits.PURGE_MS:
        raise PurgeQueueInProgress(
            f"Only one PurgeQueue operation on {queue.name} is allowed every 60 seconds."
        )
    forget_content(ctx, queue.name)
    QUEUES.put(ctx, msgspec.structs.replace(queue, purged_at_ms=now_ms), queue.name)
    return {}


def delete_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html"""
    ctx, queue = queue_in(ctx, request)
    forget_queue(ctx, queue.name, ctx.now_ms)
    ctx.signal("queue", queue.name)
    return {}

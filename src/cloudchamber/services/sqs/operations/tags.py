"""Tags of queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sqs import limits
from cloudchamber.services.sqs.errors import InvalidParameterValue, MissingParameter
from cloudchamber.services.sqs.operations.urls import queue_in
from cloudchamber.services.sqs.records import QUEUES


def list_queue_tags(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html"""
    _, queue = queue_in(ctx, request)
    return {"Tags": queue.tags} if queue.tags else {}


def tag_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html"""
    ctx, queue = queue_in(ctx, request)
    if not request.get("Tags"):
        raise MissingParameter("The request must contain the parameter Tags.")
    tags = queue.tags | request["Tags"]
    if len(tags) > limits.TAGS_MAX:
        raise InvalidParameterValue(f"Too many tags added for queue {queue.name}.")
    QUEUES.put(ctx, msgspec.structs.replace(queue, tags=tags), queue.name)
    return {}


def untag_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html"""
    ctx, queue = queue_in(ctx, request)
    if not request.get("TagKeys"):
        raise MissingParameter("The request must contain the parameter TagKeys.")
    tags = {key: value for key, value in queue.tags.items() if key not in request["TagKeys"]}
    QUEUES.put(ctx, msgspec.structs.replace(queue, tags=tags), queue.name)
    return {}

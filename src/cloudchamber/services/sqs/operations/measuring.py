"""What CloudWatch shows of a queue at an instant.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.sqs.operations.deliveries import drop_expired
from cloudchamber.services.sqs.records import counts, oldest_sent_at_ms, queue_named


def measure_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The gauges of a queue by the names of their metrics. Raises QueueDoesNotExist."""
    queue, now_ms = queue_named(ctx, request["QueueName"]), ctx.now_ms
    drop_expired(ctx, queue, now_ms)
    visible, hidden, delayed = counts(ctx, queue, now_ms)
    oldest_ms = oldest_sent_at_ms(ctx, queue)
    return {
        "ApproximateAgeOfOldestMessage": 0 if oldest_ms is None else (now_ms - oldest_ms) // 1000,
        "ApproximateNumberOfMessagesDelayed": delayed,
        "ApproximateNumberOfMessagesNotVisible": hidden,
        "ApproximateNumberOfMessagesVisible": visible,
    }

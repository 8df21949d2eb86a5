"""What an event source mapping asks of a queue beside AWS's own operations."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.sqs.operations.urls import queue_in
from cloudchamber.services.sqs.records import next_change_at_ms


def find_next_change(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """When, without another call, a message of the queue will next become visible: `AtMs`, or None."""
    where, queue = queue_in(ctx, request)
    return {"AtMs": next_change_at_ms(where, queue, where.now_ms)}

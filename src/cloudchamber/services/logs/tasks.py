"""What the outbox runs for CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.logs import rules
from cloudchamber.services.logs.records import GROUPS, expire


def expire_events(ctx: Context, request: dict[str, Any]) -> None:
    """Remove what a group's retention policy has let expire, once a day. Meant while that policy is the one that holds."""
    group = GROUPS.get(ctx, request["Group"])
    if group is None or not group.retention_days or group.retention_serial != request["RetentionSerial"]:
        return
    more = expire(ctx, group.name, rules.retained_since_ms(group, ctx.now_ms))
    wait_ms = 1 if more else rules.DAY_MS
    ctx.later("logs", "expire_events", request, due_at_ms=ctx.now_ms + wait_ms, recurring=True)

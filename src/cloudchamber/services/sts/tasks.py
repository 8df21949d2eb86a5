"""What the outbox runs for STS."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.sts.records import SESSIONS


def forget_session(ctx: Context, request: dict[str, Any]) -> None:
    """Remove a session that expired long ago."""
    SESSIONS.delete(ctx, request["AccessKeyId"])

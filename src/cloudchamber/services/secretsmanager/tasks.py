"""What the outbox runs for Secrets Manager."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.secretsmanager.records import SECRETS, forget


def remove_secret(ctx: Context, request: dict[str, Any]) -> None:
    """Delete a secret at the end of its recovery window. Meant while it is marked for that very instant."""
    secret = SECRETS.get(ctx, request["Name"])
    if secret is None or secret.suffix != request["Suffix"]:
        return
    if secret.deletes_at_ms == request["DeletesAtMs"]:
        forget(ctx, secret.name)

"""Where Secrets Manager's records lie, all under one account and region:

secrets  (name)              -> Secret
versions (name, version id)  -> Version
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.services.secretsmanager import limits
from cloudchamber.services.secretsmanager.model import Secret, Version

SECRETS = Collection("secretsmanager", "secrets", Secret)
VERSIONS = Collection("secretsmanager", "versions", Version)


def keep(ctx: Context, secret: Secret, **changes: object) -> Secret:
    """Write a secret, with `changes`."""
    changed = msgspec.structs.replace(secret, **changes)
    SECRETS.put(ctx, changed, secret.name)
    return changed


def forget(ctx: Context, name: str) -> None:
    """Remove a secret and all of its values."""
    SECRETS.delete(ctx, name)
    VERSIONS.delete_all(ctx, name)


def drop_deprecated(ctx: Context, secret: Secret) -> None:
    """Remove versions without a stage that are older than a day, oldest first, while there are more than 100.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_version
    """
    excess = VERSIONS.count(ctx, secret.name) - limits.VERSIONS_MAX
    if excess <= 0:
        return
    staged, young_ms = set(secret.stages.values()), ctx.now_ms - limits.DEPRECATED_KEPT_MS
    old = [v for v in VERSIONS.values(ctx, secret.name) if v.id not in staged and v.created_at_ms < young_ms]
    for version in sorted(old, key=lambda version: version.created_at_ms)[:excess]:
        VERSIONS.delete(ctx, secret.name, version.id)

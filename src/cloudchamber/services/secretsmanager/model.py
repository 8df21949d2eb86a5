"""The values Secrets Manager keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

import msgspec


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """A secret without its values. `stages`: the version each staging label is on.

    `deletes_at_ms` 0: it is not marked for deletion; else `deleted_at_ms` is when it was marked.
    """

    name: str
    suffix: str
    created_at_ms: int
    changed_at_ms: int
    description: str = ""
    kms_key_id: str = ""
    tags: dict[str, str] = {}
    stages: dict[str, str] = {}
    policy: str = ""
    accessed_day: int = 0
    deleted_at_ms: int = 0
    deletes_at_ms: int = 0


class Version(msgspec.Struct, frozen=True, array_like=True):
    """One value of a secret: a text or bytes."""

    id: str
    created_at_ms: int
    text: str | None = None
    binary: bytes | None = None
    kms_key_id: str = ""

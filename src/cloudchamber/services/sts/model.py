"""The values STS keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

import msgspec


class Session(msgspec.Struct, frozen=True, array_like=True):
    """Temporary credentials and whom they stand for. `kind`: role, session or federation."""

    access_key: str
    secret_key: str
    token: str
    kind: str
    arn: str
    user_id: str
    expires_at_ms: int
    policy: str = ""
    policy_arns: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""

"""The values Parameter Store keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

import msgspec


class Version(msgspec.Struct, frozen=True, array_like=True):
    """One version of a parameter."""

    number: int
    type: str
    value: str
    modified_at_ms: int
    modified_by: str
    description: str = ""
    key_id: str = ""
    allowed_pattern: str = ""
    tier: str = "Standard"
    policies: str = ""
    data_type: str = "text"


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """A parameter with its newest version; `labels` name versions."""

    name: str
    latest: Version
    labels: dict[str, int] = {}
    tags: dict[str, str] = {}

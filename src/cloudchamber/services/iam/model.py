"""The values IAM keeps. Instants are milliseconds since the epoch."""

from __future__ import annotations

import msgspec


class Identity(msgspec.Struct, frozen=True, array_like=True):
    """What policies are put on: a role, a user or a group (`kind`).

    `inline`: documents by policy name. `attached`: ARNs, in the order they came. `trust`, `description` and
    `session_s_max` are a role's; `groups` are a user's.
    """

    kind: str
    name: str
    path: str
    id: str
    created_at_ms: int
    inline: dict[str, str] = {}
    attached: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    boundary: str = ""
    trust: str = ""
    description: str = ""
    session_s_max: int = 0
    groups: tuple[str, ...] = ()


class PolicyVersion(msgspec.Struct, frozen=True, array_like=True):
    """One version of a managed policy."""

    id: str
    document: str
    created_at_ms: int


class Policy(msgspec.Struct, frozen=True, array_like=True):
    """A managed policy of the account."""

    name: str
    path: str
    id: str
    created_at_ms: int
    updated_at_ms: int
    versions: tuple[PolicyVersion, ...]
    default_version_id: str
    next_version: int
    description: str = ""
    tags: dict[str, str] = {}


class AccessKey(msgspec.Struct, frozen=True, array_like=True):
    """A long-term access key of a user."""

    id: str
    secret: str
    user_name: str
    created_at_ms: int
    status: str = "Active"


class LoginProfile(msgspec.Struct, frozen=True, array_like=True):
    """That a user may sign in to a console. The password itself is not kept."""

    user_name: str
    created_at_ms: int
    reset_required: bool = False


class InstanceProfile(msgspec.Struct, frozen=True, array_like=True):
    """A container for a role."""

    name: str
    path: str
    id: str
    created_at_ms: int
    roles: tuple[str, ...] = ()
    tags: dict[str, str] = {}

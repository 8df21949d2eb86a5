"""The values S3 keeps. Instants are milliseconds since the epoch; lengths of bodies are bytes."""

from __future__ import annotations

from typing import Any

import msgspec


class Bucket(msgspec.Struct, frozen=True, array_like=True):
    """A bucket: who owns it, where it is, and what every call on its objects must know.

    `versioning` is "" until it is first set, then Enabled or Suspended. `notified`: it has a notification configuration.
    """

    name: str
    owner: str
    region: str
    created_at_ms: int
    versioning: str = ""
    lock_enabled: bool = False
    notified: bool = False
    encryption: str = "AES256"
    kms_key_id: str = ""
    bucket_key: bool = False


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a body: kept in the store when `inline`, else as a file."""

    id: str
    bytes: int
    inline: bool


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One part of a multipart upload, or of the object that it became."""

    number: int
    bytes: int
    etag: str
    modified_at_ms: int
    checksums: dict[str, str] = {}
    segments: tuple[Segment, ...] = ()


class Version(msgspec.Struct, frozen=True, array_like=True):
    """One version of an object, or a delete marker. `serial` orders the versions of a key.

    `headers` holds ContentType and its like by their member names, `encryption` the SSE members that are echoed.
    `parts` is there for objects of multipart uploads.
    """

    key: str
    version_id: str
    serial: int
    modified_at_ms: int
    owner: str
    bytes: int = 0
    etag: str = ""
    segments: tuple[Segment, ...] = ()
    headers: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    storage_class: str = "STANDARD"
    checksums: dict[str, str] = {}
    checksum_type: str = ""
    parts: tuple[Part, ...] = ()
    tags: dict[str, str] = {}
    encryption: dict[str, Any] = {}
    delete_marker: bool = False
    lock_mode: str = ""
    retain_until_ms: int = 0
    legal_hold: str = ""
    grants: tuple[dict[str, Any], ...] = ()


class Upload(msgspec.Struct, frozen=True, array_like=True):
    """A multipart upload under way: `draft` is the object it will become, without its body."""

    id: str
    key: str
    initiated_at_ms: int
    draft: Version
    checksum_algorithm: str = ""
    checksum_type: str = ""


class Completed(msgspec.Struct, frozen=True, array_like=True):
    """A multipart upload that became an object: the parts that were listed for it, and what was answered."""

    key: str
    at_ms: int
    parts: tuple[tuple[int, str], ...]
    answer: dict[str, Any]


class Configuration(msgspec.Struct, frozen=True, array_like=True):
    """One configuration of a bucket, in the API's own members. `generation` tells an older one's tasks apart."""

    value: dict[str, Any]
    generation: int = 0

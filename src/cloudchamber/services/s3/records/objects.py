"""Objects and their versions, as versioning keeps them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudchamber.aws import Context
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.records import OBJECTS, OLDER, bodies

NULL = "null"


def add(ctx: Context, bucket: Bucket, version: Version) -> None:
    """`version` becomes the latest one of its key; where versions are not kept it replaces the null version."""
    name, key = bucket.name, version.key
    latest = OBJECTS.get(ctx, name, key)
    OBJECTS.put(ctx, version, name, key)
    if latest is None:
        return
    if version.version_id != NULL or latest.version_id != NULL:
        OLDER.put(ctx, latest, name, key, -latest.serial)
        if version.version_id == NULL:
            _forget_older_null(ctx, bucket, key)
    else:
        bodies.forget(ctx, name, latest.segments)


def _forget_older_null(ctx: Context, bucket: Bucket, key: str) -> None:
    for version in _older(ctx, bucket, key):
        if version.version_id == NULL:
            OLDER.delete(ctx, bucket.name, key, -version.serial)
            bodies.forget(ctx, bucket.name, version.segments)
            return


def _older(ctx: Context, bucket: Bucket, key: str) -> Iterator[Version]:
    return (version for _, version in OLDER.scan(ctx, bucket.name, key))


def latest_of(ctx: Context, bucket: Bucket, key: str) -> Version | None:
    """The latest version of a key, be it a delete marker."""
    return OBJECTS.get(ctx, bucket.name, key)


def version_of(ctx: Context, bucket: Bucket, key: str, version_id: str) -> Version | None:
    """The version of that id."""
    latest = OBJECTS.get(ctx, bucket.name, key)
    if latest is None or latest.version_id == version_id:
        return latest
    if version_id == NULL:
        return next((v for v in _older(ctx, bucket, key) if v.version_id == NULL), None)
    serial = serial_in(version_id)
    found = OLDER.get(ctx, bucket.name, key, -serial) if serial is not None else None
    return found if found and found.version_id == version_id else None


def versions_of(ctx: Context, bucket: Bucket, key: str, latest: Version) -> Iterator[Version]:
    """All versions of a key, newest first."""
    yield latest
    if bucket.versioning:
        yield from _older(ctx, bucket, key)


def replace(ctx: Context, bucket: Bucket, version: Version) -> None:
    """Write what changed about a version that exists: its tags, its lock, its grants."""
    latest = OBJECTS.get(ctx, bucket.name, version.key)
    if latest is not None and latest.serial == version.serial:
        OBJECTS.put(ctx, version, bucket.name, version.key)
    else:
        OLDER.put(ctx, version, bucket.name, version.key, -version.serial)


def remove(ctx: Context, bucket: Bucket, version: Version) -> None:
    """Remove a version for ever; the one before it becomes the latest."""
    name, key = bucket.name, version.key
    bodies.forget(ctx, name, version.segments)
    latest = OBJECTS.get(ctx, name, key)
    if latest is None or latest.serial != version.serial:
        OLDER.delete(ctx, name, key, -version.serial)
        return
    for _, before in OLDER.scan(ctx, name, key, limit=1) if bucket.versioning else ():
        OLDER.delete(ctx, name, key, -before.serial)
        OBJECTS.put(ctx, before, name, key)
        return
    OBJECTS.delete(ctx, name, key)


def new_version_id(ctx: Context, bucket: Bucket, serial: int) -> str:
    """The id of a new version: 32 characters, the last 12 of them its serial."""
    if bucket.versioning != "Enabled":
        return NULL
    return f"{ctx.ids.text(20)}{serial:012x}"


def serial_in(version_id: str) -> int | None:
    """The serial in a version id, or None when it cannot be one of ours."""
    try:
        return int(version_id[20:], 16) if len(version_id) == 32 else None
    except ValueError:
        return None

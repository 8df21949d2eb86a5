"""How a request says which bucket, object and version it means."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3.errors import (
    AccessDenied,
    InvalidArgument,
    MethodNotAllowed,
    NoSuchBucket,
    NoSuchKey,
    NoSuchVersion,
)
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.records import BUCKETS
from cloudchamber.services.s3.records.objects import NULL, latest_of, serial_in, version_of


def bucket_in(ctx: Context, request: dict[str, Any]) -> Bucket:
    """The bucket of a request. Raises NoSuchBucket, or AccessDenied when it is not the expected owner's."""
    return _bucket(ctx, request["Bucket"], request.get("ExpectedBucketOwner"))


def bucket_named(ctx: Context, name: str, owner: str | None = None) -> Bucket:
    """The bucket of that name. Raises NoSuchBucket, or AccessDenied when another than `owner` has it."""
    return _bucket(ctx, name, owner)


def _bucket(ctx: Context, name: str, owner: str | None) -> Bucket:
    if name.startswith("arn:"):  # an access point's ARN names no bucket of ours
        name = name.rpartition(":")[2]
    bucket = BUCKETS.get(ctx, name)
    if bucket is None:
        raise NoSuchBucket(BucketName=name)
    if owner is not None and owner != bucket.owner:
        raise AccessDenied()
    return bucket


def version_in(ctx: Context, bucket: Bucket, key: str, version_id: str | None) -> Version:
    """The object to read. Raises NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker that is named.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    if version_id is None:
        latest = latest_of(ctx, bucket, key)
        if latest is None:
            raise NoSuchKey(Key=key)
        if latest.delete_marker:
            raise NoSuchKey(Key=key, **_marker_headers(latest))
        return latest
    found = named_version(ctx, bucket, key, version_id)
    if found is None:
        raise NoSuchVersion(Key=key, VersionId=version_id)
    if found.delete_marker:
        raise MethodNotAllowed(
            Method="GET", ResourceType="DeleteMarker", Allow="DELETE", **_marker_headers(found)
        )
    return found


def named_version(ctx: Context, bucket: Bucket, key: str, version_id: str) -> Version | None:
    """The version of that id, or None. Raises InvalidArgument when the id cannot be one."""
    if version_id != NULL and serial_in(version_id) is None:
        raise InvalidArgument(
            "Invalid version id specified", ArgumentName="versionId", ArgumentValue=version_id
        )
    return version_of(ctx, bucket, key, version_id)


def _marker_headers(version: Version) -> dict[str, Any]:
    return {"x-amz-delete-marker": "true", "x-amz-version-id": version.version_id}


def shown_version_id(bucket: Bucket, version: Version) -> str | None:
    """The version id as answers show it: none where versioning was never on."""
    return version.version_id if bucket.versioning else None


@lru_cache(maxsize=1024)
def canonical_id(account: str) -> str:
    """The canonical user id of an account: 64 hexadecimal digits.

    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
    """
    return hashlib.sha256(f"canonical-user-{account}".encode()).hexdigest()


def owner_of(account: str) -> dict[str, str]:
    """An account as an Owner element."""
    return {"ID": canonical_id(account)}

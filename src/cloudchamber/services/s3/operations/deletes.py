"""Deletes: of one object, of many, of one version.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import MalformedXML
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.finding import bucket_in, named_version
from cloudchamber.services.s3.operations.locks import check_removable
from cloudchamber.services.s3.records import objects
from cloudchamber.services.s3.rules.conditions import check_delete


def delete_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html"""
    bucket = bucket_in(ctx, request)
    bypass = bool(request.get("BypassGovernanceRetention"))
    return remove(
        ctx, bucket, request["Key"], request.get("VersionId"), request.get("IfMatch"), bypass=bypass
    )


def remove(
    ctx: Context, bucket: Bucket, key: str, version_id: str | None, match: str | None, *, bypass: bool
) -> dict[str, Any]:
    """Remove a version for ever when it is named or none are kept; else put a delete marker in front."""
    latest = objects.latest_of(ctx, bucket, key)
    check_delete(match, latest)
    if version_id is not None:
        found = named_version(ctx, bucket, key, version_id)
        if found is None:
            return {"VersionId": version_id}
        check_removable(ctx, found, bypass=bypass)
        objects.remove(ctx, bucket, found)
        emit(ctx, bucket, "ObjectRemoved:Delete", found)
        return {"VersionId": version_id, **({"DeleteMarker": True} if found.delete_marker else {})}
    if bucket.versioning:
        marker = mark_deleted(ctx, bucket, key)
        emit(ctx, bucket, "ObjectRemoved:DeleteMarkerCreated", marker)
        return {"VersionId": marker.version_id, "DeleteMarker": True}
    if latest is not None:
        objects.remove(ctx, bucket, latest)
        emit(ctx, bucket, "ObjectRemoved:Delete", latest)
    return {}


def mark_deleted(ctx: Context, bucket: Bucket, key: str) -> Version:
    """Put a delete marker in front of the versions of a key."""
    serial = ctx.serial()
    version_id = objects.new_version_id(ctx, bucket, serial)
    marker = Version(key, version_id, serial, ctx.now_ms, bucket.owner, delete_marker=True)
    objects.add(ctx, bucket, marker)
    return marker


def delete_objects(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    bucket, wanted = bucket_in(ctx, request), request["Delete"]
    entries = wanted.get("Objects") or []
    if not 1 <= len(entries) <= limits.OBJECTS_PER_DELETE_MAX:
        raise MalformedXML()
    bypass = bool(request.get("BypassGovernanceRetention"))
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for entry in entries:
        key, version_id = entry["Key"], entry.get("VersionId")
        named = {"Key": key, **({"VersionId": version_id} if version_id else {})}
        try:
            answer = remove(ctx, bucket, key, version_id or None, entry.get("ETag"), bypass=bypass)
        except AwsError as error:
            errors.append({**named, "Code": error.code, "Message": error.message})
            continue
        marked = {"DeleteMarker": True, "DeleteMarkerVersionId": answer.get("VersionId")}
        deleted.append({**named, **(marked if answer.get("DeleteMarker") else {})})
    outcome: dict[str, Any] = {}
    if deleted and not wanted.get("Quiet"):
        outcome["Deleted"] = deleted
    if errors:
        outcome["Errors"] = errors
    return outcome

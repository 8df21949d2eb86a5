"""Listings of keys and of versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3.errors import InvalidArgument
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.finding import bucket_in, owner_of
from cloudchamber.services.s3.records import OBJECTS, OLDER
from cloudchamber.services.s3.records.objects import serial_in, version_of
from cloudchamber.services.s3.rules.listing import Page, encoded, key_of, page, page_size, token_of

_ENCODED = ("Delimiter", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter")


def list_objects_v2(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""
    bucket, token = bucket_in(ctx, request), request.get("ContinuationToken")
    if token == "":
        text = "The continuation token provided is incorrect"
        raise InvalidArgument(text, ArgumentName="continuation-token")
    start = request.get("StartAfter") or ""
    count_max = page_size(request.get("MaxKeys"), "maxKeys")
    found = _page_of_objects(ctx, bucket, request, key_of(token) if token else start, count_max)
    answer = _listed(request, bucket, found, count_max, owner=bool(request.get("FetchOwner")))
    answer["KeyCount"] = found.count
    if token:
        answer["ContinuationToken"] = token
    if start:
        answer["StartAfter"] = start
    if found.truncated:
        answer["NextContinuationToken"] = token_of(found.last_key)
    return encoded(answer, request.get("EncodingType"), _ENCODED)


def list_objects(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html"""
    bucket, marker = bucket_in(ctx, request), request.get("Marker") or ""
    count_max = page_size(request.get("MaxKeys"), "maxKeys")
    found = _page_of_objects(ctx, bucket, request, marker, count_max)
    answer = _listed(request, bucket, found, count_max, owner=True)
    answer["Marker"] = marker
    if found.truncated and request.get("Delimiter"):
        answer["NextMarker"] = found.last_key
    return encoded(answer, request.get("EncodingType"), _ENCODED)


def _page_of_objects(
    ctx: Context, bucket: Bucket, request: dict[str, Any], marker: str, count_max: int
) -> Page[Version]:
    prefix = request.get("Prefix") or ""

    def open_at(start: str | None) -> Iterator[tuple[str, Version]]:
        if start is not None or marker < prefix:
            rows = OBJECTS.scan(ctx, bucket.name, since=(start if start is not None else prefix,))
        else:
            rows = OBJECTS.scan(ctx, bucket.name, behind=(marker,))
        return ((version.key, version) for _, version in rows if not version.delete_marker)

    delimiter = request.get("Delimiter") or ""
    return page(open_at, prefix=prefix, delimiter=delimiter, marker=marker, count_max=count_max)


def _listed(
    request: dict[str, Any], bucket: Bucket, found: Page[Version], count_max: int, *, owner: bool
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": request.get("Prefix") or "",
        "MaxKeys": count_max,
        "IsTruncated": found.truncated,
    }
    if request.get("Delimiter"):
        answer["Delimiter"] = request["Delimiter"]
    if found.items:
        answer["Contents"] = [_object_entry(version, owner=owner) for version in found.items]
    if found.prefixes:
        answer["CommonPrefixes"] = [{"Prefix": prefix} for prefix in found.prefixes]
    return answer


def _object_entry(version: Version, *, owner: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Key": version.key,
        "LastModified": version.modified_at_ms // 1000,
        "ETag": f'"{version.etag}"',
        "Size": version.bytes,
        "StorageClass": version.storage_class,
    }
    if version.checksums:
        entry["ChecksumAlgorithm"] = list(version.checksums)
        entry["ChecksumType"] = version.checksum_type
    if owner:
        entry["Owner"] = owner_of(version.owner)
    return entry


def list_object_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
    bucket = bucket_in(ctx, request)
    marker, version_marker = request.get("KeyMarker") or "", request.get("VersionIdMarker") or ""
    if version_marker and not marker:
        text = "A version-id marker cannot be specified without a key marker."
        raise InvalidArgument(text, ArgumentName="version-id-marker", ArgumentValue=version_marker)
    count_max = page_size(request.get("MaxKeys"), "maxKeys")
    prefix, delimiter = request.get("Prefix") or "", request.get("Delimiter") or ""

    def open_at(start: str | None) -> Iterator[tuple[str, tuple[Version, bool]]]:
        if start is None and version_marker and marker >= prefix:
            yield from _older_than(ctx, bucket, marker, version_marker)
        yield from _all_versions(ctx, bucket, prefix, marker, start)

    found = page(open_at, prefix=prefix, delimiter=delimiter, marker=marker, count_max=count_max)
    answer = _versions_listed(request, bucket, found, count_max)
    return encoded(answer, request.get("EncodingType"), _ENCODED)


def _all_versions(
    ctx: Context, bucket: Bucket, prefix: str, marker: str, start: str | None
) -> Iterator[tuple[str, tuple[Version, bool]]]:
    if start is not None or marker < prefix:
        rows = OBJECTS.scan(ctx, bucket.name, since=(start if start is not None else prefix,))
    else:
        rows = OBJECTS.scan(ctx, bucket.name, behind=(marker,))
    for _, latest in rows:
        yield latest.key, (latest, True)
        for _, version in OLDER.scan(ctx, bucket.name, latest.key) if bucket.versioning else ():
            yield version.key, (version, False)


def _older_than(
    ctx: Context, bucket: Bucket, key: str, version_id: str
) -> Iterator[tuple[str, tuple[Version, bool]]]:
    """The versions of one key behind the one a page ended with, though it may be gone by now."""
    version = version_of(ctx, bucket, key, version_id)
    serial = version.serial if version else serial_in(version_id)
    if serial is None:
        text = "Invalid version id specified"
        raise InvalidArgument(text, ArgumentName="version-id-marker", ArgumentValue=version_id)
    for _, older in OLDER.scan(ctx, bucket.name, key, behind=(-serial,)):
        yield key, (older, False)


def _versions_listed(
    request: dict[str, Any], bucket: Bucket, found: Page[tuple[Version, bool]], count_max: int
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": request.get("Prefix") or "",
        "KeyMarker": request.get("KeyMarker") or "",
        "VersionIdMarker": request.get("VersionIdMarker") or "",
        "MaxKeys": count_max,
        "IsTruncated": found.truncated,
    }
    if request.get("Delimiter"):
        answer["Delimiter"] = request["Delimiter"]
    if found.truncated:
        answer["NextKeyMarker"] = found.last_key
        if found.last_item:
            answer["NextVersionIdMarker"] = found.last_item[0].version_id
    lists: dict[str, list[dict[str, Any]]] = {"Versions": [], "DeleteMarkers": []}
    for version, latest in found.items:
        entry = _object_entry(version, owner=True)
        entry |= {"VersionId": version.version_id, "IsLatest": latest}
        if version.delete_marker:
            kept = ("Key", "LastModified", "Owner", "VersionId", "IsLatest")
            lists["DeleteMarkers"].append({name: entry[name] for name in kept})
        else:
            lists["Versions"].append(entry)
    answer |= {name: entries for name, entries in lists.items() if entries}
    if found.prefixes:
        answer["CommonPrefixes"] = [{"Prefix": prefix} for prefix in found.prefixes]
    return answer

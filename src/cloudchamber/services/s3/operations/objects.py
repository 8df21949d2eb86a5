"""Objects: put, get, head, and what is known about them."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import EntityTooLarge, InvalidArgument, InvalidPartNumber, InvalidRequest
from cloudchamber.services.s3.model import Bucket, Part, Version
from cloudchamber.services.s3.operations.drafts import check_readable, draft_of
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.finding import bucket_in, shown_version_id, version_in
from cloudchamber.services.s3.records import bodies, objects
from cloudchamber.services.s3.rules import checksums, ranges
from cloudchamber.services.s3.rules.conditions import check_read, check_write
from cloudchamber.services.s3.rules.names import check_key

_OVERRIDES = {
    "ResponseCacheControl": "CacheControl",
    "ResponseContentDisposition": "ContentDisposition",
    "ResponseContentEncoding": "ContentEncoding",
    "ResponseContentLanguage": "ContentLanguage",
    "ResponseContentType": "ContentType",
    "ResponseExpires": "Expires",
}
# Reading the body again for a checksum nobody stored is bearable up to here.
_CHECKSUM_MADE_BYTES_MAX = 1024 * 1024


def put_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""
    return add_object(ctx, request, "ObjectCreated:Put")


def add_object(ctx: Context, request: dict[str, Any], event: str) -> dict[str, Any]:
    """Make an object of a request's body, and tell of it as `event`."""
    bucket, key = bucket_in(ctx, request), request["Key"]
    check_key(key)
    body = as_bytes(request.get("Body"))
    if len(body) > limits.PUT_BYTES_MAX:
        raise EntityTooLarge(ProposedSize=len(body), MaxSizeAllowed=limits.PUT_BYTES_MAX)
    if request.get("IfNoneMatch") is not None or request.get("IfMatch") is not None:
        check_write(request, objects.latest_of(ctx, bucket, key), key)
    found = checksums.of_body(request, body)
    version = msgspec.structs.replace(
        draft_of(ctx, bucket, request),
        bytes=len(body),
        etag=hashlib.md5(body, usedforsecurity=False).hexdigest(),
        segments=bodies.keep(ctx, bucket.name, body),
        checksums=found,
        checksum_type=checksums.FULL_OBJECT if found else "",
    )
    version = add(ctx, bucket, version, event)
    return put_answer(bucket, version) | {"ETag": f'"{version.etag}"'}


def as_bytes(body: Any) -> bytes:
    """A body as callers in process give it: bytes, a text, or nothing."""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if body is not None else b""


def add(ctx: Context, bucket: Bucket, draft: Version, event: str) -> Version:
    """A draft becomes the latest version of its key, and whoever is to be told is told."""
    serial = ctx.serial()
    version = msgspec.structs.replace(
        draft,
        serial=serial,
        version_id=objects.new_version_id(ctx, bucket, serial),
        modified_at_ms=ctx.now_ms,
    )
    objects.add(ctx, bucket, version)
    emit(ctx, bucket, event, version)
    return version


def put_answer(bucket: Bucket, version: Version) -> dict[str, Any]:
    """What every way to make an object answers."""
    answer: dict[str, Any] = {**version.encryption}
    answer |= checksums.members(version.checksums, version.checksum_type)
    if bucket.versioning == "Enabled":
        answer["VersionId"] = version.version_id
    return answer


def get_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""
    bucket, version, answer, (start, count) = _read(ctx, request)
    answer["Body"] = bodies.read(ctx, bucket.name, version.segments, start, count)
    return answer


def head_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""
    return _read(ctx, request)[2]


def _read(ctx: Context, request: dict[str, Any]) -> tuple[Bucket, Version, dict[str, Any], tuple[int, int]]:
    """The version a read means, what is said about it, and which of its bytes."""
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    check_readable(request, version.encryption)
    check_read(request, version)
    number, header = request.get("PartNumber"), request.get("Range")
    if number is not None and header is not None:
        raise InvalidRequest("Cannot specify both Range header and partNumber query parameter")
    answer = _described(ctx, bucket, version)
    span, found, kind = ranges.wanted(header, version.bytes), version.checksums, version.checksum_type
    if number is not None:
        span, part = _span_of_part(version, number)
        if version.parts:
            answer["PartsCount"] = len(version.parts)
            found = part.checksums if part else {}
    elif span is not None:
        found = {}
    start, count = span or (0, version.bytes)
    answer["ContentLength"] = count
    if span is not None and version.bytes:
        answer["ContentRange"] = f"bytes {start}-{start + count - 1}/{version.bytes}"
    if request.get("ChecksumMode") == "ENABLED" and (span is None or found):
        found = found or checksum_made(ctx, bucket, version)
        answer |= checksums.members(found, kind or checksums.FULL_OBJECT)
    for override, name in _OVERRIDES.items():
        value = request.get(override)
        if value is not None:
            answer[name] = value
    return bucket, version, answer, (start, count)


def _span_of_part(version: Version, number: int) -> tuple[tuple[int, int], Part | None]:
    if not 1 <= number <= limits.PART_NUMBER_MAX:
        raise InvalidArgument(
            "Part number must be an integer between 1 and 10000, inclusive",
            ArgumentName="partNumber",
            ArgumentValue=number,
        )
    if not version.parts and number == 1:
        return (0, version.bytes), None
    start = 0
    for part in version.parts:
        if part.number == number:
            return (start, part.bytes), part
        start += part.bytes
    raise InvalidPartNumber(ActualPartCount=max(len(version.parts), 1), PartNumberRequested=number)


def checksum_made(ctx: Context, bucket: Bucket, version: Version) -> dict[str, str]:
    """S3 makes a CRC-64/NVME of every object that came without a checksum; here it is made when it is asked for.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
    """
    if version.checksums or version.bytes > _CHECKSUM_MADE_BYTES_MAX:
        return version.checksums
    body = bodies.read(ctx, bucket.name, version.segments, 0, version.bytes)
    assert isinstance(body, bytes)
    return {"CRC64NVME": checksums.checksum("CRC64NVME", body)}


def _described(ctx: Context, bucket: Bucket, version: Version) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "AcceptRanges": "bytes",
        "LastModified": version.modified_at_ms // 1000,
        "ETag": f'"{version.etag}"',
        "Metadata": version.metadata,
        **version.headers,
        **version.encryption,
    }
    version_id = shown_version_id(bucket, version)
    if version_id:
        answer["VersionId"] = version_id
    if version.storage_class != "STANDARD":
        answer["StorageClass"] = version.storage_class
    if version.tags:
        answer["TagCount"] = len(version.tags)
    if version.lock_mode:
        answer["ObjectLockMode"] = version.lock_mode
        answer["ObjectLockRetainUntilDate"] = version.retain_until_ms / 1000
    if version.legal_hold:
        answer["ObjectLockLegalHoldStatus"] = version.legal_hold
    return answer


def get_object_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html"""
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    check_readable(request, version.encryption)
    answer: dict[str, Any] = {"LastModified": version.modified_at_ms // 1000}
    if bucket.versioning:
        answer["VersionId"] = version.version_id
    wanted = set(request["ObjectAttributes"])
    if "ETag" in wanted:
        answer["ETag"] = version.etag
    if "ObjectSize" in wanted:
        answer["ObjectSize"] = version.bytes
    if "StorageClass" in wanted:
        answer["StorageClass"] = version.storage_class
    if "Checksum" in wanted:
        found = checksum_made(ctx, bucket, version)
        answer["Checksum"] = checksums.members(found, version.checksum_type or checksums.FULL_OBJECT)
    if "ObjectParts" in wanted and version.parts:
        answer["ObjectParts"] = _parts_described(request, version)
    return answer


def _parts_described(request: dict[str, Any], version: Version) -> dict[str, Any]:
    marker = int(request.get("PartNumberMarker") or 0)
    count_max = min(request.get("MaxParts") or limits.PARTS_PER_PAGE_MAX, limits.PARTS_PER_PAGE_MAX)
    answer: dict[str, Any] = {"TotalPartsCount": len(version.parts)}
    if not all(part.checksums for part in version.parts):  # without checksums AWS gives the count alone
        return answer
    behind = [part for part in version.parts if part.number > marker]
    shown = behind[:count_max]
    return answer | {
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": count_max,
        "IsTruncated": len(behind) > len(shown),
        "Parts": [
            {"PartNumber": part.number, "Size": part.bytes, **checksums.members(part.checksums)}
            for part in shown
        ],
    }

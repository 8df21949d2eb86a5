"""Multipart uploads: create, abort, list; what they hold; how they become objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import (
    BadDigest,
    EntityTooSmall,
    InvalidPart,
    InvalidPartOrder,
    InvalidRequest,
    MalformedXML,
    NoSuchUpload,
)
from cloudchamber.services.s3.model import Bucket, Completed, Part, Upload, Version
from cloudchamber.services.s3.operations.drafts import draft_of
from cloudchamber.services.s3.operations.finding import bucket_in, owner_of
from cloudchamber.services.s3.operations.objects import add, put_answer
from cloudchamber.services.s3.records import COMPLETED, PARTS, UPLOADS, bodies, objects
from cloudchamber.services.s3.rules import checksums
from cloudchamber.services.s3.rules.conditions import check_write
from cloudchamber.services.s3.rules.listing import encoded, page, page_size
from cloudchamber.services.s3.rules.names import check_key


def create_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"""
    bucket, key = bucket_in(ctx, request), request["Key"]
    check_key(key)
    algorithm = request.get("ChecksumAlgorithm") or ""
    if request.get("ChecksumType") and not algorithm:
        raise InvalidRequest(
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
        )
    kind = checksums.type_of_upload(algorithm, request.get("ChecksumType"))
    identifier = f"{ctx.serial():012x}{ctx.ids.text(52)}"
    upload = Upload(identifier, key, ctx.now_ms, draft_of(ctx, bucket, request), algorithm, kind)
    UPLOADS.put(ctx, upload, bucket.name, key, identifier)
    answer: dict[str, Any] = {"Bucket": bucket.name, "Key": key, "UploadId": identifier}
    if algorithm:
        answer |= {"ChecksumAlgorithm": algorithm, "ChecksumType": kind}
    return answer | upload.draft.encryption


def upload_in(ctx: Context, request: dict[str, Any]) -> tuple[Bucket, Upload]:
    """The upload a request means. Raises NoSuchUpload."""
    bucket = bucket_in(ctx, request)
    upload = UPLOADS.get(ctx, bucket.name, request["Key"], request["UploadId"])
    if upload is None:
        raise NoSuchUpload(UploadId=request["UploadId"])
    return bucket, upload


def abort_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html"""
    bucket, upload = upload_in(ctx, request)
    forget(ctx, bucket, upload, kept=())
    return {}


def forget(ctx: Context, bucket: Bucket, upload: Upload, kept: tuple[Part, ...]) -> None:
    """An upload ends; the bodies of its parts go, but for those that became an object."""
    numbers = {part.number for part in kept}
    for part in PARTS.values(ctx, bucket.name, upload.id):
        if part.number not in numbers:
            bodies.forget(ctx, bucket.name, part.segments)
    PARTS.delete_all(ctx, bucket.name, upload.id)
    UPLOADS.delete(ctx, bucket.name, upload.key, upload.id)


def complete_multipart_upload(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html

    The same request again is answered as it was the first time: its answer may have been lost on the way.
    """
    repeated = _completed_before(ctx, request)
    if repeated:
        return repeated
    bucket, upload = upload_in(ctx, request)
    check_write(request, objects.latest_of(ctx, bucket, upload.key), upload.key)
    stated = (request.get("MultipartUpload") or {}).get("Parts") or []
    if not stated:
        raise MalformedXML()
    parts = _chosen(ctx, bucket, upload, stated)
    size = sum(part.bytes for part in parts)
    if request.get("MpuObjectSize") not in (None, size):
        raise InvalidRequest(
            f"The provided 'x-amz-mp-object-size' header value {request['MpuObjectSize']} "
            f"does not match what was computed: {size}"
        )
    version = _assembled(request, upload, parts, size)
    forget(ctx, bucket, upload, kept=parts)
    version = add(ctx, bucket, version, "ObjectCreated:CompleteMultipartUpload")
    answer = {
        "Location": f"{ctx.base_url}/{bucket.name}/{upload.key}",
        "Bucket": bucket.name,
        "Key": upload.key,
        "ETag": f'"{version.etag}"',
        **put_answer(bucket, version),
    }
    _remember(ctx, bucket, upload.id, Completed(upload.key, ctx.now_ms, _listed(request), answer))
    return answer


def _listed(request: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    stated = (request.get("MultipartUpload") or {}).get("Parts") or []
    return tuple((entry.get("PartNumber") or 0, (entry.get("ETag") or "").strip('"')) for entry in stated)


def _completed_before(ctx: Context, request: dict[str, Any]) -> dict[str, Any] | None:
    before = COMPLETED.get(ctx, bucket_in(ctx, request).name, request["UploadId"])
    if before is None or before.at_ms + limits.COMPLETED_KEPT_MS < ctx.now_ms:
        return None
    return before.answer if (before.key, before.parts) == (request["Key"], _listed(request)) else None


def _remember(ctx: Context, bucket: Bucket, identifier: str, completed: Completed) -> None:
    """Keep what was answered, and forget a few answers whose time is over."""
    for (name, old), held in list(COMPLETED.scan(ctx, bucket.name, limit=2)):
        if held.at_ms + limits.COMPLETED_KEPT_MS < ctx.now_ms:
            COMPLETED.delete(ctx, name, old)
    COMPLETED.put(ctx, completed, bucket.name, identifier)


def _chosen(ctx: Context, bucket: Bucket, upload: Upload, stated: list[dict[str, Any]]) -> tuple[Part, ...]:
    """The parts a Complete request lists, held against what was uploaded."""
    numbers = [entry.get("PartNumber") or 0 for entry in stated]
    if any(after <= before for before, after in itertools.pairwise(numbers)):
        raise InvalidPartOrder(UploadId=upload.id)
    parts: list[Part] = []
    for number, entry in zip(numbers, stated, strict=True):
        part = PARTS.get(ctx, bucket.name, upload.id, number)
        etag = (entry.get("ETag") or "").strip('"')
        if part is None or part.etag != etag or _contradicts(part, entry):
            raise InvalidPart(UploadId=upload.id, PartNumber=number, ETag=etag)
        _check_stated(upload, number, entry)
        parts.append(part)
    for part in parts[:-1]:
        if part.bytes < limits.PART_BYTES_MIN:
            raise EntityTooSmall(
                ProposedSize=part.bytes,
                MinSizeAllowed=limits.PART_BYTES_MIN,
                PartNumber=part.number,
                ETag=part.etag,
            )
    return tuple(parts)


def _contradicts(part: Part, entry: dict[str, Any]) -> bool:
    return any(entry.get("Checksum" + name) not in (None, value) for name, value in part.checksums.items())


def _check_stated(upload: Upload, number: int, entry: dict[str, Any]) -> None:
    algorithm = upload.checksum_algorithm
    if upload.checksum_type == checksums.COMPOSITE and not entry.get("Checksum" + algorithm):
        raise InvalidRequest(
            f"The upload was created using a {algorithm.lower()} checksum. The complete request must include the "
            f"checksum for each part. It was missing for part {number} in the request."
        )


def _assembled(request: dict[str, Any], upload: Upload, parts: tuple[Part, ...], size: int) -> Version:
    digests = b"".join([bytes.fromhex(part.etag) for part in parts])
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
    algorithm, kind = upload.checksum_algorithm, upload.checksum_type
    value = checksums.of_parts(algorithm, kind, parts)
    stated = request.get("Checksum" + algorithm) if algorithm else None
    if stated and stated.partition("-")[0] != value.partition("-")[0]:
        raise BadDigest(f"The {algorithm.lower()} you specified did not match the calculated checksum.")
    if request.get("ChecksumType") not in (None, kind):
        raise InvalidRequest(
            f"The upload was created using the {kind or 'null'} checksum mode. "
            "The complete request must use the same checksum mode."
        )
    return msgspec.structs.replace(
        upload.draft,
        bytes=size,
        etag=etag,
        segments=tuple(segment for part in parts for segment in part.segments),
        parts=tuple(msgspec.structs.replace(part, segments=()) for part in parts),
        checksums={algorithm: value} if value else {},
        checksum_type=kind if value else "",
    )


def list_multipart_uploads(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html"""
    bucket = bucket_in(ctx, request)
    marker, id_marker = request.get("KeyMarker") or "", request.get("UploadIdMarker") or ""
    prefix, delimiter = request.get("Prefix") or "", request.get("Delimiter") or ""
    count_max = page_size(request.get("MaxUploads"), "max-uploads")

    def open_at(start: str | None) -> Iterator[tuple[str, Upload]]:
        if start is not None or marker < prefix:
            rows = UPLOADS.scan(ctx, bucket.name, since=(start if start is not None else prefix,))
        else:
            rows = UPLOADS.scan(ctx, bucket.name, behind=(marker, id_marker) if id_marker else (marker,))
        return ((upload.key, upload) for _, upload in rows)

    found = page(open_at, prefix=prefix, delimiter=delimiter, marker=marker, count_max=count_max)
    answer: dict[str, Any] = {
        "Bucket": bucket.name,
        "KeyMarker": marker,
        "UploadIdMarker": id_marker,
        "Prefix": prefix,
        "MaxUploads": count_max,
        "IsTruncated": found.truncated,
    }
    if delimiter:
        answer["Delimiter"] = delimiter
    if found.truncated:
        answer["NextKeyMarker"] = found.last_key
        answer["NextUploadIdMarker"] = found.last_item.id if found.last_item else ""
    if found.items:
        answer["Uploads"] = [_upload_entry(upload) for upload in found.items]
    if found.prefixes:
        answer["CommonPrefixes"] = [{"Prefix": rolled} for rolled in found.prefixes]
    return encoded(answer, request.get("EncodingType"), ("Delimiter", "KeyMarker", "NextKeyMarker", "Prefix"))


def _upload_entry(upload: Upload) -> dict[str, Any]:
    return {
        "UploadId": upload.id,
        "Key": upload.key,
        "Initiated": upload.initiated_at_ms // 1000,
        **_who(upload),
    }


def _who(upload: Upload) -> dict[str, Any]:
    owner = owner_of(upload.draft.owner)
    shown: dict[str, Any] = {
        "StorageClass": upload.draft.storage_class,
        "Owner": owner,
        "Initiator": owner,
    }
    if upload.checksum_algorithm:
        shown["ChecksumAlgorithm"] = upload.checksum_algorithm
        shown["ChecksumType"] = upload.checksum_type
    return shown


def list_parts(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html"""
    bucket, upload = upload_in(ctx, request)
    marker = int(request.get("PartNumberMarker") or 0)
    count_max = page_size(request.get("MaxParts"), "max-parts")
    rows = PARTS.scan(ctx, bucket.name, upload.id, behind=(marker,), limit=count_max + 1)
    found = [part for _, part in rows]
    shown = found[:count_max]
    return {
        "Bucket": bucket.name,
        "Key": upload.key,
        "UploadId": upload.id,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": count_max,
        "IsTruncated": bool(count_max) and len(found) > count_max,
        "Parts": [_part_entry(part) for part in shown],
        **_who(upload),
    }


def _part_entry(part: Part) -> dict[str, Any]:
    return {
        "PartNumber": part.number,
        "LastModified": part.modified_at_ms // 1000,
        "ETag": f'"{part.etag}"',
        "Size": part.bytes,
        **checksums.members(part.checksums),
    }

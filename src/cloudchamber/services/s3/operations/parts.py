"""Parts of multipart uploads: sent, or copied from an object."""

from __future__ import annotations

import hashlib
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import EntityTooLarge, InvalidArgument, InvalidRequest
from cloudchamber.services.s3.model import Bucket, Part, Upload
from cloudchamber.services.s3.operations.copies import as_read, source_in
from cloudchamber.services.s3.operations.drafts import check_readable
from cloudchamber.services.s3.operations.objects import as_bytes
from cloudchamber.services.s3.operations.uploads import upload_in
from cloudchamber.services.s3.records import PARTS, bodies
from cloudchamber.services.s3.rules import checksums, ranges


def upload_part(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html"""
    _check_number(request["PartNumber"])
    bucket, upload = upload_in(ctx, request)
    check_readable(request, upload.draft.encryption)
    body = as_bytes(request.get("Body"))
    if len(body) > limits.PART_BYTES_MAX:
        raise EntityTooLarge(ProposedSize=len(body), MaxSizeAllowed=limits.PART_BYTES_MAX)
    found = checksums.of_body(request, body, upload.checksum_algorithm)
    expected = upload.checksum_algorithm
    if expected and expected not in found:
        actual = next(iter(found), "null").lower()
        raise InvalidRequest(
            f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, actual checksum Type: {actual}"
        )
    part = _keep(ctx, bucket, upload, request["PartNumber"], body, found)
    return {"ETag": f'"{part.etag}"', **checksums.members(found), **upload.draft.encryption}


def upload_part_copy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"""
    _check_number(request["PartNumber"])
    bucket, upload = upload_in(ctx, request)
    source_bucket, source, _ = source_in(ctx, request)
    start, count = ranges.wanted_of_copy(request.get("CopySourceRange"), source.bytes)
    body = as_read(bodies.read(ctx, source_bucket.name, source.segments, start, count))
    found = checksums.of_body({}, body, upload.checksum_algorithm)
    part = _keep(ctx, bucket, upload, request["PartNumber"], body, found)
    result = {"ETag": f'"{part.etag}"', "LastModified": part.modified_at_ms // 1000}
    answer: dict[str, Any] = {"CopyPartResult": result | checksums.members(found)}
    if source_bucket.versioning:
        answer["CopySourceVersionId"] = source.version_id
    return answer | upload.draft.encryption


def _check_number(number: int) -> None:
    if not 1 <= number <= limits.PART_NUMBER_MAX:
        raise InvalidArgument(
            "Part number must be an integer between 1 and 10000, inclusive",
            ArgumentName="partNumber",
            ArgumentValue=number,
        )


def _keep(
    ctx: Context, bucket: Bucket, upload: Upload, number: int, body: bytes, found: dict[str, str]
) -> Part:
    """A part takes the place of an earlier one of its number."""
    earlier = PARTS.get(ctx, bucket.name, upload.id, number)
    if earlier:
        bodies.forget(ctx, bucket.name, earlier.segments)
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    part = Part(number, len(body), etag, ctx.now_ms, found, bodies.keep(ctx, bucket.name, body))
    PARTS.put(ctx, part, bucket.name, upload.id, number)
    return part

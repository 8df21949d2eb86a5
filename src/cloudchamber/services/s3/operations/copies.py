"""Copies of objects, and of pieces of them into parts.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import InvalidArgument, InvalidRequest
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.drafts import HEADERS, check_readable, draft_of
from cloudchamber.services.s3.operations.finding import bucket_in, bucket_named, version_in
from cloudchamber.services.s3.operations.objects import add, put_answer
from cloudchamber.services.s3.records import bodies, objects
from cloudchamber.services.s3.rules import checksums
from cloudchamber.services.s3.rules.conditions import check_copy_source, check_write
from cloudchamber.services.s3.rules.names import check_key

_CHANGES = ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption", "SSECustomerAlgorithm")


def copy_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    bucket, key = bucket_in(ctx, request), request["Key"]
    check_key(key)
    source_bucket, source, named = source_in(ctx, request)
    check_write(request, objects.latest_of(ctx, bucket, key), key)
    replaced = request.get("MetadataDirective") == "REPLACE"
    same = (source_bucket.name, source.key) == (bucket.name, key) and not named
    if same and not replaced and not any(request.get(name) for name in _CHANGES):
        raise InvalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
    if source.bytes > limits.COPY_BYTES_MAX:
        raise InvalidRequest(
            f"The specified copy source is larger than the maximum allowable size for a copy source: {limits.COPY_BYTES_MAX}"
        )
    draft = draft_of(ctx, bucket, request)
    if not replaced:
        kept = {name: value for name, value in source.headers.items() if name != "WebsiteRedirectLocation"}
        asked = {name: request[name] for name in HEADERS[-1:] if request.get(name)}
        draft = msgspec.structs.replace(draft, headers=kept | asked, metadata=source.metadata)
    if request.get("TaggingDirective") != "REPLACE":
        draft = msgspec.structs.replace(draft, tags=source.tags)
    version = add(
        ctx, bucket, _with_body(ctx, request, bucket, draft, source_bucket, source), "ObjectCreated:Copy"
    )
    return _answer(bucket, version, source_bucket, source)


def _with_body(
    ctx: Context,
    request: dict[str, Any],
    bucket: Bucket,
    draft: Version,
    source_bucket: Bucket,
    source: Version,
) -> Version:
    algorithm = request.get("ChecksumAlgorithm") or next(iter(source.checksums), "")
    found, etag = source.checksums, source.etag
    if source.parts or (algorithm and algorithm not in found):  # a copy is one whole, whatever its source was
        body = as_read(bodies.read(ctx, source_bucket.name, source.segments, 0, source.bytes))
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        found = {algorithm: checksums.checksum(algorithm, body)} if algorithm else {}
    return msgspec.structs.replace(
        draft,
        bytes=source.bytes,
        etag=etag,
        segments=bodies.copy(ctx, source_bucket.name, bucket.name, source.segments),
        checksums=found,
        checksum_type=checksums.FULL_OBJECT if found else "",
    )


def as_read(body: bytes | bodies.FileBody) -> bytes:
    """A whole body in memory."""
    return body if isinstance(body, bytes) else body.read()


def _answer(bucket: Bucket, version: Version, source_bucket: Bucket, source: Version) -> dict[str, Any]:
    answer = {name: value for name, value in put_answer(bucket, version).items() if "Checksum" not in name}
    if source_bucket.versioning:
        answer["CopySourceVersionId"] = source.version_id
    answer["CopyObjectResult"] = {
        "ETag": f'"{version.etag}"',
        "LastModified": version.modified_at_ms // 1000,
        **checksums.members(version.checksums, version.checksum_type),
    }
    return answer


def source_in(ctx: Context, request: dict[str, Any]) -> tuple[Bucket, Version, bool]:
    """The bucket and version that x-amz-copy-source means, and whether it names the version. Checks its conditions."""
    text = request["CopySource"]
    path, _, version_id = text.partition("?versionId=")
    name, slash, key = unquote(path).removeprefix("/").partition("/")
    if not (name and slash and key):
        raise InvalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            ArgumentName="x-amz-copy-source",
            ArgumentValue=text,
        )
    bucket = bucket_named(ctx, name, request.get("ExpectedSourceBucketOwner"))
    source = version_in(ctx, bucket, key, unquote(version_id) if version_id else None)
    check_readable(request, source.encryption, "CopySource")
    check_copy_source(request, source)
    return bucket, source, bool(version_id)

"""What PutObject, CopyObject and CreateMultipartUpload say about an object besides its body."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import InvalidArgument, InvalidRequest, MetadataTooLarge
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.acls import check_acl_allowed, grants_in, ownership_of
from cloudchamber.services.s3.operations.locks import lock_in
from cloudchamber.services.s3.rules import tags as tag_rules

HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "WebsiteRedirectLocation",
)
_ENCRYPTION = (
    "ServerSideEncryption",
    "SSEKMSKeyId",
    "BucketKeyEnabled",
    "SSECustomerAlgorithm",
    "SSECustomerKeyMD5",
)
_CONTENT_TYPE_DEFAULT = "binary/octet-stream"
_ACL_MEMBERS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")


def draft_of(ctx: Context, bucket: Bucket, request: dict[str, Any]) -> Version:
    """The version a request would make, without body, id and instant."""
    key = request["Key"]
    metadata = {name.lower(): value for name, value in (request.get("Metadata") or {}).items()}
    _check_metadata(metadata)
    if any(request.get(name) for name in _ACL_MEMBERS):
        check_acl_allowed(request, ownership_of(ctx, bucket.name))
    mode, retain_until_ms, hold = lock_in(ctx, bucket, request)
    return Version(
        key,
        "",
        0,
        0,
        ctx.account,
        headers=headers_in(request),
        metadata=metadata,
        storage_class=request.get("StorageClass") or "STANDARD",
        tags=tag_rules.of_header(request.get("Tagging")),
        encryption=_encryption(bucket, request),
        lock_mode=mode,
        retain_until_ms=retain_until_ms,
        legal_hold=hold,
        grants=grants_in(request, ctx.account, bucket.owner),
    )


def headers_in(request: dict[str, Any]) -> dict[str, Any]:
    """The system-defined metadata of a request."""
    headers = {name: request[name] for name in HEADERS if request.get(name) is not None}
    headers.setdefault("ContentType", _CONTENT_TYPE_DEFAULT)
    encoding = headers.get("ContentEncoding")
    if encoding and "aws-chunked" in encoding:  # how the body came, not what it is
        kept = [part.strip() for part in encoding.split(",") if part.strip() not in ("aws-chunked", "")]
        headers["ContentEncoding"] = ",".join(kept)
        if not kept:
            del headers["ContentEncoding"]
    return headers


def _check_metadata(metadata: dict[str, str]) -> None:
    size = sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
    if size > limits.METADATA_BYTES_MAX:
        raise MetadataTooLarge(Size=size, MaxSizeAllowed=limits.METADATA_BYTES_MAX)


def _encryption(bucket: Bucket, request: dict[str, Any]) -> dict[str, Any]:
    """The encryption members to echo. https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html"""
    if request.get("SSECustomerAlgorithm") or request.get("SSECustomerKey"):
        check_customer_key(request)
        return {
            "SSECustomerAlgorithm": "AES256",
            "SSECustomerKeyMD5": _customer_key_md5(request),
        }
    asked: dict[str, Any] = {name: request[name] for name in _ENCRYPTION if request.get(name) is not None}
    if "ServerSideEncryption" not in asked:
        asked = {"ServerSideEncryption": bucket.encryption}
        if bucket.kms_key_id:
            asked["SSEKMSKeyId"] = bucket.kms_key_id
        if bucket.bucket_key:
            asked["BucketKeyEnabled"] = True
    if "SSEKMSKeyId" in asked and not asked["ServerSideEncryption"].startswith("aws:kms"):
        text = "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
        raise InvalidArgument(text, ArgumentName="x-amz-server-side-encryption")
    return asked


def check_customer_key(request: dict[str, Any], prefix: str = "") -> None:
    """Whether a customer's key is whole. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html"""
    if request.get(prefix + "SSECustomerAlgorithm") not in (None, "AES256"):
        text = "The encryption request you specified is not valid. Supported value: AES256."
        raise InvalidArgument(text, ArgumentName="x-amz-server-side-encryption-customer-algorithm")
    key = _key_bytes(request.get(prefix + "SSECustomerKey") or "")
    if len(key) != 32:
        raise InvalidArgument("The secret key was invalid for the specified algorithm.")
    stated = request.get(prefix + "SSECustomerKeyMD5")
    if stated is not None and stated != _customer_key_md5(request, prefix):
        raise InvalidArgument("The calculated MD5 hash of the key did not match the hash that was provided.")


def _key_bytes(key: str | bytes) -> bytes:
    raw = key.encode() if isinstance(key, str) else key
    if len(raw) == 32:  # given in process, before a client would encode it
        return raw
    try:
        return b64decode(raw)
    except ValueError:
        return b""


def _customer_key_md5(request: dict[str, Any], prefix: str = "") -> str:
    key = _key_bytes(request.get(prefix + "SSECustomerKey") or "")
    return b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()


def check_readable(request: dict[str, Any], encryption: dict[str, Any], prefix: str = "") -> None:
    """A body under a customer's key is read with that key, and no other body is. Raises InvalidRequest."""
    given = request.get(prefix + "SSECustomerKey")
    kept = encryption.get("SSECustomerKeyMD5")
    if kept is None:
        if given:
            raise InvalidRequest("The encryption parameters are not applicable to this object.")
        return
    if not given:
        raise InvalidRequest(
            "The object was stored using a form of Server Side Encryption. "
            "The correct parameters must be provided to retrieve the object."
        )
    check_customer_key(request, prefix)
    if _customer_key_md5(request, prefix) != kept:
        raise InvalidRequest(
            "The provided encryption parameters did not match the ones used originally.", status=403
        )

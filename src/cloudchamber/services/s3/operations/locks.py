"""Object Lock: retention, legal holds, and what they forbid.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3.errors import (
    AccessDenied,
    InvalidArgument,
    InvalidBucketState,
    InvalidRequest,
    MalformedXML,
    NoSuchObjectLockConfiguration,
    ObjectLockConfigurationNotFoundError,
)
from cloudchamber.services.s3.model import Bucket, Configuration, Version
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.finding import bucket_in, version_in
from cloudchamber.services.s3.records import BUCKETS, CONFIGURATIONS, objects

_DAY_MS = 86_400_000
_NO_LOCK = "Bucket is missing Object Lock Configuration"


def lock_in(ctx: Context, bucket: Bucket, request: dict[str, Any]) -> tuple[str, int, str]:
    """Mode, end of retention and legal hold of a new version: what the request says, else the bucket's default."""
    mode, until = request.get("ObjectLockMode"), request.get("ObjectLockRetainUntilDate")
    hold = request.get("ObjectLockLegalHoldStatus") or ""
    if not bucket.lock_enabled:
        if mode or until or hold:
            raise InvalidRequest(_NO_LOCK)
        return "", 0, ""
    if bool(mode) != bool(until):
        text = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
        raise InvalidArgument(text)
    if mode and until:
        _check_future(ctx, until)
        return mode, int(until * 1000), hold
    kept = CONFIGURATIONS.get(ctx, bucket.name, "object_lock")
    default = ((kept.value.get("Rule") or {}).get("DefaultRetention") or {}) if kept else {}
    if not default:
        return "", 0, hold
    days = default.get("Days") or default.get("Years", 0) * 365
    return default["Mode"], ctx.now_ms + days * _DAY_MS, hold


def _check_future(ctx: Context, until: float) -> None:
    if until * 1000 <= ctx.now_ms:
        raise InvalidArgument("The retain until date must be in the future!")


def check_removable(ctx: Context, version: Version, *, bypass: bool) -> None:
    """Whether a version may be removed for ever. Raises AccessDenied."""
    kept = version.retain_until_ms > ctx.now_ms and not (version.lock_mode == "GOVERNANCE" and bypass)
    if kept or version.legal_hold == "ON":
        raise AccessDenied("Access Denied because object protected by object lock.")


def get_object_lock_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html"""
    bucket = bucket_in(ctx, request)
    kept = CONFIGURATIONS.get(ctx, bucket.name, "object_lock")
    if kept is None:
        raise ObjectLockConfigurationNotFoundError(BucketName=bucket.name)
    return {"ObjectLockConfiguration": kept.value}


def put_object_lock_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html"""
    bucket = bucket_in(ctx, request)
    value = request.get("ObjectLockConfiguration") or {}
    if value.get("ObjectLockEnabled") != "Enabled":
        raise MalformedXML()
    default = (value.get("Rule") or {}).get("DefaultRetention")
    if default is not None and (not default.get("Mode") or ("Days" in default) == ("Years" in default)):
        raise MalformedXML()
    if default and (default.get("Days") or default.get("Years") or 0) <= 0:
        raise InvalidArgument("Default retention period must be a positive integer value.")
    if bucket.versioning != "Enabled":
        raise InvalidBucketState(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        )
    CONFIGURATIONS.put(ctx, Configuration(value), bucket.name, "object_lock")
    BUCKETS.put(ctx, msgspec.structs.replace(bucket, lock_enabled=True), bucket.name)
    return {}


def _locked_version(ctx: Context, request: dict[str, Any]) -> tuple[Bucket, Version]:
    bucket = bucket_in(ctx, request)
    if not bucket.lock_enabled:
        raise InvalidRequest(_NO_LOCK)
    return bucket, version_in(ctx, bucket, request["Key"], request.get("VersionId"))


def get_object_retention(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    _, version = _locked_version(ctx, request)
    if not version.lock_mode:
        raise NoSuchObjectLockConfiguration()
    return {"Retention": {"Mode": version.lock_mode, "RetainUntilDate": version.retain_until_ms / 1000}}


def put_object_retention(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html"""
    bucket, version = _locked_version(ctx, request)
    retention = request.get("Retention") or {}
    mode, until = retention.get("Mode") or "", retention.get("RetainUntilDate")
    if bool(mode) != bool(until):
        raise MalformedXML()
    if until:
        _check_future(ctx, until)
    until_ms = int((until or 0) * 1000)
    shortened = until_ms < version.retain_until_ms or mode != version.lock_mode
    if version.retain_until_ms > ctx.now_ms and shortened:
        bypass = version.lock_mode == "GOVERNANCE" and request.get("BypassGovernanceRetention")
        stricter = until_ms >= version.retain_until_ms and mode == "COMPLIANCE"
        if not bypass and not stricter:
            raise AccessDenied("Access Denied because object protected by object lock.")
    changed = msgspec.structs.replace(version, lock_mode=mode, retain_until_ms=until_ms)
    objects.replace(ctx, bucket, changed)
    emit(ctx, bucket, "ObjectRetention:Put", changed)
    return {}


def get_object_legal_hold(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html"""
    _, version = _locked_version(ctx, request)
    if not version.legal_hold:
        raise NoSuchObjectLockConfiguration()
    return {"LegalHold": {"Status": version.legal_hold}}


def put_object_legal_hold(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html"""
    bucket, version = _locked_version(ctx, request)
    status = (request.get("LegalHold") or {}).get("Status")
    if status is None:
        raise MalformedXML()
    objects.replace(ctx, bucket, msgspec.structs.replace(version, legal_hold=status))
    return {}

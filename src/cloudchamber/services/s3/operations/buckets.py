"""Buckets: create, head, list, locate, delete."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import (
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidArgument,
    TooManyBuckets,
)
from cloudchamber.services.s3.model import Bucket, Configuration
from cloudchamber.services.s3.operations.acls import check_acl_allowed, grants_in
from cloudchamber.services.s3.operations.finding import bucket_in, owner_of
from cloudchamber.services.s3.records import (
    BODIES,
    BUCKETS,
    COMPLETED,
    CONFIGURATIONS,
    OBJECTS,
    OWNED,
    PARTS,
    UPLOADS,
    bodies,
)
from cloudchamber.services.s3.rules import tags as tag_rules
from cloudchamber.services.s3.rules.names import check_bucket_name, region_of

_OWNERSHIP_DEFAULT = "BucketOwnerEnforced"


def create_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    name, settings = request["Bucket"], request.get("CreateBucketConfiguration") or {}
    check_bucket_name(name)
    region = region_of(settings.get("LocationConstraint"), ctx.region)
    ownership = request.get("ObjectOwnership") or _OWNERSHIP_DEFAULT
    check_acl_allowed(request, ownership)
    existing = BUCKETS.get(ctx, name)
    if existing is None:
        _make(ctx, request, region, ownership, settings.get("Tags") or [])
    elif existing.owner != ctx.account:
        raise BucketAlreadyExists(BucketName=name)
    elif not (ctx.region == existing.region == region == "us-east-1"):
        raise BucketAlreadyOwnedByYou(BucketName=name)
    location = f"/{name}" if region == "us-east-1" else f"http://{name}.s3.amazonaws.com/"
    return {"Location": location, "BucketArn": f"arn:aws:s3:::{name}"}


def _make(
    ctx: Context, request: dict[str, Any], region: str, ownership: str, tag_set: list[dict[str, str]]
) -> None:
    name = request["Bucket"]
    if OWNED.count(ctx) >= limits.BUCKETS_MAX:
        raise TooManyBuckets()
    lock = bool(request.get("ObjectLockEnabledForBucket"))
    tags = tag_rules.of_set({"TagSet": tag_set}, count_max=limits.BUCKET_TAGS_MAX, noun="Bucket")
    bucket = Bucket(
        name, ctx.account, region, ctx.now_ms, versioning="Enabled" if lock else "", lock_enabled=lock
    )
    BUCKETS.put(ctx, bucket, name)
    OWNED.put(ctx, bucket.created_at_ms, name)
    kept: dict[str, dict[str, Any]] = {
        "ownership": {"Rules": [{"ObjectOwnership": ownership}]},
        "public_access_block": _BLOCKED,
    }
    if lock:
        kept["object_lock"] = {"ObjectLockEnabled": "Enabled"}
    if tags:
        kept["tags"] = {"TagSet": tag_rules.as_set(tags)}
    grants = grants_in(request, bucket.owner, bucket.owner)
    if grants:
        kept["acl"] = {"Grants": list(grants)}
    for kind, value in kept.items():
        CONFIGURATIONS.put(ctx, Configuration(value), name, kind)


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def head_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""
    bucket = bucket_in(ctx, request)
    return {
        "BucketRegion": bucket.region,
        "BucketArn": f"arn:aws:s3:::{bucket.name}",
        "AccessPointAlias": False,
    }


def get_bucket_location(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html"""
    region = bucket_in(ctx, request).region
    return {"LocationConstraint": None if region == "us-east-1" else region}


def list_buckets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""
    prefix, region = request.get("Prefix") or "", request.get("BucketRegion")
    count, paged = request.get("MaxBuckets") or limits.BUCKETS_PER_PAGE_MAX, "MaxBuckets" in request
    token = request.get("ContinuationToken")
    marker = _name_of(token) if token else ""
    answer: dict[str, Any] = {"Buckets": [], "Owner": owner_of(ctx.account)}
    if prefix:
        answer["Prefix"] = prefix
    for (name,), created_at_ms in OWNED.scan(ctx, behind=(marker,)):
        if not str(name).startswith(prefix):
            continue
        bucket = BUCKETS.get(ctx, name)
        if bucket is None or region not in (None, bucket.region):
            continue
        if len(answer["Buckets"]) == count:
            answer["ContinuationToken"] = _token_of(answer["Buckets"][-1]["Name"])
            break
        entry = {
            "Name": name,
            "CreationDate": created_at_ms // 1000,
            "BucketArn": f"arn:aws:s3:::{name}",
        }
        answer["Buckets"].append(entry | ({"BucketRegion": bucket.region} if paged or region else {}))
    return answer


def _token_of(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _name_of(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = "The continuation token provided is incorrect"
        raise InvalidArgument(text, ArgumentName="continuation-token") from None


def delete_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html"""
    bucket = bucket_in(ctx, request)
    name = bucket.name
    if next(OBJECTS.scan(ctx, name, limit=1), None):
        text = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        raise BucketNotEmpty(*([text] if bucket.versioning else []), BucketName=name)
    for part in PARTS.values(ctx, name):
        bodies.forget(ctx, name, part.segments)
    for collection in (CONFIGURATIONS, UPLOADS, PARTS, COMPLETED, BODIES):
        collection.delete_all(ctx, name)
    OWNED.delete(ctx.elsewhere(account=bucket.owner), name)
    BUCKETS.delete(ctx, name)
    return {}


def changed(ctx: Context, bucket: Bucket, **fields: Any) -> Bucket:
    """The bucket with some fields changed, and written."""
    new = msgspec.structs.replace(bucket, **fields)
    BUCKETS.put(ctx, new, bucket.name)
    return new

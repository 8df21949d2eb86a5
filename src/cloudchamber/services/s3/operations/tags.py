"""Tags of buckets and of objects."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import NoSuchTagSet
from cloudchamber.services.s3.model import Bucket, Configuration, Version
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.finding import bucket_in, version_in
from cloudchamber.services.s3.records import CONFIGURATIONS, objects
from cloudchamber.services.s3.rules.tags import as_set, of_set


def _version_answer(bucket: Bucket, version: Version) -> dict[str, Any]:
    return {"VersionId": version.version_id} if bucket.versioning else {}


def put_object_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html"""
    tags = of_set(request["Tagging"], count_max=limits.OBJECT_TAGS_MAX, noun="Object")
    return _set_tags(ctx, request, tags, "ObjectTagging:Put")


def delete_object_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html"""
    return _set_tags(ctx, request, {}, "ObjectTagging:Delete")


def _set_tags(ctx: Context, request: dict[str, Any], tags: dict[str, str], event: str) -> dict[str, Any]:
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    changed = msgspec.structs.replace(version, tags=tags)
    objects.replace(ctx, bucket, changed)
    emit(ctx, bucket, event, changed)
    return _version_answer(bucket, version)


def get_object_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html"""
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    return {"TagSet": as_set(version.tags), **_version_answer(bucket, version)}


def put_bucket_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html"""
    bucket = bucket_in(ctx, request)
    tags = of_set(request["Tagging"], count_max=limits.BUCKET_TAGS_MAX, noun="Bucket")
    CONFIGURATIONS.put(ctx, Configuration({"TagSet": as_set(tags)}), bucket.name, "tags")
    return {}


def get_bucket_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html"""
    bucket = bucket_in(ctx, request)
    kept = CONFIGURATIONS.get(ctx, bucket.name, "tags")
    if kept is None or not kept.value["TagSet"]:
        raise NoSuchTagSet(BucketName=bucket.name)
    return kept.value


def delete_bucket_tagging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html"""
    CONFIGURATIONS.delete(ctx, bucket_in(ctx, request).name, "tags")
    return {}

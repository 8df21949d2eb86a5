"""The lifecycle configuration of a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3.errors import NoSuchLifecycleConfiguration
from cloudchamber.services.s3.model import Bucket, Configuration
from cloudchamber.services.s3.operations.finding import bucket_in
from cloudchamber.services.s3.records import CONFIGURATIONS
from cloudchamber.services.s3.rules import lifecycles

_SIZES_DEFAULT = "all_storage_classes_128K"


def put_bucket_lifecycle_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html"""
    bucket = bucket_in(ctx, request)
    rules = (request.get("LifecycleConfiguration") or {}).get("Rules") or []
    lifecycles.check(rules)
    sizes = request.get("TransitionDefaultMinimumObjectSize") or _SIZES_DEFAULT
    value = {
        "Rules": [{**rule, "ID": rule.get("ID") or ctx.ids.uuid()} for rule in rules],
        "TransitionDefaultMinimumObjectSize": sizes,
    }
    generation = ctx.serial()
    CONFIGURATIONS.put(ctx, Configuration(value, generation), bucket.name, "lifecycle")
    look_again(ctx, bucket, generation)
    return {"TransitionDefaultMinimumObjectSize": sizes}


def look_again(ctx: Context, bucket: Bucket, generation: int) -> None:
    """The rules are next looked at at midnight."""
    ctx.later(
        "s3",
        "expire_objects",
        {"Bucket": bucket.name, "Generation": generation},
        due_at_ms=lifecycles.next_midnight_ms(ctx.now_ms),
        recurring=True,
        account=bucket.owner,
        region=bucket.region,
        principal="s3.amazonaws.com",
    )


def get_bucket_lifecycle_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html"""
    bucket = bucket_in(ctx, request)
    kept = CONFIGURATIONS.get(ctx, bucket.name, "lifecycle")
    if kept is None:
        raise NoSuchLifecycleConfiguration(BucketName=bucket.name)
    return kept.value


def delete_bucket_lifecycle(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html"""
    CONFIGURATIONS.delete(ctx, bucket_in(ctx, request).name, "lifecycle")
    return {}

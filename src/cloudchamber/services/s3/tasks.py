"""What the outbox runs for S3."""

from __future__ import annotations

import itertools
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.deletes import mark_deleted
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.lifecycles import look_again
from cloudchamber.services.s3.operations.uploads import forget
from cloudchamber.services.s3.records import BUCKETS, CONFIGURATIONS, OBJECTS, UPLOADS, objects
from cloudchamber.services.s3.rules import lifecycles


def expire_objects(ctx: Context, request: dict[str, Any]) -> None:
    """Expire what the lifecycle rules of a bucket say, and come again at the next midnight.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
    """
    name, generation = request["Bucket"], request["Generation"]
    bucket, kept = BUCKETS.get(ctx, name), CONFIGURATIONS.get(ctx, name, "lifecycle")
    if bucket is None or kept is None or kept.generation != generation:
        return
    rules = kept.value["Rules"]
    for _, latest in OBJECTS.scan(ctx, name):
        _expire_key(ctx, bucket, rules, latest)
    for _, upload in UPLOADS.scan(ctx, name):
        if lifecycles.upload_expires(rules, upload, ctx.now_ms):
            forget(ctx, bucket, upload, kept=())
    look_again(ctx, bucket, generation)


def _expire_key(ctx: Context, bucket: Bucket, rules: list[dict[str, Any]], latest: Version) -> None:
    versions = list(objects.versions_of(ctx, bucket, latest.key, latest))
    left = 1
    for newer_count, (newer, version) in enumerate(itertools.pairwise(versions)):
        since_ms = newer.modified_at_ms
        if _removable(ctx, version) and lifecycles.noncurrent_expires(
            rules, version, since_ms, newer_count, ctx.now_ms
        ):
            _remove(ctx, bucket, version)
        else:
            left += 1
    if latest.delete_marker:
        if left == 1 and lifecycles.lone_marker_goes(rules, latest, ctx.now_ms):
            _remove(ctx, bucket, latest)
    elif lifecycles.expires(rules, latest, ctx.now_ms):
        if bucket.versioning:
            marker = mark_deleted(ctx, bucket, latest.key)
            emit(ctx, bucket, "LifecycleExpiration:DeleteMarkerCreated", marker)
        else:
            _remove(ctx, bucket, latest)


def _removable(ctx: Context, version: Version) -> bool:
    return version.retain_until_ms <= ctx.now_ms and version.legal_hold != "ON"


def _remove(ctx: Context, bucket: Bucket, version: Version) -> None:
    objects.remove(ctx, bucket, version)
    emit(ctx, bucket, "LifecycleExpiration:Delete", version)

"""Event notifications leave here, as rows of the outbox in the transaction of the change.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn, Context, Retry
from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.operations.finding import canonical_id
from cloudchamber.services.s3.records import CONFIGURATIONS
from cloudchamber.services.s3.rules import events

# S3 tries for long; a destination that is gone ends it at once. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
_RETRY = Retry(base_ms=1_000, attempts_max=20)
_PRINCIPAL = "s3.amazonaws.com"


def emit(ctx: Context, bucket: Bucket, name: str, version: Version) -> None:
    """Tell whoever the bucket's configuration names that something happened to an object. `name` is without `s3:`."""
    if not bucket.notified:
        return
    kept = CONFIGURATIONS.get(ctx, bucket.name, "notification")
    if kept is None:
        return
    happening = events.Happening(
        name,
        ctx.now_ms,
        f"{ctx.serial():018X}",
        ctx.request_id,
        ctx.account,
        f"AWS:{ctx.principal.rpartition(':')[2] or ctx.account}",
        canonical_id(bucket.owner)[:14].upper(),
    )
    for arn, entry in events.met(kept.value, name, version.key):
        send(ctx, arn, events.message(bucket, version, happening, entry["Id"]))
    if kept.value.get("EventBridgeConfiguration") is not None:
        entry = events.bridge_entry(bucket, version, happening)
        if entry:
            ctx.later(
                "events",
                "put_service_events",
                {"Entries": [entry]},
                retry=_RETRY,
                account=bucket.owner,
                region=bucket.region,
                principal=_PRINCIPAL,
            )


def send(ctx: Context, arn_text: str, message: str) -> None:
    """Put one message on its way to a queue, topic or function."""
    arn = Arn.parse(arn_text)
    assert arn is not None, "a destination was checked when it was configured"
    service, operation, request = _call_to(arn, arn_text, message)
    ctx.later(
        service,
        operation,
        request,
        retry=_RETRY,
        account=arn.account,
        region=arn.region,
        principal=_PRINCIPAL,
    )


def _call_to(arn: Arn, arn_text: str, message: str) -> tuple[str, str, dict[str, Any]]:
    if arn.service == "sqs":
        return "sqs", "SendMessage", {"QueueUrl": arn.resource, "MessageBody": message}
    if arn.service == "sns":
        topic = {"TopicArn": arn_text, "Subject": "Amazon S3 Notification", "Message": message}
        return "sns", "Publish", topic
    return (
        "lambda",
        "Invoke",
        {"FunctionName": arn_text, "InvocationType": "Event", "Payload": message.encode()},
    )

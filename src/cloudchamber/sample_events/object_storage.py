"""Amazon S3: notifications, events on EventBridge, Batch Operations, Object Lambda; and Rekognition, which reads them."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import base64_of, form_of, md5_of
from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.kinds import source
from cloudchamber.sample_events.origin import Origin

_BUCKET, _KEY = "example-bucket", "test/key"


def put(
    origin: Origin,
    *,
    bucket: str = _BUCKET,
    key: str = _KEY,
    size: int = 1024,
    version_id: str = "",
    event_name: str = "ObjectCreated:Put",
    url_encode: bool = True,
) -> dict[str, Any]:
    """An object that is created.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    described: dict[str, Any] = {
        "key": form_of(key) if url_encode else key,
        "size": size,
        "eTag": md5_of(key),
        **({"versionId": version_id} if version_id else {}),
        "sequencer": origin.hex(18).upper(),
    }
    return _notification(origin, bucket, event_name, described)


def delete(
    origin: Origin,
    *,
    bucket: str = _BUCKET,
    key: str = _KEY,
    version_id: str = "",
    event_name: str = "ObjectRemoved:Delete",
    url_encode: bool = True,
) -> dict[str, Any]:
    """An object that is deleted.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    described: dict[str, Any] = {
        "key": form_of(key) if url_encode else key,
        **({"versionId": version_id} if version_id else {}),
        "sequencer": origin.hex(18).upper(),
    }
    return _notification(origin, bucket, event_name, described)


def _notification(origin: Origin, bucket: str, name: str, described: dict[str, Any]) -> dict[str, Any]:
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": origin.region,
        "eventTime": origin.millisecond(),
        "eventName": name,
        "userIdentity": {"principalId": f"AWS:AIDA{origin.upper(17)}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": origin.upper(16), "x-amz-id-2": f"{origin.token(75)}="},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "testConfigRule",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": f"A{origin.upper(13)}"},
                "arn": origin.bucket_arn(bucket),
            },
            "object": described,
        },
    }
    return {"Records": [record]}


def notification_test(origin: Origin, *, bucket: str = _BUCKET) -> dict[str, Any]:
    """What S3 sends to a queue or topic when its notifications are configured.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": origin.millisecond(),
        "Bucket": bucket,
        "RequestId": origin.upper(16),
        "HostId": f"{origin.token(75)}=",
    }


def object_created(
    origin: Origin,
    *,
    bucket: str = _BUCKET,
    key: str = _KEY,
    size: int = 1024,
    version_id: str = "",
    reason: str = "PutObject",
) -> dict[str, Any]:
    """`Object Created` on EventBridge. Keys are not encoded there.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    described = {"key": key, "size": size, "etag": md5_of(key)}
    return _bridged(
        origin, "Object Created", bucket, _versioned(origin, described, version_id), reason=reason
    )


def object_deleted(
    origin: Origin,
    *,
    bucket: str = _BUCKET,
    key: str = _KEY,
    version_id: str = "",
    reason: str = "DeleteObject",
    deletion_type: str = "Permanently Deleted",
) -> dict[str, Any]:
    """`Object Deleted` on EventBridge, by a request or by a lifecycle rule.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    described = _versioned(origin, {"key": key}, version_id)
    made = _bridged(origin, "Object Deleted", bucket, described, reason=reason)
    made["detail"]["deletion-type"] = deletion_type
    return made


def object_tags_added(
    origin: Origin, *, bucket: str = _BUCKET, key: str = _KEY, version_id: str = ""
) -> dict[str, Any]:
    """`Object Tags Added` on EventBridge.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    described = {"key": key, "etag": md5_of(key)} | ({"version-id": version_id} if version_id else {})
    return _bridged(origin, "Object Tags Added", bucket, described)


def object_restored(
    origin: Origin, *, bucket: str = _BUCKET, key: str = _KEY, size: int = 1024, version_id: str = ""
) -> dict[str, Any]:
    """`Object Restore Completed` on EventBridge.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    described = {"key": key, "size": size, "etag": md5_of(key)}
    described |= {"version-id": version_id} if version_id else {}
    made = _bridged(origin, "Object Restore Completed", bucket, described)
    made["detail"] |= {
        "requester": "s3.amazonaws.com",
        "restore-expiry-time": origin.second(86_400_000),
        "source-storage-class": "GLACIER",
    }
    del made["detail"]["source-ip-address"]
    return made


def _versioned(origin: Origin, described: dict[str, Any], version_id: str) -> dict[str, Any]:
    version = {"version-id": version_id} if version_id else {}
    return described | version | {"sequencer": origin.hex(18).upper()}


def _bridged(
    origin: Origin, detail_type: str, bucket: str, described: dict[str, Any], *, reason: str = ""
) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket},
        "object": described,
        "request-id": origin.upper(16),
        "requester": origin.account_id,
        "source-ip-address": "1.2.3.4",
    }
    if reason:
        detail["reason"] = reason
    return event(origin, "aws.s3", detail_type, detail, [origin.bucket_arn(bucket)])


def batch_invocation(
    origin: Origin,
    *,
    bucket_arn: str = "arn:aws:s3:::examplebucket",
    key: str = _KEY,
    version_id: str = "1",
    schema_version: str = "1.0",
) -> dict[str, Any]:
    """A task of an S3 Batch Operations job; schema 2.0 has the bucket's name and the user's arguments.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
    """
    task: dict[str, Any] = {
        "taskId": base64_of(origin.hex(24)),
        "s3Key": form_of(key),
        "s3VersionId": version_id,
    }
    job: dict[str, Any] = {"id": origin.uuid()}
    if schema_version == "2.0":
        task["s3Bucket"] = bucket_arn.rpartition(":")[2]
        job["userArguments"] = {"MyDestinationBucket": "destination-bucket"}
    else:
        task["s3BucketArn"] = bucket_arn
    return {
        "invocationSchemaVersion": schema_version,
        "invocationId": base64_of(origin.hex(34)),
        "job": job,
        "tasks": [task],
    }


def object_lambda(
    origin: Origin, *, access_point: str = "my-ap", key: str = "example", payload: str = ""
) -> dict[str, Any]:
    """A GetObject request that goes through an S3 Object Lambda access point.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-event-context.html
    """
    host = f"{access_point}-{origin.account_id}.s3-object-lambda.{origin.region}.{origin.domain}"
    supporting = f"{access_point}-{origin.account_id}.s3-accesspoint.{origin.region}.{origin.domain}"
    role = origin.global_arn("iam", "role/my-role")
    return {
        "xAmzRequestId": origin.uuid(),
        "getObjectContext": {
            "inputS3Url": f"https://{supporting}/{key}?X-Amz-Security-Token={origin.token(32)}",
            "outputRoute": f"io-use1-{origin.digits(3)}",
            "outputToken": origin.token(64),
        },
        "configuration": {
            "accessPointArn": origin.arn("s3-object-lambda", f"accesspoint/{access_point}"),
            "supportingAccessPointArn": origin.arn("s3", f"accesspoint/{access_point}"),
            "payload": payload,
        },
        "userRequest": {
            "url": f"https://{host}/{key}",
            "headers": {"Host": host, "Accept-Encoding": "identity", "X-Amz-Content-SHA256": origin.hex(64)},
        },
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROA{origin.upper(17)}:session",
            "arn": origin.global_arn("sts", "assumed-role/my-role/session"),
            "accountId": origin.account_id,
            "accessKeyId": f"ASIA{origin.upper(16)}",
            "sessionContext": {
                "attributes": {"mfaAuthenticated": "false", "creationDate": origin.second(-3_600_000)},
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{origin.upper(17)}",
                    "arn": role,
                    "accountId": origin.account_id,
                    "userName": "my-role",
                },
            },
        },
        "protocolVersion": "1.00",
    }


def rekognition_request(
    origin: Origin, *, bucket: str = _BUCKET, key: str = "test/key", size: int = 1024
) -> dict[str, Any]:
    """An image that is put into a bucket for Rekognition.

    https://docs.aws.amazon.com/rekognition/latest/dg/stored-images-lambda.html
    """
    return put(origin, bucket=bucket, key=key, size=size)


S3 = source(
    "s3",
    "Amazon S3",
    {
        "put": put,
        "delete": delete,
        "test-event": notification_test,
        "object-created": object_created,
        "object-deleted": object_deleted,
        "object-tags-added": object_tags_added,
        "object-restore-completed": object_restored,
        "batch-invocation": batch_invocation,
        "object-lambda": object_lambda,
    },
)
REKOGNITION = source("rekognition", "Amazon Rekognition", {"s3-request": rekognition_request})

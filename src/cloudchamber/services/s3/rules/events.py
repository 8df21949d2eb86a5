"""Event notifications: which configurations an event meets, and what the messages say.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cloudchamber.services.s3.model import Bucket, Version
from cloudchamber.services.s3.rules.listing import url_encoded
from cloudchamber.wire.instants import iso8601_milliseconds

KINDS = {
    "TopicConfigurations": "TopicArn",
    "QueueConfigurations": "QueueArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}


class Happening(msgspec.Struct, frozen=True):
    """One event of one object. `name` is without `s3:`, e.g. `ObjectCreated:Put`."""

    name: str
    at_ms: int
    sequencer: str
    request_id: str
    requester: str
    requester_id: str
    owner_id: str


def met(configuration: dict[str, Any], name: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The destinations of an event: ARN and configuration, for each configuration that it meets."""
    for kind, member in KINDS.items():
        for entry in configuration.get(kind) or ():
            if any(_covers(event, name) for event in entry["Events"]) and _filter_passes(entry, key):
                yield entry[member], entry


def _covers(configured: str, name: str) -> bool:
    configured = configured.removeprefix("s3:")
    return configured == name or (configured.endswith(":*") and name.startswith(configured[:-1]))


def _filter_passes(entry: dict[str, Any], key: str) -> bool:
    prefix, suffix = affixes(entry)
    return key.startswith(prefix) and key.endswith(suffix)


def affixes(entry: dict[str, Any]) -> tuple[str, str]:
    """The prefix and suffix that a configuration filters by."""
    found = {"prefix": "", "suffix": ""}
    for rule in ((entry.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ():
        found[rule["Name"].lower()] = rule.get("Value") or ""
    return found["prefix"], found["suffix"]


def overlap(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether some event on some key would meet both configurations.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
    """
    events = any(_meet(one, other) for one in first["Events"] for other in second["Events"])
    (prefix, suffix), (other_prefix, other_suffix) = affixes(first), affixes(second)
    prefixes = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
    suffixes = suffix.endswith(other_suffix) or other_suffix.endswith(suffix)
    return events and prefixes and suffixes


def _meet(one: str, other: str) -> bool:
    return _covers(one, other.removeprefix("s3:")) or _covers(other, one.removeprefix("s3:"))


def message(bucket: Bucket, version: Version, happening: Happening, configuration_id: str) -> str:
    """The JSON that queues, topics and functions are sent."""
    described: dict[str, Any] = {"key": url_encoded(version.key)}
    if not happening.name.startswith(("ObjectRemoved", "LifecycleExpiration")):
        described |= {"size": version.bytes, "eTag": version.etag}
    elif version.delete_marker:
        described["eTag"] = "d41d8cd98f00b204e9800998ecf8427e"
    if bucket.versioning and version.version_id != "null":
        described["versionId"] = version.version_id
    described["sequencer"] = happening.sequencer
    plain = happening.name.startswith(("ObjectCreated", "ObjectRemoved"))
    record = {
        "eventVersion": "2.1" if plain else "2.3",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": iso8601_milliseconds(happening.at_ms / 1000),
        "eventName": happening.name,
        "userIdentity": {"principalId": happening.requester_id},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": happening.request_id,
            "x-amz-id-2": f"{happening.request_id}/{happening.sequencer}",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": happening.owner_id},
                "arn": f"arn:aws:s3:::{bucket.name}",
            },
            "object": described,
        },
    }
    return msgspec.json.encode({"Records": [record]}).decode()


def test_message(bucket: Bucket, at_ms: int, request_id: str, host_id: str) -> str:
    """What a queue or topic is sent when it is configured.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    content = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso8601_milliseconds(at_ms / 1000),
        "Bucket": bucket.name,
        "RequestId": request_id,
        "HostId": host_id,
    }
    return msgspec.json.encode(content).decode()


_DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "ObjectAcl": "Object ACL Updated",
}
_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
    "LifecycleExpiration:Delete": "Lifecycle Expiration",
    "LifecycleExpiration:DeleteMarkerCreated": "Lifecycle Expiration",
}
_TAGGING = {"ObjectTagging:Put": "Object Tags Added", "ObjectTagging:Delete": "Object Tags Deleted"}


def bridge_entry(bucket: Bucket, version: Version, happening: Happening) -> dict[str, Any] | None:
    """The entry for EventBridge, or None for an event that S3 does not send there."""
    family, _, action = happening.name.partition(":")
    detail_type = _TAGGING.get(happening.name) or _DETAIL_TYPES.get(family)
    if detail_type is None:
        return None
    described: dict[str, Any] = {"key": version.key}
    deleted = detail_type == "Object Deleted"
    if not deleted and family == "ObjectCreated":
        described["size"] = version.bytes
    if not deleted:
        described["etag"] = version.etag
    if bucket.versioning and version.version_id != "null":
        described["version-id"] = version.version_id
    if deleted or family == "ObjectCreated":
        described["sequencer"] = happening.sequencer
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": described,
        "request-id": happening.request_id,
        "requester": "s3.amazonaws.com" if family == "LifecycleExpiration" else happening.requester,
    }
    if family != "LifecycleExpiration":
        detail["source-ip-address"] = "127.0.0.1"
    if happening.name in _REASONS:
        detail["reason"] = _REASONS[happening.name]
    if deleted:
        permanent = action == "Delete"
        detail["deletion-type"] = "Permanently Deleted" if permanent else "Delete Marker Created"
    return {
        "Source": "aws.s3",
        "DetailType": detail_type,
        "Detail": msgspec.json.encode(detail).decode(),
        "Resources": [f"arn:aws:s3:::{bucket.name}"],
        "Time": happening.at_ms / 1000,
    }

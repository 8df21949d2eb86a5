"""Lifecycle rules: what may be configured, and what is to be expired at an instant.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import InvalidArgument, InvalidRequest, MalformedXML
from cloudchamber.services.s3.model import Upload, Version

DAY_MS = 86_400_000
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)
Rule = dict[str, Any]


def check(rules: list[Rule]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html

    Raises MalformedXML, InvalidArgument or InvalidRequest.
    """
    if not rules or len(rules) > limits.LIFECYCLE_RULES_MAX:
        raise MalformedXML()
    names = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(set(names)) < len(names):
        raise InvalidArgument("Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        _check_rule(rule)


def _check_rule(rule: Rule) -> None:
    if len(rule.get("ID") or "") > limits.LIFECYCLE_RULE_ID_LENGTH_MAX:
        raise InvalidArgument("ID length should not exceed allowed limit of 255")
    if (rule.get("Filter") is None) == (rule.get("Prefix") is None):
        raise MalformedXML()
    if not any(rule.get(action) for action in _ACTIONS):
        raise InvalidRequest("At least one action needs to be specified in a rule")
    expiration = rule.get("Expiration") or {}
    if len(expiration) > 1:
        raise MalformedXML()
    if expiration.get("Days", 1) <= 0:
        raise InvalidArgument("'Days' for Expiration action must be a positive integer")
    if expiration.get("Date") is not None and expiration["Date"] * 1000 % DAY_MS:
        raise InvalidArgument("'Date' must be at midnight GMT")
    if (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays", 1) <= 0:
        text = "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"
        raise InvalidArgument(text)


def next_midnight_ms(now_ms: int) -> int:
    """The next midnight of UTC, when rules are looked at."""
    return (now_ms // DAY_MS + 1) * DAY_MS


def _due_ms(since_ms: int, days: int) -> int:
    """So many days later, rounded up to the next midnight."""
    return -(-(since_ms + days * DAY_MS) // DAY_MS) * DAY_MS


def _applies(rule: Rule, version: Version) -> bool:
    """Whether a rule is on and its filter passes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-filters.html"""
    found = rule.get("Filter") or {}
    found = {**found, **(found.get("And") or {})}
    tags = [*found.get("Tags", ()), *([found["Tag"]] if found.get("Tag") else [])]
    return (
        rule["Status"] == "Enabled"
        and version.key.startswith(found.get("Prefix") or rule.get("Prefix") or "")
        and all(version.tags.get(tag["Key"]) == tag["Value"] for tag in tags)
        and version.bytes > found.get("ObjectSizeGreaterThan", -1)
        and version.bytes < found.get("ObjectSizeLessThan", limits.OBJECT_BYTES_MAX + 1)
    )


def expires(rules: list[Rule], version: Version, now_ms: int) -> bool:
    """Whether the latest version of a key is to be expired now."""
    for rule in rules:
        expiration = rule.get("Expiration") or {}
        if version.delete_marker or not expiration or not _applies(rule, version):
            continue
        if "Days" in expiration and _due_ms(version.modified_at_ms, expiration["Days"]) <= now_ms:
            return True
        if "Date" in expiration and expiration["Date"] * 1000 <= now_ms:
            return True
    return False


def lone_marker_goes(rules: list[Rule], marker: Version, now_ms: int) -> bool:
    """Whether a delete marker with no versions behind it is to be removed now."""
    for rule in rules:
        expiration = rule.get("Expiration") or {}
        if not _applies(rule, marker):
            continue
        if expiration.get("ExpiredObjectDeleteMarker"):
            return True
        if "Days" in expiration and _due_ms(marker.modified_at_ms, expiration["Days"]) <= now_ms:
            return True
    return False


def noncurrent_expires(
    rules: list[Rule], version: Version, since_ms: int, newer_count: int, now_ms: int
) -> bool:
    """Whether a version that is not the latest since `since_ms`, with `newer_count` newer such ones, is to go now."""
    for rule in rules:
        expiration = rule.get("NoncurrentVersionExpiration") or {}
        if not expiration or not _applies(rule, version):
            continue
        days = expiration.get("NoncurrentDays", 0)
        if newer_count >= expiration.get("NewerNoncurrentVersions", 0) and _due_ms(since_ms, days) <= now_ms:
            return True
    return False


def upload_expires(rules: list[Rule], upload: Upload, now_ms: int) -> bool:
    """Whether an incomplete upload is to be aborted now."""
    for rule in rules:
        days = (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")
        if (
            days is not None
            and _applies(rule, upload.draft)
            and _due_ms(upload.initiated_at_ms, days) <= now_ms
        ):
            return True
    return False

"""Log groups: create, describe, list, delete, retention, keys."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.logs import limits, rules
from cloudchamber.services.logs.errors import (
    InvalidParameterException,
    ResourceAlreadyExistsException,
    ValidationException,
)
from cloudchamber.services.logs.model import LogGroup
from cloudchamber.services.logs.operations.names import group_arn, group_identified, paged
from cloudchamber.services.logs.records import (
    GROUPS,
    METRIC_FILTERS,
    forget_group,
    group_named,
    stored_bytes,
)


def create_log_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""
    name, tags = request["logGroupName"], request.get("tags") or {}
    if GROUPS.has(ctx, name):
        raise ResourceAlreadyExistsException()
    if name.startswith("aws/"):
        raise InvalidParameterException("Log groups starting with AWS/ are reserved for AWS.")
    if len(tags) > limits.TAGS_MAX:
        raise InvalidParameterException("A resource can have no more than 50 tags.")
    group = LogGroup(
        name,
        ctx.now_ms,
        kms_key_id=request.get("kmsKeyId") or "",
        log_group_class=request.get("logGroupClass") or "STANDARD",
        deletion_protection=bool(request.get("deletionProtectionEnabled")),
        tags=tags,
    )
    GROUPS.put(ctx, group, name)
    return {}


def delete_log_group(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html"""
    group = group_named(ctx, request["logGroupName"])
    if group.deletion_protection:
        raise ValidationException("The specified log group has deletion protection enabled.")
    forget_group(ctx, group.name)
    ctx.signal("group", group.name)
    return {}


def put_log_group_deletion_protection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html"""
    ctx, group = group_identified(ctx, request["logGroupIdentifier"])
    changed = msgspec.structs.replace(group, deletion_protection=request["deletionProtectionEnabled"])
    GROUPS.put(ctx, changed, group.name)
    return {}


def describe_log_groups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html"""
    prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    if prefix and pattern:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    wanted_class, identifiers = request.get("logGroupClass"), request.get("logGroupIdentifiers")
    names = {name.rpartition(":log-group:")[2].removesuffix(":*") for name in identifiers or ()}
    matching = [
        group
        for group in GROUPS.values(ctx)
        if group.name.startswith(prefix or "")
        and (pattern or "") in group.name
        and (not wanted_class or group.log_group_class == wanted_class)
        and (not names or group.name in names)
    ]
    groups, more = paged(request, matching, _name_of)
    return {"logGroups": [_described(ctx, group) for group in groups]} | more


def _name_of(group: LogGroup) -> str:
    return group.name


def _described(ctx: Context, group: LogGroup) -> dict[str, Any]:
    arn = group_arn(ctx, group.name)
    answer: dict[str, Any] = {
        "logGroupName": group.name,
        "creationTime": group.created_at_ms,
        "metricFilterCount": METRIC_FILTERS.count(ctx, group.name),
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "storedBytes": stored_bytes(ctx, group.name),
        "logGroupClass": group.log_group_class,
        "deletionProtectionEnabled": group.deletion_protection,
    }
    if group.retention_days:
        answer["retentionInDays"] = group.retention_days
    if group.kms_key_id:
        answer["kmsKeyId"] = group.kms_key_id
    return answer


def list_log_groups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html"""
    wanted_class, pattern = request.get("logGroupClass"), request.get("logGroupNamePattern")
    matching = [
        group
        for group in GROUPS.values(ctx)
        if (not pattern or re.search(pattern.replace(".", r"\."), group.name))
        and (not wanted_class or group.log_group_class == wanted_class)
    ]
    groups, more = paged(request, matching, _name_of, limits.LISTED_DEFAULT)
    listed = [
        {
            "logGroupName": group.name,
            "logGroupArn": group_arn(ctx, group.name),
            "logGroupClass": group.log_group_class,
        }
        for group in groups
    ]
    return {"logGroups": listed} | more


def put_retention_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    days = request["retentionInDays"]
    rules.check_retention(days)
    group = group_named(ctx, request["logGroupName"])
    serial = ctx.serial()
    GROUPS.put(ctx, msgspec.structs.replace(group, retention_days=days, retention_serial=serial), group.name)
    task = {"Group": group.name, "RetentionSerial": serial}
    ctx.later("logs", "expire_events", task, due_at_ms=ctx.now_ms + 1, recurring=True)
    return {}


def delete_retention_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html"""
    group = group_named(ctx, request["logGroupName"])
    GROUPS.put(ctx, msgspec.structs.replace(group, retention_days=0, retention_serial=0), group.name)
    return {}


def associate_kms_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html"""
    return _set_key(ctx, request, request["kmsKeyId"])


def disassociate_kms_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html"""
    return _set_key(ctx, request, "")


def _set_key(ctx: Context, request: dict[str, Any], key_id: str) -> dict[str, Any]:
    name, identifier = request.get("logGroupName"), request.get("resourceIdentifier")
    if bool(name) == bool(identifier):
        raise InvalidParameterException(
            "Exactly one of the parameters logGroupName and resourceIdentifier must be specified."
        )
    where, group = group_identified(ctx, str(name or identifier))
    GROUPS.put(where, msgspec.structs.replace(group, kms_key_id=key_id), group.name)
    return {}

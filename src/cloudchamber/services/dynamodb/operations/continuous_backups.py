"""Point-in-time recovery: recorded, and described as if it ran.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import TableNotFoundException
from cloudchamber.services.dynamodb.model import Table
from cloudchamber.services.dynamodb.operations.tables_in import check_name, located

_DAY_MS = 24 * 60 * 60 * 1000


def _backed_up(ctx: Context, request: dict[str, Any]) -> tuple[Context, Table]:
    ctx, name = located(ctx, request["TableName"])
    check_name(name)
    table = records.find_table(ctx, name)
    if table is None:
        raise TableNotFoundException(f"Table not found: {name}")
    return ctx, table


def describe_continuous_backups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html"""
    return _shown(*_backed_up(ctx, request))


def update_continuous_backups(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html"""
    ctx, table = _backed_up(ctx, request)
    wanted = request["PointInTimeRecoverySpecification"]
    days = wanted.get("RecoveryPeriodInDays")
    if days is not None and not limits.RECOVERY_DAYS_MIN <= days <= limits.RECOVERY_DAYS_DEFAULT:
        raise ValidationException("RecoveryPeriodInDays must be between 1 and 35")
    if not wanted["PointInTimeRecoveryEnabled"]:
        table = msgspec.structs.replace(table, recovery_days=0, recovery_at_ms=0)
    else:
        table = msgspec.structs.replace(
            table,
            recovery_days=days or table.recovery_days or limits.RECOVERY_DAYS_DEFAULT,
            recovery_at_ms=table.recovery_at_ms or ctx.now_ms,
        )
    records.put_table(ctx, table)
    return _shown(ctx, table)


def _shown(ctx: Context, table: Table) -> dict[str, Any]:
    recovery: dict[str, Any] = {
        "PointInTimeRecoveryStatus": "ENABLED" if table.recovery_at_ms else "DISABLED"
    }
    if table.recovery_at_ms:
        earliest_ms = max(table.recovery_at_ms, ctx.now_ms - table.recovery_days * _DAY_MS)
        recovery["RecoveryPeriodInDays"] = table.recovery_days
        recovery["EarliestRestorableDateTime"] = earliest_ms / 1000
        recovery["LatestRestorableDateTime"] = max(ctx.now_ms - 300_000, earliest_ms) / 1000
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }

"""Time to live: which attribute says when an item expires.

An expired item is removed at its instant of the chamber's clock; AWS removes it within days, and returns it until then (F067).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.operations.tables_in import table_described_in
from cloudchamber.services.dynamodb.operations.writes import await_expiry


def update_time_to_live(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""
    ctx, table = table_described_in(ctx, request)
    wanted = request["TimeToLiveSpecification"]
    name, current = wanted["AttributeName"], table.ttl_attribute
    if wanted["Enabled"] and current == name:
        raise ValidationException("TimeToLive is already enabled")
    if not wanted["Enabled"] and not current:
        raise ValidationException("TimeToLive is already disabled")
    if current and current != name:
        raise ValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {current}"
        )
    table = msgspec.structs.replace(table, ttl_attribute=name if wanted["Enabled"] else "")
    records.put_table(ctx, table)
    if wanted["Enabled"]:
        for _, stored in list(records.all_items(ctx, table)):
            await_expiry(ctx, table, None, stored)
    return {"TimeToLiveSpecification": wanted}


def describe_time_to_live(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html"""
    _, table = table_described_in(ctx, request)
    answer = {"TimeToLiveStatus": "ENABLED" if table.ttl_attribute else "DISABLED"}
    if table.ttl_attribute:
        answer["AttributeName"] = table.ttl_attribute
    return {"TimeToLiveDescription": answer}

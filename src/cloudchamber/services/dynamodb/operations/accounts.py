"""What is true of the whole account: its quotas and its endpoint."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.dynamodb import limits


def describe_limits(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html"""
    return {
        "AccountMaxReadCapacityUnits": limits.ACCOUNT_CAPACITY_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": limits.ACCOUNT_CAPACITY_UNITS_MAX,
        "TableMaxReadCapacityUnits": limits.TABLE_CAPACITY_UNITS_MAX,
        "TableMaxWriteCapacityUnits": limits.TABLE_CAPACITY_UNITS_MAX,
    }


def describe_endpoints(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html

    The endpoint is the chamber itself, so that a client that discovers it stays here.
    """
    address = ctx.base_url.partition("://")[2]
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}

"""Dashboards: stored, never drawn.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.aws.tags import tags_of
from cloudchamber.services.cloudwatch.errors import (
    DashboardInvalidInputError,
    DashboardNotFoundError,
    InvalidParameterValueException,
)
from cloudchamber.services.cloudwatch.model import Dashboard
from cloudchamber.services.cloudwatch.records import DASHBOARDS

Request = dict[str, Any]
PER_PAGE = 1_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")


def put_dashboard(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"""
    name, body = request["DashboardName"], request["DashboardBody"]
    if not _NAME.match(name):
        raise InvalidParameterValueException(
            f"The value {name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash "
            "(-) and underscore (_)."
        )
    _check_body(body)
    known = DASHBOARDS.get(ctx, name)
    made = Dashboard(name, body, ctx.now_ms, known.tags if known else tags_of(request))
    DASHBOARDS.put(ctx, made, name)
    return {"DashboardValidationMessages": []}


def _check_body(body: str) -> None:
    try:
        decoded = json.loads(body)
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):
        message = "The field DashboardBody must be a valid JSON object"
        raise DashboardInvalidInputError(message, dashboardValidationMessages=[{"Message": message}])


def get_dashboard(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html"""
    found = _named(ctx, request["DashboardName"])
    return {"DashboardArn": arn_of(ctx, found.name), "DashboardBody": found.body, "DashboardName": found.name}


def list_dashboards(ctx: Context, request: Request) -> Request:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListDashboards.html"""
    prefix = request.get("DashboardNamePrefix") or ""
    found = [each for each in DASHBOARDS.values(ctx) if each.name.startswith(prefix)]
    try:
        chosen, token = page(found, lambda each: each.name, PER_PAGE, request.get("NextToken"))
    except InvalidToken:
        raise InvalidParameterValueException("Invalid nextToken") from None
    entries = [
        {
            "DashboardName": each.name,
            "DashboardArn": arn_of(ctx, each.name),
            "LastModified": each.modified_at_ms / 1000,
            "Size": len(each.body.encode()),
        }
        for each in chosen
    ]
    return {"DashboardEntries": entries} | ({"NextToken": token} if token else {})


def delete_dashboards(ctx: Context, request: Request) -> Request:
    """All or none: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteDashboards.html."""
    for name in request["DashboardNames"]:
        _named(ctx, name)
    for name in request["DashboardNames"]:
        DASHBOARDS.delete(ctx, name)
    return {}


def _named(ctx: Context, name: str) -> Dashboard:
    found = DASHBOARDS.get(ctx, name)
    if found is None:
        raise DashboardNotFoundError(f"Dashboard {name} does not exist")
    return found


def arn_of(ctx: Context, name: str) -> str:
    """The ARN of a dashboard; dashboards belong to no region."""
    return ctx.arn(f"dashboard/{name}", service="cloudwatch", region="")

"""Exports and who imports them."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation.errors import ValidationError
from cloudchamber.services.cloudformation.operations.describing import page, with_token
from cloudchamber.services.cloudformation.records import EXPORTS, importers_of


def list_exports(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListExports.html"""
    shown, token = page(EXPORTS.values(ctx), request.get("NextToken"))
    exports = [{"ExportingStackId": each.stack_id, "Name": each.name, "Value": each.value} for each in shown]
    return with_token({"Exports": exports}, token)


def list_imports(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html"""
    name = request["ExportName"]
    users = importers_of(ctx, name)
    if not users:
        raise ValidationError(f"Export '{name}' is not imported by any stack.")
    shown, token = page(users, request.get("NextToken"))
    return with_token({"Imports": shown}, token)

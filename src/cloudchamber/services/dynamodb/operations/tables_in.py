"""Which table a request means: by its name, or by its ARN, which may be another account's.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-cross-account-access.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.errors import ResourceNotFoundException
from cloudchamber.services.dynamodb.model import Index, Table

_NAME = re.compile(r"[a-zA-Z0-9_.-]+\Z")


def located(ctx: Context, name: str) -> tuple[Context, str]:
    """The context and the name of a table that is given by name or ARN."""
    if not name.startswith("arn:"):
        return ctx, name
    parsed = Arn.parse(name)
    if parsed is None or parsed.service != "dynamodb" or not parsed.resource.startswith("table/"):
        raise ValidationException("Invalid table ARN")
    return ctx.elsewhere(account=parsed.account, region=parsed.region), parsed.resource.split("/")[1]


def check_name(name: str) -> None:
    """Refuse what cannot be a table's name."""
    if not _NAME.match(name):
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        )
    if not 3 <= len(name) <= 255:
        raise ValidationException(
            "TableName must be at least 3 characters long and at most 255 characters long"
        )


def table_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Table]:
    """The table that an operation on items names. Raises ResourceNotFoundException."""
    ctx, name = located(ctx, request["TableName"])
    table = records.find_table(ctx, name)
    if table is None:
        check_name(name)
        raise ResourceNotFoundException()
    return ctx, table


def table_described_in(ctx: Context, request: dict[str, Any]) -> tuple[Context, Table]:
    """The table that an operation on tables names. Raises ResourceNotFoundException, which names it."""
    ctx, name = located(ctx, request["TableName"])
    check_name(name)
    return ctx, records.table_described(ctx, name)


def index_in(table: Table, request: dict[str, Any]) -> Index | None:
    """The index that a Query or Scan names, or None."""
    name = request.get("IndexName")
    if name is None:
        return None
    for index in table.indexes:
        if index.name == name:
            return index
    raise ValidationException(f"The table does not have the specified index: {name}")


def arn_of(ctx: Context, table_name: str) -> str:
    """The ARN of a table."""
    return ctx.arn(f"table/{table_name}", service="dynamodb")


def stream_arn_of(ctx: Context, table_name: str, label: str) -> str:
    """The ARN of a stream."""
    return f"{arn_of(ctx, table_name)}/stream/{label}"

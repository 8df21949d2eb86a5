"""Tags of tables. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import ResourceNotFoundException
from cloudchamber.services.dynamodb.model import Table
from cloudchamber.services.dynamodb.operations.tables_in import located


def _tagged(ctx: Context, arn: str) -> tuple[Context, Table]:
    if not arn.startswith("arn:"):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    ctx, name = located(ctx, arn)
    table = records.find_table(ctx, name)
    if table is None:
        raise ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")
    return ctx, table


def _keep(ctx: Context, table: Table, tags: dict[str, str]) -> None:
    records.put_table(ctx, msgspec.structs.replace(table, tags=tags))


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html"""
    ctx, table = _tagged(ctx, request["ResourceArn"])
    if not request["Tags"]:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")
    tags = table.tags | {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    if len(tags) > limits.TAGS_MAX:
        raise ValidationException("Cannot exceed the maximum number of tags")
    _keep(ctx, table, tags)
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html"""
    ctx, table = _tagged(ctx, request["ResourceArn"])
    if not request["TagKeys"]:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")
    _keep(ctx, table, {key: tag for key, tag in table.tags.items() if key not in request["TagKeys"]})
    return {}


def list_tags_of_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html

    At most 50 tags: they are one page, and a NextToken was never given out.
    """
    if request.get("NextToken") is not None:
        raise ValidationException("Invalid NextToken")
    _, table = _tagged(ctx, request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(table.tags.items())]}

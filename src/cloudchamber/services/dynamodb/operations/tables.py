"""Tables: create, describe, list, delete.

A table is usable as soon as the call that creates it has been answered: the answer says CREATING, DescribeTable ACTIVE.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import ResourceInUseException
from cloudchamber.services.dynamodb.model import Index, Keys, Stream, Table
from cloudchamber.services.dynamodb.operations.descriptions import described
from cloudchamber.services.dynamodb.operations.tables_in import check_name, located, table_described_in
from cloudchamber.services.dynamodb.rules import tables as rules

RECORDED = ("SSESpecification", "TableClass", "WarmThroughput", "OnDemandThroughput", "ResourcePolicy")
RECORDED_OF_INDEX = ("WarmThroughput", "OnDemandThroughput")


def create_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""
    ctx, name = located(ctx, request["TableName"])
    check_name(name)
    for member, shown in (("AttributeDefinitions", "attributeDefinitions"), ("KeySchema", "keySchema")):
        if request.get(member) is None:
            raise ValidationException(
                f"1 validation error detected: Value null at '{shown}' failed to satisfy constraint: "
                "Member must not be null"
            )
    table = _made(ctx, name, request)
    if records.find_table(ctx, name):
        raise ResourceInUseException(f"Table already exists: {name}")
    view_type = rules.view_type_of(request.get("StreamSpecification") or {})
    if view_type:
        table = open_stream(ctx, table, view_type)
    records.put_table(ctx, table)
    return {"TableDescription": described(ctx, table, status="CREATING")}


def _made(ctx: Context, name: str, request: dict[str, Any]) -> Table:
    types = rules.attribute_types(request["AttributeDefinitions"])
    keys = rules.keys_of(request["KeySchema"], types)
    local, glob = request.get("LocalSecondaryIndexes"), request.get("GlobalSecondaryIndexes")
    rules.check_indexes(keys, local, glob)
    billing_mode = request.get("BillingMode", "PROVISIONED")
    read_units, write_units = rules.units_of(request, billing_mode)
    indexes = [_local_index(ctx, each, keys, types) for each in local or ()]
    indexes += [global_index(ctx, each, types, billing_mode) for each in glob or ()]
    rules.check_definitions_used(types, keys, [index.keys for index in indexes])
    rules.check_projected_count([index.included for index in indexes])
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
    return Table(
        name=name,
        number=ctx.serial(),
        id=ctx.ids.uuid(),
        created_at_ms=ctx.now_ms,
        keys=keys,
        types=types,
        indexes=tuple(indexes),
        billing_mode=billing_mode,
        on_demand_at_ms=ctx.now_ms if billing_mode == "PAY_PER_REQUEST" else 0,
        read_units=read_units,
        write_units=write_units,
        is_protected=bool(request.get("DeletionProtectionEnabled")),
        tags=tags,
        settings=_settings(request, RECORDED),
    )


def _settings(request: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {member: request[member] for member in members if request.get(member) is not None}


def _local_index(ctx: Context, definition: dict[str, Any], table: Keys, types: dict[str, str]) -> Index:
    keys = rules.keys_of(definition["KeySchema"], types)
    rules.check_local_keys(definition["IndexName"], keys, table)
    kind, included = rules.projection_of(definition)
    return Index(definition["IndexName"], ctx.serial(), False, keys, kind, included)


def global_index(ctx: Context, definition: dict[str, Any], types: dict[str, str], billing_mode: str) -> Index:
    """A global secondary index of a CreateTable or UpdateTable."""
    name = definition["IndexName"]
    keys = rules.keys_of(definition["KeySchema"], types)
    kind, included = rules.projection_of(definition)
    read_units, write_units = rules.units_of(definition, billing_mode, name)
    settings = _settings(definition, RECORDED_OF_INDEX)
    return Index(name, ctx.serial(), True, keys, kind, included, read_units, write_units, settings)


def open_stream(ctx: Context, table: Table, view_type: str) -> Table:
    """The table with a new stream; its label is the instant."""
    label = datetime.fromtimestamp(ctx.now_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    while records.STREAMS.has(ctx, table.name, label):
        label = f"{label[:-3]}{int(label[-3:]) + 1:03d}"
    stream = Stream(table.name, label, ctx.serial(), view_type, ctx.now_ms, table.keys)
    records.STREAMS.put(ctx, stream, table.name, label)
    ctx.later(
        "dynamodb",
        "trim_stream",
        {"TableName": table.name, "StreamLabel": label},
        due_at_ms=ctx.now_ms + limits.STREAM_RETENTION_MS,
        recurring=True,
    )
    return msgspec.structs.replace(table, stream=stream, label=label)


def close_stream(ctx: Context, table: Table) -> Table:
    """The table without its stream, whose records stay readable for a day."""
    assert table.stream is not None, "only an open stream is closed"
    closed = msgspec.structs.replace(table.stream, closed_at_ms=ctx.now_ms)
    records.STREAMS.put(ctx, closed, table.name, closed.label)
    ctx.signal("stream", table.name)
    return msgspec.structs.replace(table, stream=None)


def describe_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"""
    ctx, table = table_described_in(ctx, request)
    return {"Table": described(ctx, table)}


def delete_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"""
    ctx, table = table_described_in(ctx, request)
    if table.is_protected:
        raise ValidationException(
            "Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )
    answer = {"TableDescription": described(ctx, table, status="DELETING")}
    if table.stream:
        close_stream(ctx, table)
    records.forget_table(ctx, table)
    return answer


def list_tables(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"""
    start, limit = request.get("ExclusiveStartTableName"), request.get("Limit", limits.TABLES_PER_PAGE_MAX)
    held = records.TABLES.scan(ctx, behind=(start,) if start else None, limit=limit + 1)
    names = [str(key[0]) for key, _ in held]
    answer: dict[str, Any] = {"TableNames": names[:limit]}
    if len(names) > limit:
        answer["LastEvaluatedTableName"] = names[limit - 1]
    return answer

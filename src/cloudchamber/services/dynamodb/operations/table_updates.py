"""UpdateTable: capacity, streams, protection, and global indexes that come and go.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.errors import (
    LimitExceededException,
    ResourceInUseException,
    ResourceNotFoundException,
    invalid,
)
from cloudchamber.services.dynamodb.model import Index, Table
from cloudchamber.services.dynamodb.operations.descriptions import described
from cloudchamber.services.dynamodb.operations.tables import (
    RECORDED,
    RECORDED_OF_INDEX,
    close_stream,
    global_index,
    open_stream,
)
from cloudchamber.services.dynamodb.operations.tables_in import table_described_in
from cloudchamber.services.dynamodb.rules import tables as rules

_CHANGES = (
    "BillingMode", "DeletionProtectionEnabled", "GlobalSecondaryIndexUpdates", "ProvisionedThroughput",
    "StreamSpecification", *RECORDED,
)  # fmt: skip
replace = msgspec.structs.replace


def update_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"""
    ctx, before = table_described_in(ctx, request)
    if not any(request.get(member) is not None for member in _CHANGES):
        raise ValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        )
    table = _with_capacity(ctx, before, request)
    table = _with_stream(ctx, table, request.get("StreamSpecification"))
    table, statuses = _with_indexes(ctx, table, request)
    protected = request.get("DeletionProtectionEnabled")
    if protected is not None:
        table = replace(table, is_protected=protected)
    settings = {member: request[member] for member in RECORDED if request.get(member) is not None}
    table = replace(table, settings=table.settings | settings)
    records.put_table(ctx, table)
    shown = described(ctx, table, status="UPDATING", index_statuses=statuses)
    for deleted in before.indexes:
        if statuses.get(deleted.name) == "DELETING":
            records.forget_index(ctx, deleted)
    return {"TableDescription": shown}


def _with_capacity(ctx: Context, table: Table, request: dict[str, Any]) -> Table:
    mode = request.get("BillingMode", table.billing_mode)
    given = request.get("ProvisionedThroughput")
    if mode != table.billing_mode and mode == "PAY_PER_REQUEST":
        rules.units_of(request, mode)
        indexes = tuple(replace(index, read_units=0, write_units=0) for index in table.indexes)
        return replace(
            table, billing_mode=mode, on_demand_at_ms=ctx.now_ms, read_units=0, write_units=0, indexes=indexes
        )
    if given is None and mode == table.billing_mode:
        return table
    read_units, write_units = rules.units_of(request, mode)
    if mode == table.billing_mode and (read_units, write_units) == (table.read_units, table.write_units):
        raise ValidationException(
            "The provisioned throughput for the table will not change. The requested value equals the current "
            f"value. Current ReadCapacityUnits provisioned for the table: {read_units}. Requested "
            f"ReadCapacityUnits: {read_units}. Current WriteCapacityUnits provisioned for the table: "
            f"{write_units}. Requested WriteCapacityUnits: {write_units}. Refer to the Amazon DynamoDB "
            "Developer Guide for current limits and how to request higher limits."
        )
    return replace(table, billing_mode=mode, read_units=read_units, write_units=write_units)


def _with_stream(ctx: Context, table: Table, specification: dict[str, Any] | None) -> Table:
    if specification is None:
        return table
    view_type = rules.view_type_of(specification)
    if view_type and table.stream:
        raise ValidationException(f"Table already has an enabled stream: TableName: {table.name}")
    if view_type:
        return open_stream(ctx, table, view_type)
    if table.stream is None:
        raise ValidationException(f"Table has no stream to disable: TableName: {table.name}")
    return close_stream(ctx, table)


def _with_indexes(ctx: Context, table: Table, request: dict[str, Any]) -> tuple[Table, dict[str, str]]:
    """The table with its global indexes changed, and the statuses that the answer shows."""
    updates = [
        (kind, body)
        for update in request.get("GlobalSecondaryIndexUpdates") or ()
        for kind, body in update.items()
        if body is not None
    ]
    if sum(kind != "Update" for kind, _ in updates) > 1:
        raise LimitExceededException(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        )
    statuses: dict[str, str] = {}
    for kind, body in updates:
        name = body["IndexName"]
        statuses[name] = {"Create": "CREATING", "Delete": "DELETING"}.get(kind, "UPDATING")
        if kind == "Create":
            table = _with_index(ctx, table, body, request.get("AttributeDefinitions") or [])
        elif kind == "Delete":
            table = _without_index(table, _existing(table, name))
        else:
            table = _with_index_capacity(table, _existing(table, name), body)
    return table, statuses


def _existing(table: Table, name: str) -> Index:
    for index in table.indexes:
        if index.name == name and index.is_global:
            return index
    raise ResourceNotFoundException(f"Requested resource not found: Index: {name} not found")


def _with_index(
    ctx: Context, table: Table, definition: dict[str, Any], definitions: list[dict[str, Any]]
) -> Table:
    """A new index, filled with what the table holds (a table here is small: the backfill ends with the call)."""
    if any(index.name == definition["IndexName"] for index in table.indexes):
        raise ResourceInUseException(f"Index already exists: {definition['IndexName']}")
    types = table.types | rules.attribute_types(definitions)
    if any(types[name] != kind for name, kind in table.types.items()):
        raise invalid("The type of an attribute that is a key already cannot change")
    index = global_index(ctx, definition, types, table.billing_mode)
    rules.check_indexes(
        table.keys, None, [{"IndexName": i.name} for i in (*table.indexes, index) if i.is_global]
    )
    indexes = (*table.indexes, index)
    rules.check_definitions_used(types, table.keys, [each.keys for each in indexes])
    rules.check_projected_count([each.included for each in indexes])
    table = replace(table, types=types, indexes=indexes)
    records.fill_index(ctx, table, index)
    return table


def _without_index(table: Table, gone: Index) -> Table:
    indexes = tuple(index for index in table.indexes if index is not gone)
    used = {name for each in (table, *indexes) for name in each.keys.names}
    types = {name: kind for name, kind in table.types.items() if name in used}
    return replace(table, indexes=indexes, types=types)


def _with_index_capacity(table: Table, index: Index, body: dict[str, Any]) -> Table:
    changed = index
    if body.get("ProvisionedThroughput") is not None:
        read_units, write_units = rules.units_of(body, table.billing_mode, index.name)
        changed = replace(changed, read_units=read_units, write_units=write_units)
    settings = {member: body[member] for member in RECORDED_OF_INDEX if body.get(member) is not None}
    changed = replace(changed, settings=changed.settings | settings)
    return replace(table, indexes=tuple(changed if each is index else each for each in table.indexes))

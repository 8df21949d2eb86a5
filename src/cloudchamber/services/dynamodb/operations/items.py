"""Single items: put, get, update, delete."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.errors import refusing
from cloudchamber.services.dynamodb.model import Stored
from cloudchamber.services.dynamodb.operations import writes
from cloudchamber.services.dynamodb.operations.expressions import projection_of
from cloudchamber.services.dynamodb.operations.tables_in import table_in
from cloudchamber.services.dynamodb.operations.writes import Write
from cloudchamber.services.dynamodb.rules.capacity import Consumed, read_units
from cloudchamber.services.dynamodb.rules.indexes import Change
from cloudchamber.services.dynamodb.rules.items import checked_key
from cloudchamber.services.dynamodb.rules.keys import item_key


@refusing
def get_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html"""
    projection = projection_of(request)
    ctx, table = table_in(ctx, request)
    stored = records.get_item(ctx, table, item_key(table, checked_key(table, request["Key"])))
    answer: dict[str, Any] = {}
    if stored:
        answer["Item"] = projection.apply(stored[1]) if projection else stored[1]
    wanted = request.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        consumed = Consumed(table)
        consumed.read(read_units(stored[0] if stored else 0, consistent=bool(request.get("ConsistentRead"))))
        answer["ConsumedCapacity"] = consumed.shown(wanted)
    return answer


@refusing
def put_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""
    writes.check_return_values(request)
    return _write(writes.put(ctx, request), request)


@refusing
def delete_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html"""
    writes.check_return_values(request)
    return _write(writes.delete(ctx, request), request)


@refusing
def update_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html"""
    return _write(writes.update(ctx, request), request)


_ASKING = ("ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics")


def _write(write: Write, request: dict[str, Any]) -> dict[str, Any]:
    """Check the condition, change the item, and answer. The old item is read only where it matters."""
    table = write.table
    asks = any(request.get(name, "NONE") != "NONE" for name in _ASKING)
    old = None
    if (
        asks
        or write.condition
        or not table.is_plain
        or "UpdateExpression" in request
        or "Item" not in request
    ):
        old = write.old()
        write.check(old)
    new = write.change(old)
    changed = writes.commit(write.ctx, table, write.key, old, new)
    return _answer(write, request, old, new, changed) if asks else {}


def _answer(
    write: Write, request: dict[str, Any], old: Stored | None, new: Stored | None, changed: list[Change]
) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    attributes = _returned(write, request.get("ReturnValues", "NONE"), old, new)
    if attributes:
        answer["Attributes"] = attributes
    wanted = request.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        consumed = Consumed(write.table)
        consumed.write(old, new, changed)
        answer["ConsumedCapacity"] = consumed.shown(wanted)
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics = writes.collection_metrics(write)
        if metrics:
            answer["ItemCollectionMetrics"] = metrics
    return answer


def _returned(write: Write, wanted: str, old: Stored | None, new: Stored | None) -> Any:
    shown = old if wanted.endswith("_OLD") else new
    if wanted == "NONE" or shown is None:
        return None
    if wanted.startswith("ALL"):
        return shown[1]
    return write.update.updated(shown[1]) if write.update else None

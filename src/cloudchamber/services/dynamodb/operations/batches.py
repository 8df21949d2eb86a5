"""Many items in one call, each for itself: what fits no more comes back as unprocessed.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.BatchOperations
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import Projection
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import refusing
from cloudchamber.services.dynamodb.model import Table
from cloudchamber.services.dynamodb.operations import writes
from cloudchamber.services.dynamodb.operations.expressions import projection_of
from cloudchamber.services.dynamodb.operations.tables_in import table_in
from cloudchamber.services.dynamodb.operations.writes import Write
from cloudchamber.services.dynamodb.rules.capacity import Consumed, read_units
from cloudchamber.services.dynamodb.rules.items import checked_key
from cloudchamber.services.dynamodb.rules.keys import item_key

_DUPLICATES = "Provided list of item keys contains duplicates"


@refusing
def batch_get_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
    wanted: dict[str, dict[str, Any]] = request["RequestItems"]
    if sum(len(each["Keys"]) for each in wanted.values()) > limits.BATCH_GET_ITEMS_MAX:
        raise ValidationException("Too many items requested for the BatchGetItem call")
    shown = request.get("ReturnConsumedCapacity", "NONE")
    plans = [(name, each, *_planned(ctx, name, each)) for name, each in wanted.items()]
    answer: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {}}
    room_bytes = limits.BATCH_GET_BYTES_MAX
    for name, each, there, table, keys, projection in plans:
        consumed = Consumed(table)
        items: list[Any] = []
        left: list[Any] = []
        for given, key in keys:
            stored = records.get_item(there, table, key) if room_bytes > 0 else None
            size_bytes = stored[0] if stored else 0
            if room_bytes <= 0 or size_bytes > room_bytes:
                room_bytes = 0
                left.append(given)
                continue
            room_bytes -= size_bytes
            consumed.read(read_units(size_bytes, consistent=bool(each.get("ConsistentRead"))))
            if stored:
                items.append(projection.apply(stored[1]) if projection else stored[1])
        answer["Responses"][name] = items
        if left:
            answer["UnprocessedKeys"][name] = each | {"Keys": left}
        if shown != "NONE":
            answer.setdefault("ConsumedCapacity", []).append(consumed.shown(shown))
    return answer


def _planned(
    ctx: Context, name: str, wanted: dict[str, Any]
) -> tuple[Context, Table, list[tuple[Any, bytes]], Projection | None]:
    projection = projection_of(wanted)
    there, table = table_in(ctx, {"TableName": name})
    keys = [(given, item_key(table, checked_key(table, given))) for given in wanted["Keys"]]
    if len({key for _, key in keys}) != len(keys):
        raise ValidationException(_DUPLICATES)
    return there, table, keys, projection


@refusing
def batch_write_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html

    One local transaction makes all the writes; AWS makes each for itself, and may leave some unprocessed.
    """
    wanted: dict[str, list[dict[str, Any]]] = request["RequestItems"]
    if sum(map(len, wanted.values())) > limits.BATCH_WRITE_ITEMS_MAX:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    plans = [_write(ctx, name, each) for name, entries in wanted.items() for each in entries]
    if len({(plan.ctx.account, plan.ctx.region, plan.table.name, plan.key) for plan in plans}) != len(plans):
        raise ValidationException(_DUPLICATES)
    shown = request.get("ReturnConsumedCapacity", "NONE")
    consumed: dict[str, Consumed] = {}
    answer: dict[str, Any] = {"UnprocessedItems": {}}
    for plan in plans:
        table = plan.table
        old = None if table.is_plain and shown == "NONE" else plan.old()
        new = plan.change(old)
        changed = writes.commit(plan.ctx, table, plan.key, old, new)
        if shown != "NONE":
            consumed.setdefault(table.name, Consumed(table)).write(old, new, changed)
    if shown != "NONE":
        answer["ConsumedCapacity"] = [each.shown(shown) for each in consumed.values()]
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        answer["ItemCollectionMetrics"] = metrics_of(plans)
    return answer


def _write(ctx: Context, name: str, entry: dict[str, Any]) -> Write:
    put, delete = entry.get("PutRequest"), entry.get("DeleteRequest")
    if (put is None) == (delete is None):
        raise ValidationException(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes"
            if put
            else "Supplied WriteRequest is empty, must contain exactly one of PutRequest and DeleteRequest"
        )
    if put is not None:
        return writes.put(ctx, {"TableName": name, "Item": put["Item"]})
    assert delete is not None, "one of the two is there"
    return writes.delete(ctx, {"TableName": name, "Key": delete["Key"]})


def metrics_of(plans: list[Write]) -> dict[str, list[dict[str, Any]]]:
    """The item collections that writes touched, by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for plan in plans:
        metrics = writes.collection_metrics(plan)
        held = found.setdefault(plan.table.name, []) if metrics else []
        if metrics and metrics not in held:
            held.append(metrics)
    return found

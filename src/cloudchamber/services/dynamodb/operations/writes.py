"""One write of one item: what it plans, whether its condition holds, and all that changes with the item.

Single writes, batches and transactions are made of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import Condition, Update
from cloudchamber.languages.dynamodb_expression.sizes import item_size_bytes
from cloudchamber.services.dynamodb import limits, records
from cloudchamber.services.dynamodb.errors import ConditionalCheckFailedException, ItemRefused
from cloudchamber.services.dynamodb.model import Item, Stored, Stream, StreamRecord, Table
from cloudchamber.services.dynamodb.operations.expressions import Expressions
from cloudchamber.services.dynamodb.operations.tables_in import table_in
from cloudchamber.services.dynamodb.rules import expiry
from cloudchamber.services.dynamodb.rules.indexes import Change, changes
from cloudchamber.services.dynamodb.rules.items import checked_content, checked_item, checked_key, key_of
from cloudchamber.services.dynamodb.rules.keys import item_key


class Write(NamedTuple):
    """A write that was found valid by itself. `change` makes the new item of the old one; None is no item."""

    ctx: Context
    table: Table
    key: bytes
    condition: Condition | None
    change: Callable[[Stored | None], Stored | None]
    request: dict[str, Any]
    update: Update | None = None

    def old(self) -> Stored | None:
        """The item as it is."""
        return records.get_item(self.ctx, self.table, self.key)

    def check(self, old: Stored | None) -> None:
        """Raises ConditionalCheckFailedException, with the item when the request wants it (F081)."""
        condition = self.condition
        if condition is None or condition.matches(old[1] if old else {}):
            return
        if old and self.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            raise ConditionalCheckFailedException(Item=old[1])
        raise ConditionalCheckFailedException()


def put(ctx: Context, request: dict[str, Any]) -> Write:
    """The write of a PutItem, or a Put of a transaction or batch."""
    expressions = Expressions(request)
    condition = expressions.condition()
    expressions.check()
    ctx, table = table_in(ctx, request)
    new = checked_item(table, request["Item"])
    return Write(ctx, table, item_key(table, new[1]), condition, lambda old: new, request)


def delete(ctx: Context, request: dict[str, Any]) -> Write:
    """The write of a DeleteItem, or a Delete of a transaction or batch."""
    expressions = Expressions(request)
    condition = expressions.condition()
    expressions.check()
    ctx, table = table_in(ctx, request)
    key = item_key(table, checked_key(table, request["Key"]))
    return Write(ctx, table, key, condition, lambda old: None, request)


def check(ctx: Context, request: dict[str, Any]) -> Write:
    """The ConditionCheck of a transaction: it changes nothing."""
    return delete(ctx, request)._replace(change=lambda old: old)


def update(ctx: Context, request: dict[str, Any]) -> Write:
    """The write of an UpdateItem, or an Update of a transaction."""
    expressions = Expressions(request)
    wanted = expressions.update()
    condition = expressions.condition()
    expressions.check()
    ctx, table = table_in(ctx, request)
    key = checked_key(table, request["Key"])
    for name in table.keys.names:
        if wanted and name in wanted.attributes:
            raise ItemRefused(
                f"One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
            )

    def change(old: Stored | None) -> Stored:
        item: Item = old[1] if old else {}
        item = wanted.apply(item) if wanted else item
        if not old:
            item = key | item
        return checked_content(table, item, "Item size to update has exceeded the maximum allowed size")

    return Write(ctx, table, item_key(table, key), condition, change, request, wanted)


def commit(
    ctx: Context, table: Table, key: bytes, old: Stored | None, new: Stored | None, *, expired: bool = False
) -> list[Change]:
    """Make the change of an item true, with its index entries, its stream record and its timer.

    `old` may be left out when the table is plain. Returns what changed in indexes.
    """
    if table.is_plain:
        records.set_item(ctx, table, key, new, [])
        return []
    if old is None and new is None:
        return []
    changed = changes(table, key, old, new) if table.indexes else []
    records.set_item(ctx, table, key, new, changed)
    if old and new and old[1] == new[1]:
        return changed
    if table.stream:
        _record(ctx, table, table.stream, old, new, expired=expired)
    if table.ttl_attribute and new:
        await_expiry(ctx, table, old, new)
    return changed


def await_expiry(ctx: Context, table: Table, old: Stored | None, new: Stored) -> None:
    """Put a timer for the instant at which an item expires, unless the item had the same one before.

    The timer is background work of the service, `recurring`: a chamber that waits for it is idle.
    """
    at_ms = expiry.due_at_ms(new[1], table.ttl_attribute, ctx.now_ms)
    if at_ms is None or (old and old[1].get(table.ttl_attribute) == new[1].get(table.ttl_attribute)):
        return
    request = {"TableName": table.name, "Key": key_of(table, new[1])}
    ctx.later("dynamodb", "expire_item", request, due_at_ms=at_ms, recurring=True)


def _record(
    ctx: Context, table: Table, stream: Stream, old: Stored | None, new: Stored | None, *, expired: bool
) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html"""
    either = new or old
    assert either is not None, "something changed"
    name = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
    keys, view = key_of(table, either[1]), stream.view_type
    new_image = new[1] if new and view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES") else None
    old_image = old[1] if old and view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES") else None
    record = StreamRecord(
        serial=ctx.serial(),
        event_id=ctx.ids.hex(32),
        event_name=name,
        at_ms=ctx.now_ms,
        keys=keys,
        new_image=new_image,
        old_image=old_image,
        size_bytes=item_size_bytes(keys)
        + (new[0] if new and new_image else 0)
        + (old[0] if old and old_image else 0),
        expired=expired,
    )
    records.add_change(ctx, stream, record)
    ctx.signal("stream", table.name)


def collection_metrics(write: Write) -> dict[str, Any] | None:
    """The ItemCollectionMetrics of a write, for tables with local secondary indexes.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html
    """
    if not write.table.has_local_indexes:
        return None
    source = write.request.get("Item") or write.request["Key"]
    name = write.table.keys.partition
    return {
        "ItemCollectionKey": {name: source[name]},
        "SizeEstimateRangeGB": list(limits.COLLECTION_ESTIMATE_GB),
    }


def check_return_values(request: dict[str, Any]) -> None:
    """PutItem and DeleteItem know only the old item."""
    if request.get("ReturnValues") not in (None, "NONE", "ALL_OLD"):
        raise ValidationException("ReturnValues can only be ALL_OLD or NONE")

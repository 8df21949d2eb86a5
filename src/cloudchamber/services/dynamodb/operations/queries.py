"""Query and Scan: pages of items in a range of a table or an index.

A page ends at Limit items, or before the item with which it would exceed 1 MB; the filter comes after that (F066).
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import Condition, Projection
from cloudchamber.services.dynamodb import records
from cloudchamber.services.dynamodb.errors import refusing
from cloudchamber.services.dynamodb.model import Index, Item, Stored, Table
from cloudchamber.services.dynamodb.operations.expressions import Expressions
from cloudchamber.services.dynamodb.operations.tables_in import index_in, table_in
from cloudchamber.services.dynamodb.rules import keys, selection
from cloudchamber.services.dynamodb.rules.capacity import Consumed, read_units
from cloudchamber.services.dynamodb.rules.items import page_key


class _Reading(msgspec.Struct, frozen=True):
    """What a Query or Scan reads: a range of a table or an index, and what it shows of it."""

    ctx: Context
    table: Table
    index: Index | None
    condition: Condition | None
    projection: Projection | None
    begin: bytes
    end: bytes
    forward: bool = True


@refusing
def query(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html"""
    expressions = Expressions(request)
    condition = expressions.filter("QueryFilter")
    projection, wanted = expressions.projection(), expressions.keys()
    expressions.check()
    ctx, table = table_in(ctx, request)
    index = index_in(table, request)
    schema = index.keys if index else table.keys
    selection.check_select(request, index, projection)
    partition, sort = wanted.for_keys(schema.partition, schema.sort or None)
    key_types = keys.key_types_of(table, index)
    selection.check_types(key_types, partition, sort)
    selection.check_filter(condition, schema.names, legacy="QueryFilter" in request)
    kind = key_types[0][1]
    head = keys.partition(kind, partition[kind])
    begin, end = keys.bounds(key_types[1][1], head, sort) if sort else (head, head + b"\xff")
    forward = request.get("ScanIndexForward") is not False
    start = request.get("ExclusiveStartKey")
    if start:
        at = keys.position(table, index, selection.start_key(table, index, start))
        if not at.startswith(head):
            raise ValidationException(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
        if not begin <= at < end:
            raise ValidationException("The provided starting key does not match the range key predicate")
        begin, end = (at + b"\x00", end) if forward else (begin, at)
    return _page(_Reading(ctx, table, index, condition, projection, begin, end, forward), request)


@refusing
def scan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html"""
    expressions = Expressions(request)
    condition, projection = expressions.filter("ScanFilter"), expressions.projection()
    expressions.check()
    segment, segments = selection.segments(request)
    ctx, table = table_in(ctx, request)
    index = index_in(table, request)
    selection.check_select(request, index, projection)
    begin, end = keys.segment_bounds(b"", segment, segments)
    start = request.get("ExclusiveStartKey")
    if start:
        at = keys.position(table, index, selection.start_key(table, index, start))
        if keys.segment_of(at, segments) != segment:
            raise ValidationException(
                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                f"ExclusiveStartKey with correct Segment. TotalSegments: {segments} Segment: {segment}"
            )
        begin = at + b"\x00"
    return _page(_Reading(ctx, table, index, condition, projection, begin, end), request)


def _page(reading: _Reading, request: dict[str, Any]) -> dict[str, Any]:
    ctx, table, index = reading.ctx, reading.table, reading.index
    condition, projection = reading.condition, reading.projection
    fetches = selection.needs_table(table, index, request, projection)
    if index and not fetches:
        selection.check_filter_projected(table, index, condition)
    stored, more = records.read_page(
        ctx,
        table,
        index,
        reading.begin,
        reading.end,
        limit=request.get("Limit"),
        reverse=not reading.forward,
    )
    last = stored[-1][1] if stored else {}
    sizes_bytes = [size for size, _ in stored]
    if fetches:
        stored = [_fetched(ctx, table, item) for _, item in stored]
    items = [item for _, item in stored if condition is None or condition.matches(item)]
    answer: dict[str, Any] = {"Count": len(items), "ScannedCount": len(stored)}
    if request.get("Select") != "COUNT":
        answer["Items"] = [projection.apply(item) for item in items] if projection else items
    if more:
        answer["LastEvaluatedKey"] = page_key(table, index, last)
    shown = request.get("ReturnConsumedCapacity", "NONE")
    if shown != "NONE":
        consumed, consistent = Consumed(table), bool(request.get("ConsistentRead"))
        consumed.read(read_units(sum(sizes_bytes), consistent=consistent), index)
        for size, _ in stored if fetches else ():
            consumed.read(read_units(size, consistent=consistent))
        answer["ConsumedCapacity"] = consumed.shown(shown)
    return answer


def _fetched(ctx: Context, table: Table, entry: Item) -> Stored:
    """The whole item of a local index's entry."""
    stored = records.get_item(ctx, table, keys.item_key(table, entry))
    assert stored is not None, "an entry has its item"
    return stored

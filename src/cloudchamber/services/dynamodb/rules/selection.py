"""Which attributes a Query or Scan may select, and where it starts.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import Condition, KeyCase, Projection
from cloudchamber.languages.dynamodb_expression.values import canonical
from cloudchamber.services.dynamodb.errors import invalid
from cloudchamber.services.dynamodb.model import Index, Item, Table


def check_select(request: dict[str, Any], index: Index | None, projection: Projection | None) -> None:
    """Refuse a Select that contradicts the projection or the index."""
    select = request.get("Select")
    if projection and select not in (None, "SPECIFIC_ATTRIBUTES"):
        member = "ProjectionExpression" if request.get("ProjectionExpression") else "AttributesToGet"
        chosen = "only the Count" if select == "COUNT" else select
        raise ValidationException(f"Cannot specify the {member} when choosing to get {chosen}")
    if select == "SPECIFIC_ATTRIBUTES" and not projection:
        raise ValidationException(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and index is None:
        raise ValidationException(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )
    if index and index.is_global:
        if request.get("ConsistentRead"):
            raise ValidationException("Consistent reads are not supported on global secondary indexes")
        if select == "ALL_ATTRIBUTES" and index.projection != "ALL":
            raise invalid(
                f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} "
                "because its projection type is not ALL"
            )


def needs_table(
    table: Table, index: Index | None, request: dict[str, Any], projection: Projection | None
) -> bool:
    """Whether attributes are wanted that the index lacks: a local index fetches them, a global one refuses."""
    held = table.projected(index) if index else None
    if index is None or held is None:
        return False
    if request.get("Select") == "ALL_ATTRIBUTES":
        return True
    missing = sorted(projection.attributes - held) if projection else []
    if missing and index.is_global:
        raise invalid(f"Global secondary index {index.name} does not project [{', '.join(missing)}]")
    return bool(missing)


def check_filter_projected(table: Table, index: Index, condition: Condition | None) -> None:
    """A filter sees the entries of an index, never the items behind them: it may only name what is projected.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections
    """
    held = table.projected(index)
    missing = sorted(condition.attributes - held) if condition and held is not None else []
    if missing:
        raise invalid(
            f"Secondary index {index.name} does not project one or more filter attributes: [{', '.join(missing)}]"
        )


def check_filter(condition: Condition | None, keys: tuple[str, ...], legacy: bool) -> None:
    """The filter of a Query is for attributes outside of the key that is queried."""
    for name in keys:
        if condition and name in condition.attributes:
            subject = "QueryFilter" if legacy else "Filter Expression"
            raise ValidationException(
                f"{subject} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def check_types(
    key_types: tuple[tuple[str, str], ...], partition: dict[str, Any], sort: KeyCase | None
) -> None:
    """The values of a key condition are of the key's types, and not empty."""
    given = [(key_types[0], partition)]
    if sort:
        given += [(key_types[1], operand) for operand in sort.operands]
    for (name, kind), value in given:
        if kind not in value:
            raise invalid("Condition parameter type does not match schema type")
        if value[kind] in ("", b""):
            noun = "string" if kind == "S" else "binary"
            raise ValidationException(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                f"contain an empty {noun} value. Key: {name}"
            )


def start_key(table: Table, index: Index | None, given: dict[str, Any]) -> Item:
    """A checked ExclusiveStartKey: the item's key, with the index's when one is read."""
    names = dict.fromkeys((*table.keys.names, *(index.keys.names if index else ())))
    matches = given.keys() == names.keys() and all(
        value is not None and table.types[name] in value and value[table.types[name]] not in ("", b"")
        for name, value in given.items()
    )
    if not matches:
        raise ValidationException(
            "The provided starting key is invalid: The provided key element does not match the schema"
            if index is None
            else "The provided starting key is invalid"
        )
    return {name: canonical(value) for name, value in given.items()}


def segments(request: dict[str, Any]) -> tuple[int, int]:
    """Segment and TotalSegments of a scan: (0, 1) when it is not parallel."""
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return 0, 1
    if total is None:
        raise ValidationException(
            "The TotalSegments parameter is required but was not present in the request "
            "when Segment parameter is present"
        )
    if segment is None:
        raise ValidationException(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    if segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return segment, total

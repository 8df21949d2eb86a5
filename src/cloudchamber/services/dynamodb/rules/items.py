"""What DynamoDB checks of items and keys before it touches a table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.dynamodb_expression.sizes import item_size_bytes
from cloudchamber.languages.dynamodb_expression.values import canonical, type_of
from cloudchamber.services.dynamodb import limits
from cloudchamber.services.dynamodb.errors import ItemRefused
from cloudchamber.services.dynamodb.model import Index, Item, Stored, Table

_EMPTY = {"": "string", b"": "binary"}


def canonical_values(values: dict[str, Any] | None) -> Item | None:
    """The values of a request with their numbers as DynamoDB prints them. Raises InvalidExpression."""
    return {name: canonical(value) for name, value in values.items()} if values else None


def _invalid(reason: str) -> ItemRefused:
    return ItemRefused(f"One or more parameter values were invalid: {reason}")


def checked_item(table: Table, item: dict[str, Any]) -> Stored:
    """An item that may be put, with its size."""
    found = {name: canonical(value) for name, value in item.items()}
    for name, kind in table.key_types:
        value = found.get(name)
        if value is None:
            raise _invalid(f"Missing the key {name} in the item")
        if kind not in value:
            raise _invalid(f"Type mismatch for key {name} expected: {kind} actual: {type_of(value)}")
    _check_sizes_of_keys(table, found)
    return checked_content(table, found, "Item size has exceeded the maximum allowed size")


def checked_content(table: Table, item: Item, too_large: str) -> Stored:
    """An item whose own key is right, with its size: index keys and the size itself are checked."""
    for index, key_types in table.index_key_types:
        _check_index_key(index, key_types, item)
    size_bytes = item_size_bytes(item)
    if size_bytes > limits.ITEM_BYTES_MAX:
        raise ItemRefused(too_large)
    return size_bytes, item


def _check_index_key(index: Index, key_types: tuple[tuple[str, str], ...], item: Item) -> None:
    for position, (name, kind) in enumerate(key_types):
        value = item.get(name)
        if value is None:
            continue
        if kind not in value:
            raise _invalid(
                f"Type mismatch for Index Key {name} Expected: {kind} Actual: {type_of(value)} "
                f"IndexName: {index.name}"
            )
        held = value[kind]
        if held in _EMPTY:
            raise ItemRefused(
                "One or more parameter values are not valid. A value specified for a secondary index key is "
                "not supported. The AttributeValue for a key attribute cannot contain an empty "
                f"{_EMPTY[held]} value. IndexName: {index.name}, IndexKey: {name}"
            )
        _check_size_of_key(position, kind, held)


def _check_sizes_of_keys(table: Table, item: Item) -> None:
    for position, (name, kind) in enumerate(table.key_types):
        held = item[name][kind]
        if held in _EMPTY:
            raise ItemRefused(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                f"contain an empty {_EMPTY[held]} value. Key: {name}"
            )
        _check_size_of_key(position, kind, held)


def _check_size_of_key(position: int, kind: str, held: str | bytes) -> None:
    limit = limits.SORT_KEY_BYTES_MAX if position else limits.PARTITION_KEY_BYTES_MAX
    if len(held) * 4 <= limit:
        return
    if (len(held.encode()) if isinstance(held, str) else len(held)) > limit and kind != "N":
        if position:
            raise _invalid("Size of rangekey has exceeded the maximum size limit of1024 bytes")
        raise _invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes")


def checked_key(table: Table, key: dict[str, Any]) -> Item:
    """The key of a request: exactly the attributes of the table's key schema, of its types."""
    key_types = table.key_types
    if len(key) != len(key_types):
        raise ItemRefused("The provided key element does not match the schema")
    found: Item = {}
    for name, kind in key_types:
        value = key.get(name)
        if value is None or kind not in value or len(value) != 1:
            raise ItemRefused("The provided key element does not match the schema")
        found[name] = canonical(value) if kind == "N" else value
    _check_sizes_of_keys(table, found)
    return found


def key_of(table: Table, item: Item) -> Item:
    """The primary key of an item."""
    return {name: item[name] for name, _ in table.key_types}


def page_key(table: Table, index: Index | None, item: Item) -> Item:
    """The key that ends a page: of the item, and of its entry when an index is read."""
    key = key_of(table, item)
    return key | {name: item[name] for name in index.keys.names} if index else key

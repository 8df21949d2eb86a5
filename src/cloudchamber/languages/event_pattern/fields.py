"""Events flattened to fields: a dotted path, a value that can be compared, and its place in arrays.

Two fields may be matched together only when they agree on the element of every array that holds both.
https://github.com/aws/event-ruler#json-array-matching
"""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

Membership = tuple[tuple[int, int], ...]
"""The arrays that hold a field, from outside in: which one, and which element."""
Field = tuple[Any, Membership]
Fields = dict[str, list[Field]]

_TRUE, _FALSE = ("boolean", True), ("boolean", False)


def key_of(value: Any) -> Any:
    """Return a scalar so that equal means equal in JSON: true is not 1, and 0.1 is the decimal 0.1."""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def is_number(key: Any) -> bool:
    """Say whether a key is a number."""
    return isinstance(key, (int, Decimal))


def flatten(event: dict[str, Any]) -> Fields:
    """Return the fields of an event. Empty objects and arrays have none."""
    fields: Fields = {}
    _Flattening(fields).visit_object(event, "", ())
    return fields


class _Flattening:
    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.array_count = 0

    def visit_object(self, value: dict[str, Any], prefix: str, membership: Membership) -> None:
        fields = self.fields
        for name, held in value.items():
            path = f"{prefix}{name}"
            if isinstance(held, str):
                fields.setdefault(path, []).append((held, membership))
            elif isinstance(held, dict):
                self.visit_object(held, f"{path}.", membership)
            elif isinstance(held, (list, tuple)):
                self.visit_array(held, path, membership)
            else:
                fields.setdefault(path, []).append((key_of(held), membership))

    def visit_array(self, elements: list[Any] | tuple[Any, ...], path: str, membership: Membership) -> None:
        array = self.array_count
        self.array_count += 1
        for index, held in enumerate(elements):
            inside = (*membership, (array, index))
            if isinstance(held, dict):
                self.visit_object(held, f"{path}.", inside)
            elif isinstance(held, (list, tuple)):
                self.visit_array(held, path, inside)
            else:
                self.fields.setdefault(path, []).append((key_of(held), inside))


def message_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return what a filter policy sees of the MessageAttributes of a Publish request.

    String, Number and String.Array are seen; Binary and values that are not of their type are not.
    https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
    """
    seen: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, text = attribute.get("DataType", ""), attribute.get("StringValue")
        if text is None:
            continue
        try:
            if kind == "String.Array":
                seen[name] = msgspec.json.decode(text)
            elif kind.split(".")[0] == "Number":
                seen[name] = Decimal(text.strip())
            elif kind.split(".")[0] == "String":
                seen[name] = text
        except (msgspec.DecodeError, InvalidOperation):
            continue
    return seen

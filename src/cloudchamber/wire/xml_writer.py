"""Writes XML bodies, compiled once for each shape.

https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from cloudchamber.wire.instants import formatter
from cloudchamber.wire.model import Shape

Write = Callable[[Any], str]
ElementName = Callable[[str, Shape], str]

_SPECIAL = re.compile("[&<>\"'\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def _replacement(found: re.Match[str]) -> str:
    character = found[0]
    return _NAMED.get(character) or f"&#x{ord(character):X};"


def escape(text: str) -> str:
    """Text for an element or an attribute; characters that XML cannot hold become references."""
    return _SPECIAL.sub(_replacement, text) if _SPECIAL.search(text) else text


def _text(value: Any) -> str:
    return escape(value if isinstance(value, str) else str(value))


def _boolean(value: Any) -> str:
    return "true" if value else "false"


def _blob(value: bytes | str) -> str:
    return b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def _number(value: Any) -> str:
    return (
        str(value) if isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    )


def namespace_attribute(namespace: Any) -> str:
    """The xmlns attribute of a model's xmlNamespace, or nothing."""
    if not namespace:
        return ""
    uri = namespace if isinstance(namespace, str) else namespace["uri"]
    prefix = "" if isinstance(namespace, str) else namespace.get("prefix", "")
    return f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"'


def scalar_writer(shape: Shape, timestamp: Callable[[float], str]) -> Write:
    """The text of a scalar shape."""
    if shape.type == "timestamp":
        return formatter(shape.timestampFormat) if shape.timestampFormat else timestamp
    writers: dict[str, Write] = {"boolean": _boolean, "blob": _blob, "float": _number, "double": _number}
    return writers.get(shape.type, _text)


class XmlWriter:
    """Compiles shapes into writers of their content, without the element around it.

    `flat` is for ec2: its lists come as `<nameSet><item>`; `name` gives a member's element name.
    """

    def __init__(self, name: ElementName, timestamp: Callable[[float], str]) -> None:
        self._name = name
        self._timestamp = timestamp
        self._content: dict[object, Write] = {}

    def members(self, members: Mapping[str, Shape]) -> Write:
        """A writer of these members, one element after the other."""
        table: dict[str, Write] = {}
        self._fill(table, members)
        return _members_writer(table)

    def element(self, name: str, shape: Shape) -> Write:
        """A writer of one element (of several, for a flattened list or map)."""
        attributes = namespace_attribute(shape.xmlNamespace)
        if shape.type == "list" and shape.flattened:
            return self._repeated(shape.member.locationName or name, shape.member)
        if shape.type == "map" and shape.flattened:
            return self._entries(name, shape)
        content = self.content(shape)
        opening, closing = f"<{name}{attributes}>", f"</{name}>"
        if shape.type != "structure":
            return lambda value: f"{opening}{content(value)}{closing}"
        own = [
            (member, part.locationName or member)
            for member, part in shape.members.items()
            if part.xmlAttribute
        ]
        if not own:
            return lambda value: f"{opening}{content(value)}{closing}"

        def write(value: Any) -> str:
            parts = [
                f' {key}="{_text(value[member])}"' for member, key in own if value.get(member) is not None
            ]
            return f"<{name}{attributes}{''.join(parts)}>{content(value)}{closing}"

        return write

    def content(self, shape: Shape) -> Write:
        """A writer of what stands inside the element of this shape."""
        found = self._content.get(shape.compile_key)
        if found is not None:
            return found
        if shape.type == "structure":
            table: dict[str, Write] = {}
            write = self._content[shape.compile_key] = _members_writer(table)
            self._fill(table, shape.members)
            return write
        if shape.type == "list":
            write = self._repeated(shape.member.locationName or "member", shape.member)
        elif shape.type == "map":
            write = self._entries("entry", shape)
        else:
            write = scalar_writer(shape, self._timestamp)
        self._content[shape.compile_key] = write
        return write

    def _fill(self, table: dict[str, Write], members: Mapping[str, Shape]) -> None:
        for name, member in members.items():
            if not member.xmlAttribute:
                table[name] = self.element(self._name(name, member), member)

    def _repeated(self, name: str, shape: Shape) -> Write:
        element = self.element(name, shape)
        return lambda values: "".join([element(value) for value in values if value is not None])

    def _entries(self, name: str, shape: Shape) -> Write:
        key = self.element(shape.key.locationName or "key", shape.key)
        value = self.element(shape.value.locationName or "value", shape.value)
        return lambda entries: "".join(
            [f"<{name}>{key(k)}{value(v)}</{name}>" for k, v in entries.items() if v is not None]
        )


def _members_writer(table: dict[str, Write]) -> Write:
    def write(value: Any) -> str:
        parts: list[str] = []
        for name, member in value.items():
            if member is not None:
                element = table.get(name)
                if element is not None:
                    parts.append(element(member))
        return "".join(parts)

    return write


def location_name(name: str, shape: Shape) -> str:
    """A member's element name: its locationName, else its own."""
    return shape.locationName or name

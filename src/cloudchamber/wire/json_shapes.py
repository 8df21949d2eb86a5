"""JSON bodies, compiled once for each shape.

Decoding is done by msgspec against a TypedDict made from the shape: types are checked, blobs decoded and
unknown members dropped in C. What is left to Python (renamed members, timestamps that are text, nulls) is
compiled into converters; a shape that needs none of it has no converter at all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypedDict

import msgspec

from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.instants import formatter, parse_timestamp
from cloudchamber.wire.model import Shape

Convert = Callable[[Any], Any]
encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode

_INTEGER = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
_LONG = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_SCALARS: dict[str, Any] = {
    "string": str,
    "character": str,
    "blob": bytes,
    "boolean": bool,
    "byte": _INTEGER,
    "short": _INTEGER,
    "integer": _INTEGER,
    "bigInteger": int,
    "long": _LONG,
    "float": float,
    "double": float,
    "bigDecimal": float,
    "timestamp": int | float | str,
}


def wire_name(name: str, shape: Shape) -> str:
    """The key of a member in a JSON body."""
    return shape.locationName or name


def _members(shape: Shape) -> Mapping[str, Shape]:
    return {} if shape.document else shape.members


def _children(shape: Shape) -> Iterable[Shape]:
    if shape.type == "structure":
        return _members(shape).values()
    if shape.type == "list":
        return (shape.member,)
    return (shape.value,) if shape.type == "map" else ()


class JsonTypes:
    """The TypedDicts of one service, for msgspec."""

    def __init__(self) -> None:
        self._types: dict[object, Any] = {}

    def structure(self, name: str, members: Mapping[str, Shape]) -> Any:
        """A TypedDict of these members under their names on the wire."""
        made: Any = TypedDict(name, {}, total=False)  # pyright: ignore[reportArgumentType, reportGeneralTypeIssues]
        self._fill(made, members)
        return made

    def _fill(self, made: Any, members: Mapping[str, Shape]) -> None:
        # The annotations come after the class, so that a shape may contain itself.
        made.__annotations__ = {
            wire_name(name, member): self.of(member) | None for name, member in members.items()
        }

    def of(self, shape: Shape) -> Any:
        """The type msgspec decodes this shape into."""
        if shape.document or shape.eventstream:
            return Any
        if shape.type in _SCALARS:
            return _SCALARS[shape.type]
        if shape.compile_key not in self._types:
            self._types[shape.compile_key] = Any
            if shape.type == "structure":
                made: Any = TypedDict(shape.name, {}, total=False)  # pyright: ignore
                self._types[shape.compile_key] = made
                self._fill(made, _members(shape))
            elif shape.type == "list":
                self._types[shape.compile_key] = list[self.of(shape.member) | None]
            else:
                self._types[shape.compile_key] = dict[str, self.of(shape.value) | None]
        return self._types[shape.compile_key]


def _parse_timestamp(value: Any) -> Any:
    try:
        return parse_timestamp(value)
    except ValueError:
        text = "STRING_VALUE can not be converted to milliseconds since epoch"
        raise MalformedRequest("SerializationException", text) from None


def _parse_json(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise MalformedRequest("SerializationException", "") from None


class Converter:
    """Compiles the part of a shape that msgspec cannot do; `full` ones also drop members that are null."""

    def __init__(self, *, inbound: bool, full: bool) -> None:
        self._inbound = inbound
        self._full = full
        self._compiled: dict[object, Convert | None] = {}

    def structure(self, members: Mapping[str, Shape]) -> Convert | None:
        """A converter of a structure with these members, or None when its dict is fine as it is."""
        renamed = any(wire_name(name, member) != name for name, member in members.items())
        if not (self._full or renamed or any(self._needed(member) for member in members.values())):
            return None
        table: dict[str, tuple[str, Convert | None]] = {}
        self._fill(table, members)
        return _structure_converter(table)

    def of(self, shape: Shape) -> Convert | None:
        """A converter of this shape, or None."""
        key = shape.compile_key
        if key not in self._compiled:
            self._compiled[key] = None
            if self._needed(shape):
                self._compiled[key] = self._build(shape, key)
        return self._compiled[key]

    def _build(self, shape: Shape, key: object) -> Convert | None:
        if shape.type == "structure" and not shape.document:
            table: dict[str, tuple[str, Convert | None]] = {}
            convert = self._compiled[key] = _structure_converter(table)
            self._fill(table, shape.members)
            return convert
        if shape.type == "list":
            element = self.of(shape.member)
            return element and _list_converter(element)
        if shape.type == "map":
            value = self.of(shape.value)
            return value and _map_converter(value)
        return self._scalar(shape)

    def _fill(self, table: dict[str, tuple[str, Convert | None]], members: Mapping[str, Shape]) -> None:
        for name, member in members.items():
            on_wire = wire_name(name, member)
            source, target = (on_wire, name) if self._inbound else (name, on_wire)
            table[source] = (target, self.of(member))

    def _scalar(self, shape: Shape) -> Convert | None:
        if shape.jsonvalue:
            return _parse_json if self._inbound else lambda value: encode(value).decode()
        if shape.type == "timestamp":
            if self._inbound:
                return _parse_timestamp
            timestamp_format = shape.timestampFormat or "unixTimestamp"
            return None if timestamp_format == "unixTimestamp" else formatter(timestamp_format)
        return None

    def _needed(self, shape: Shape) -> bool:
        seen: set[object] = set()
        todo = [shape]
        while todo:
            current = todo.pop()
            if current.compile_key in seen:
                continue
            seen.add(current.compile_key)
            if self._needs_itself(current):
                return True
            todo.extend(_children(current))
        return False

    def _needs_itself(self, shape: Shape) -> bool:
        if shape.type == "structure" and not shape.document:
            return self._full or any(
                wire_name(name, member) != name for name, member in shape.members.items()
            )
        return self._scalar(shape) is not None


def _structure_converter(table: dict[str, tuple[str, Convert | None]]) -> Convert:
    def convert(value: Any) -> Any:
        result: dict[str, Any] = {}
        for key, member in value.items():
            found = table.get(key)
            if found is not None and member is not None:
                name, inner = found
                result[name] = member if inner is None else inner(member)
        return result

    return convert


def _list_converter(element: Convert) -> Convert:
    return lambda value: [None if item is None else element(item) for item in value]


def _map_converter(element: Convert) -> Convert:
    return lambda value: {key: None if item is None else element(item) for key, item in value.items()}


_MISMATCH = re.compile(r"Expected `([a-z]+)[^`]*`(?: .*)?, got `([a-z]+)`")
_TOKENS = {"str": "STRING_VALUE", "int": "NUMBER_VALUE", "float": "NUMBER_VALUE", "bool": "TRUE_VALUE"}
_TARGETS = {"str": "String", "int": "an Integer", "float": "a Double", "bool": "a Boolean"}


def _coral_text(text: str) -> str:
    """The words of AWS's own JSON reader for a value of the wrong type."""
    found = _MISMATCH.match(text)
    if found is None:
        return "NUMBER_VALUE can not be converted to an Integer" if text.startswith("Expected `int`") else ""
    expected, got = found.groups()
    if got == "array":
        return "Start of list found where not expected"
    if got == "object":
        return "Start of structure or map found where not expected."
    if expected == "array":
        return "Expected list or null"
    if expected not in _TARGETS or got not in _TOKENS:
        return "Unexpected field type"
    verb = "cannot be converted to" if expected == "str" else "can not be converted to"
    return f"{_TOKENS[got]} {verb} {_TARGETS[expected]}"


class JsonCodec:
    """Decoders and encoders of one service's JSON bodies."""

    def __init__(self) -> None:
        self._types = JsonTypes()
        self._inbound = Converter(inbound=True, full=False)
        self._inbound_full = Converter(inbound=True, full=True)
        self._outbound = Converter(inbound=False, full=False)
        self._outbound_full = Converter(inbound=False, full=True)

    def decoder(self, name: str, members: Mapping[str, Shape]) -> Callable[[bytes], dict[str, Any]]:
        """bytes -> dict for a structure of these members. Raises MalformedRequest(SerializationException)."""
        read: Callable[[bytes], Any] = msgspec.json.Decoder(self._types.structure(name, members)).decode
        convert = self._inbound.structure(members)
        strip = self._inbound_full.structure(members)
        assert strip is not None

        def decode(body: bytes) -> dict[str, Any]:
            try:
                value = read(body or b"{}")
                if b"null" in body:
                    return strip(value)
                return value if convert is None else convert(value)
            except msgspec.ValidationError as error:
                raise MalformedRequest("SerializationException", _coral_text(str(error))) from None
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise MalformedRequest("SerializationException", "") from None

        return decode

    def encoder(self, members: Mapping[str, Shape]) -> Callable[[Mapping[str, Any]], bytes]:
        """dict -> bytes for a structure of these members."""
        convert = self._outbound.structure(members)
        strip = self._outbound_full.structure(members)
        assert strip is not None

        def write(value: Mapping[str, Any]) -> bytes:
            body = encode(value if convert is None else convert(value))
            return encode(strip(value)) if b"null" in body else body

        return write

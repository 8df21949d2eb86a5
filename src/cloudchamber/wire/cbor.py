"""Smithy RPC v2 CBOR, with the small part of CBOR (RFC 8949) it needs.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from collections.abc import Callable, Mapping
from math import isfinite
from struct import pack, unpack
from typing import Any

import msgspec

from cloudchamber.wire.base import Protocol
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation, WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.json import error_members, error_type, query_error_header
from cloudchamber.wire.json_shapes import Convert, Converter, JsonTypes
from cloudchamber.wire.model import OperationModel, ServiceModel, Shape

_DEPTH_MAX = 100
_BREAK = object()


class Instant(float):
    """Epoch seconds that are written with CBOR's tag for timestamps."""


def _malformed() -> MalformedRequest:
    return MalformedRequest("SerializationException", "", 400)


def _head(major: int, value: int) -> bytes:
    start = major << 5
    if value < 24:
        return bytes((start | value,))
    if value < 0x100:
        return pack("!BB", start | 24, value)
    if value < 0x10000:
        return pack("!BH", start | 25, value)
    if value < 0x100000000:
        return pack("!BI", start | 26, value)
    return pack("!BQ", start | 27, value)


def _encode(value: Any, parts: list[bytes]) -> None:
    kind = type(value)
    if kind is str:
        text = value.encode()
        parts += (_head(3, len(text)), text)
    elif kind is int:
        parts.append(_head(0, value) if value >= 0 else _head(1, -1 - value))
    elif kind is float:
        parts.append(pack("!Bd", 0xFB, value))
    elif kind is Instant:
        parts.append(pack("!BBd", 0xC1, 0xFB, value))
    elif kind is bool:
        parts.append(b"\xf5" if value else b"\xf4")
    elif value is None:
        parts.append(b"\xf6")
    elif isinstance(value, bytes | bytearray):
        parts += (_head(2, len(value)), bytes(value))
    elif isinstance(value, Mapping):
        parts.append(_head(5, len(value)))
        for key, item in value.items():
            _encode(key, parts)
            _encode(item, parts)
    elif isinstance(value, list | tuple):
        parts.append(_head(4, len(value)))
        for item in value:
            _encode(item, parts)
    else:
        raise TypeError(kind)


def encode(value: Any) -> bytes:
    """CBOR of dicts, lists, texts, bytes, numbers, booleans, None and Instants."""
    parts: list[bytes] = []
    _encode(value, parts)
    return b"".join(parts)


class _Decoder:
    """Reads one data item after the other; every length is checked against what is left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def document(self) -> Any:
        value = self._item(0)
        if value is _BREAK or self._at != len(self._data):
            raise _malformed()
        return value

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise _malformed()
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def _argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise _malformed()
        return int.from_bytes(self._take(1 << (info - 24)), "big")

    def _item(self, depth: int) -> Any:
        if depth > _DEPTH_MAX:
            raise _malformed()
        initial = self._take(1)[0]
        major, info = initial >> 5, initial & 31
        if major == 7:
            return self._simple(info)
        if info == 31:
            return self._indefinite(major, depth)
        value = self._argument(info)
        if major == 0:
            return value
        if major == 1:
            return -1 - value
        if major == 2:
            return self._take(value)
        if major == 3:
            return self._text(self._take(value))
        if major == 4:
            return [self._inner(depth) for _ in range(self._bounded(value))]
        if major == 5:
            return {self._key(depth): self._inner(depth) for _ in range(self._bounded(value))}
        return self._tagged(value, depth)

    def _bounded(self, count: int) -> int:
        if count > len(self._data) - self._at:
            raise _malformed()
        return count

    def _inner(self, depth: int) -> Any:
        value = self._item(depth + 1)
        if value is _BREAK:
            raise _malformed()
        return value

    def _key(self, depth: int) -> str:
        key = self._item(depth + 1)
        if not isinstance(key, str):
            raise _malformed()
        return key

    @staticmethod
    def _text(data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise _malformed() from None

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self._inner(depth)
        if tag == 1 and (
            isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value)
        ):
            raise _malformed()
        if tag == 1 and isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def _simple(self, info: int) -> Any:
        if info in (20, 21):
            return info == 21
        if info in (22, 23):
            return None
        if info == 25:
            return float(unpack("!e", self._take(2))[0])
        if info == 26:
            return float(unpack("!f", self._take(4))[0])
        if info == 27:
            return float(unpack("!d", self._take(8))[0])
        if info == 31:
            return _BREAK
        raise _malformed()

    def _indefinite(self, major: int, depth: int) -> Any:
        items: list[Any] = []
        while (item := self._item(depth + 1)) is not _BREAK:
            items.append(item)
        if major == 4:
            return items
        if major == 5:
            keys = items[::2]
            if len(items) % 2 or not all(isinstance(key, str) for key in keys):
                raise _malformed()
            return dict(zip(keys, items[1::2], strict=True))
        if major == 2 and all(isinstance(item, bytes) for item in items):
            return b"".join(items)
        if major == 3 and all(isinstance(item, str) for item in items):
            return "".join(items)
        raise _malformed()


def decode(data: bytes) -> Any:
    """One CBOR item. Raises MalformedRequest for anything else."""
    return _Decoder(data).document()


class _Outbound(Converter):
    def _scalar(self, shape: Shape) -> Convert | None:
        return Instant if shape.type == "timestamp" else None


class CborProtocol(Protocol):
    """POST /service/Name/operation/Name with a CBOR body."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._types = JsonTypes()
        self._inbound = Converter(inbound=True, full=True)
        self._outbound: Converter = _Outbound(inbound=False, full=True)
        self._readers: dict[str, Callable[[bytes], dict[str, Any]]] = {}
        self._writers: dict[str, Convert] = {}

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        parts = request.path.split("/")
        if len(parts) < 5 or parts[-4] != "service" or parts[-2] != "operation":
            raise UnknownOperation("UnknownOperationException", "", 404)
        if parts[-3] != self.model.target_prefix or parts[-1] not in self.model.operations:
            raise UnknownOperation("UnknownOperationException", "", 404)
        return parts[-1], {}

    def _reader(self, operation: OperationModel) -> Callable[[bytes], dict[str, Any]]:
        members = operation.input.members if operation.input is not None else {}
        structure = self._types.structure(operation.name, members)
        convert = self._inbound.structure(members)
        assert convert is not None

        def read(body: bytes) -> dict[str, Any]:
            try:
                return convert(
                    msgspec.convert(decode(body) if body else {}, structure, builtin_types=(bytes,))
                )
            except (msgspec.ValidationError, RecursionError):
                raise _malformed() from None

        return read

    def parse(
        self, operation: OperationModel, request: HttpRequest, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        read = self._readers.get(operation.name)
        if read is None:
            read = self._readers[operation.name] = self._reader(operation)
        return read(request.body)

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        if operation.output is None:
            return self._response(200, b"", request_id)
        convert = self._writers.get(operation.name)
        if convert is None:
            convert = self._outbound.structure(operation.output.members)
            assert convert is not None
            self._writers[operation.name] = convert
        return self._response(200, encode(convert(result)), request_id)

    def _response(self, status: int, body: bytes, request_id: str) -> HttpResponse:
        headers = [("x-amzn-RequestId", request_id), ("smithy-protocol", "rpc-v2-cbor")]
        if body:
            headers.append(("Content-Type", "application/cbor"))
        return HttpResponse(status, headers, body)

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        shape = self.model.error(error.code)
        body = {"__type": error_type(self.model, error.code, shape), **error_members(error, shape)}
        response = self._response(error.status, encode(body), request_id)
        header = query_error_header(self.model, error, shape)
        if header is not None:
            response.headers.append(header)
        return response

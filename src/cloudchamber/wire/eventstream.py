"""Messages of `application/vnd.amazon.eventstream`, and the serialization of an event-stream output.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from struct import pack
from typing import Any
from zlib import crc32

from cloudchamber.wire.errors import WireError
from cloudchamber.wire.json_shapes import JsonCodec
from cloudchamber.wire.model import Shape
from cloudchamber.wire.xml_writer import XmlWriter

Event = Mapping[str, Any] | WireError
Events = Iterable[Event] | AsyncIterable[Event]
StreamWriter = Callable[[Events, Mapping[str, Any]], AsyncIterator[bytes]]
_EventWriter = Callable[[Mapping[str, Any]], bytes]


def _header(name: str, value: str | bool | int | bytes | float) -> bytes:
    encoded = name.encode()
    start = pack("!B", len(encoded)) + encoded
    if isinstance(value, bool):
        return start + (b"\x00" if value else b"\x01")
    if isinstance(value, int):
        return start + (pack("!Bi", 4, value) if -(2**31) <= value < 2**31 else pack("!Bq", 5, value))
    if isinstance(value, float):
        return start + pack("!Bq", 8, round(value * 1000))
    if isinstance(value, bytes):
        return start + pack("!BH", 6, len(value)) + value
    text = value.encode()
    return start + pack("!BH", 7, len(text)) + text


def message(headers: Mapping[str, str | bool | int | bytes | float], payload: bytes = b"") -> bytes:
    """One message with its two checksums; a header that is a float is a timestamp in epoch seconds."""
    block = b"".join([_header(name, value) for name, value in headers.items()])
    prelude = pack("!II", 16 + len(block) + len(payload), len(block))
    start = prelude + pack("!I", crc32(prelude)) + block + payload
    return start + pack("!I", crc32(start))


def error_message(error: WireError) -> bytes:
    """An error that the stream's shape does not model; it ends the stream."""
    return message({":message-type": "error", ":error-code": error.code, ":error-message": error.message})


def _payload(
    shape: Shape, codec: JsonCodec | None, xml: XmlWriter | None, content_type: str
) -> tuple[str | None, Callable[[Mapping[str, Any]], bytes]]:
    """The content type of an event and the writer of its payload."""
    explicit = next((name for name, member in shape.members.items() if member.eventpayload), None)
    if explicit is not None:
        member = shape.members[explicit]
        if member.type == "blob":
            return "application/octet-stream", lambda event: event.get(explicit) or b""
        if member.type == "string":
            return "text/plain", lambda event: (event.get(explicit) or "").encode()
        shape, pick = member, explicit
    else:
        pick = None
    members = {name: member for name, member in shape.members.items() if not member.eventheader}
    if pick is None and not members:
        return None, lambda event: b""
    encode = codec.encoder(members) if codec is not None else _xml_encoder(shape.name, members, xml)
    return content_type, lambda event: encode((event if pick is None else event.get(pick)) or {})


def _xml_encoder(root: str, members: Mapping[str, Shape], xml: XmlWriter | None) -> _EventWriter:
    assert xml is not None
    content = xml.members(members)
    return lambda value: f"<{root}>{content(value)}</{root}>".encode()


def _event_writer(
    name: str, shape: Shape, codec: JsonCodec | None, xml: XmlWriter | None, content_type: str
) -> _EventWriter:
    payload_type, payload = _payload(shape, codec, xml, content_type)
    kind = "exception" if shape.exception else "event"
    fixed: dict[str, Any] = {f":{kind}-type": name}
    if payload_type is not None:
        fixed[":content-type"] = payload_type
    fixed[":message-type"] = kind
    own = [member for member, part in shape.members.items() if part.eventheader]

    def write(event: Mapping[str, Any]) -> bytes:
        headers = {**fixed, **{member: event[member] for member in own if event.get(member) is not None}}
        return message(headers, payload(event))

    return write


async def _each(events: Events) -> AsyncIterator[Event]:
    if isinstance(events, AsyncIterable):
        async for event in events:
            yield event
    else:
        for event in events:
            yield event


def stream_writer(
    shape: Shape,
    codec: JsonCodec | None,
    xml: XmlWriter | None,
    content_type: str,
    initial: Mapping[str, Shape] | None = None,
) -> StreamWriter:
    """The writer of an event stream of this union, from an iterator of `{"Name": {...}}` or of WireErrors.

    With `initial` (rpc protocols) the members beside the stream go first, as an `initial-response` event.
    """
    writers = {
        name: _event_writer(name, event, codec, xml, content_type) for name, event in shape.members.items()
    }
    first = codec.encoder(initial) if codec is not None and initial is not None else None
    headers = {":event-type": "initial-response", ":content-type": content_type, ":message-type": "event"}

    def write_event(event: Event) -> bytes:
        if isinstance(event, WireError):
            if event.code not in writers:
                return error_message(event)
            key = "message" if "message" in shape.members[event.code].members else "Message"
            return writers[event.code]({key: event.message, **event.members})
        ((name, value),) = event.items()
        return writers[name](value)

    async def write(events: Events, beside: Mapping[str, Any]) -> AsyncIterator[bytes]:
        if first is not None:
            yield message(headers, first(beside))
        async for event in _each(events):
            yield write_event(event)

    return write

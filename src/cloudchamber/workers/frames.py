"""Frames between the host and our own bootstraps: one byte of kind, four of length, then the body.

Arbitrary runtimes speak the Runtime API over HTTP; our Python and Node bootstraps say the same things in frames over
an inherited socket, because that costs a tenth of an HTTP exchange.
"""

import struct

HEAD = struct.Struct("!cI")
LENGTH = struct.Struct("!I")

#: host -> bootstrap
SPEC = b"S"
INVOKE = b"I"
TIME = b"T"  # the chamber's clock has moved, to the milliseconds of the body
#: bootstrap -> host
READY = b"N"
RESPONSE = b"R"
ERROR = b"E"
INIT_ERROR = b"X"
STREAM_HEAD = b"H"
STREAM_CHUNK = b"C"
STREAM_END = b"Z"
DEADLINE = b"D"  # under virtual time: wake me at the milliseconds of the body, or not any more if it is empty

FROM_BOOTSTRAP = frozenset(
    (DEADLINE, READY, RESPONSE, ERROR, INIT_ERROR, STREAM_HEAD, STREAM_CHUNK, STREAM_END)
)

#: A response may have 6 MB, and the bootstraps refuse to send more: anything much longer is garbage.
BODY_BYTES_MAX = 32 * 1024 * 1024


class GarbageFrame(ValueError):
    """The bytes are not a frame: user code wrote into the channel, or the process is broken."""


def frame(kind: bytes, body: bytes) -> bytes:
    """One frame, ready to be sent."""
    return HEAD.pack(kind, len(body)) + body


def invoke_frame(header: bytes, payload: bytes) -> bytes:
    """An INVOKE frame: the JSON header with its length, then the event."""
    size = LENGTH.size + len(header) + len(payload)
    return b"".join((HEAD.pack(INVOKE, size), LENGTH.pack(len(header)), header, payload))


class FrameParser:
    """Collects bytes and gives out the complete frames among them."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The frames that `data` completes, as (kind, body). Raises GarbageFrame."""
        buffer = self._buffer
        buffer += data
        frames: list[tuple[bytes, bytes]] = []
        position = 0
        while len(buffer) - position >= HEAD.size:
            kind, size = HEAD.unpack_from(buffer, position)
            if kind not in FROM_BOOTSTRAP or size > BODY_BYTES_MAX:
                raise GarbageFrame(f"kind {kind!r}, {size} bytes")
            start = position + HEAD.size
            if len(buffer) < start + size:
                break
            frames.append((kind, bytes(buffer[start : start + size])))
            position = start + size
        if position:
            del buffer[:position]
        return frames

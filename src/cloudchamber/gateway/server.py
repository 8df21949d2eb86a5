"""HTTP/1.1 on asyncio and httptools: bytes <-> HttpRequest and HttpResponse, and nothing of AWS.

Keep-alive, pipelining with answers in order, chunked bodies, `Expect: 100-continue`, limits on size and slowness. A request
is handed on in the callback that completes it; no task is made for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, cast

import httptools

from cloudchamber.wire.http import HttpRequest, HttpResponse

HEAD_BYTES_MAX = 64 * 1024
BODY_BYTES_MAX = 1024 * 1024 * 1024
PIPELINED_MAX = 64
SLOW_REQUEST_S = 60.0
SWEEP_S = 10.0

Respond = Callable[[HttpResponse], None]
Handle = Callable[[HttpRequest, Respond], None]

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_STATUS_LINES = {code: f"HTTP/1.1 {code} {reason}\r\n" for code, reason in _REASONS.items()}
_NO_BODY = frozenset({204, 304})


class Server:
    """Listens on one port of the loopback interface, or of `host`; gives each request to `handle(request, respond)`.

    `now_ms`: the instant that answers say in `Date`, from which SDKs learn how far their own clock is off.
    """

    def __init__(self, host: str, port: int, now_ms: Callable[[], int] | None = None) -> None:
        self._now_ms, self._dated = now_ms, (-1, "")
        self._host, self.port = host, port
        self._connections: set[Connection] = set()
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.TimerHandle | None = None
        self.closing = False

    def bind(self) -> None:
        """Take the port. Raises OSError when it is in use. Port 0 takes a free one, found afterwards in `port`."""
        self._sockets = self._bound()

    async def start(self, handle: Handle) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            self._servers.append(
                await loop.create_server(lambda: Connection(self, handle), sock=sock, backlog=1024)
            )

    def _bound(self) -> list[socket.socket]:
        first = _listen(socket.AF_INET, self._host, self.port)
        self.port = first.getsockname()[1]
        sockets = [first]
        if self._host in ("127.0.0.1", "localhost") and socket.has_ipv6:
            with contextlib.suppress(
                OSError
            ):  # a machine without IPv6 on loopback: clients use the other address
                sockets.append(_listen(socket.AF_INET6, "::1", self.port))
        return sockets

    async def stop(self) -> None:
        """Take no more; let what is being answered end for a moment; close everything."""
        self.closing = True
        for server in self._servers:
            server.close()
        if self._sweeper:
            self._sweeper.cancel()
        for connection in list(self._connections):
            connection.finish()

    def date_line(self) -> str:
        """The `Date` header of the present second; empty when nobody says what time it is."""
        if self._now_ms is None:
            return ""
        now_s = self._now_ms() // 1000
        if self._dated[0] != now_s:
            self._dated = (now_s, f"Date: {formatdate(now_s, usegmt=True)}\r\n")
        return self._dated[1]

    def opened(self, connection: Connection) -> None:
        """A connection was made."""
        self._connections.add(connection)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def lost(self, connection: Connection) -> None:
        """A connection is gone."""
        self._connections.discard(connection)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in list(self._connections):
            connection.close_if_slow(loop.time())
        again = bool(self._connections) and not self.closing
        self._sweeper = loop.call_later(SWEEP_S, self._sweep) if again else None


def _listen(family: int, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.listen(1024)
    sock.setblocking(False)
    return sock


class Connection(asyncio.Protocol):
    """One client. Answers leave in the order of their requests."""

    __slots__ = (
        "_body",
        "_body_bytes",
        "_closing",
        "_drained",
        "_expects",
        "_handle",
        "_head_bytes",
        "_headers",
        "_paused",
        "_raw_headers",
        "_since",
        "_slots",
        "_transport",
        "_url",
        "parser",
        "server",
    )

    def __init__(self, server: Server, handle: Handle) -> None:
        self.server, self._handle = server, handle
        self.parser: Any = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._slots: deque[_Slot] = deque()
        self._closing = self._paused = False
        self._drained: asyncio.Event | None = None
        self._since = 0.0
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._raw_headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._body_bytes = self._head_bytes = 0
        self._expects = False

    # -- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.server.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self.server.lost(self)
        if self._drained:
            self._drained.set()
        for slot in self._slots:
            slot.abandon()
        self._slots.clear()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        try:
            self.parser.feed_data(data)
        except _TooLarge as refusal:
            self._refuse(refusal.status, refusal.code)
        except httptools.HttpParserUpgrade:
            self._end_behind_answers()  # the request itself was handed on, and is answered as if it had not asked
        except httptools.HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, _TooLarge):
                self._refuse(cause.status, cause.code)
            else:
                self._refuse(400, "BadRequest")

    def eof_received(self) -> bool:
        if self._slots:
            self._slots[-1].keep = False  # answer what is owed, then hang up
        return bool(self._slots)

    def pause_writing(self) -> None:
        self._drained = asyncio.Event()
        self._pause()

    def resume_writing(self) -> None:
        if self._drained:
            self._drained.set()
        self._drained = None
        self._resume()

    # -- httptools

    def on_message_begin(self) -> None:
        self._since = asyncio.get_running_loop().time()

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value))
        written, text = name.decode("latin-1"), value.decode("latin-1")
        self._raw_headers.append((written, text))
        key, headers = written.lower(), self._headers
        headers[key] = f"{headers[key]},{text}" if key in headers else text
        if key == "expect":
            self._expects = text.lower() == "100-continue"

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES_MAX:
            raise _TooLarge(431, "RequestHeaderSectionTooLarge")

    def on_headers_complete(self) -> None:
        length = self._headers.get("content-length", "")
        if length.isdigit() and int(length) > BODY_BYTES_MAX:
            raise _TooLarge(413, "EntityTooLarge")
        if self._expects and not self._slots:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > BODY_BYTES_MAX:
            raise _TooLarge(413, "EntityTooLarge")
        self._body.append(body)

    def on_message_complete(self) -> None:
        parser = self.parser
        method = parser.get_method().decode("ascii")
        path, _, query = self._url.decode("latin-1").partition("?")
        if "://" in path[:8]:  # an absolute target, as proxies send it
            path = "/" + path.split("://", 1)[1].partition("/")[2]
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request = HttpRequest(method, path.partition("#")[0], query, self._headers, body, self._raw_headers)
        keep = parser.should_keep_alive() and not self.server.closing
        self._begin()
        self._since = 0.0
        slot = _Slot(self, method == "HEAD", keep)
        self._slots.append(slot)
        if len(self._slots) >= PIPELINED_MAX:
            self._pause()
        self._handle(request, slot.respond)

    # -- answers

    def flush(self) -> None:
        """Write the answers that are ready and whose turn it is."""
        slots = self._slots
        while slots and slots[0].response is not None:
            slot = slots[0]
            response = slot.response
            assert response is not None
            if isinstance(response.body, bytes):
                slots.popleft()
                self._write(response, response.body, slot)
            elif slot.streaming is None:
                slot.streaming = asyncio.get_running_loop().create_task(
                    self._stream(slot, response, response.body)
                )
                return
            else:
                return
        if self._paused and len(slots) < PIPELINED_MAX // 2 and not self._drained:
            self._resume()

    def _write(self, response: HttpResponse, body: bytes, slot: _Slot) -> None:
        if self._closing:
            return
        status = response.status
        head = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n", self.server.date_line()]
        has_length = False
        for name, value in response.headers:
            head.append(f"{name}: {value}\r\n")
            has_length = has_length or name.lower() == "content-length"
        if not has_length and status not in _NO_BODY:
            head.append(f"Content-Length: {len(body)}\r\n")
        keep = slot.keep
        head.append("\r\n" if keep else "Connection: close\r\n\r\n")
        raw = "".join(head).encode("latin-1", "replace")
        self._transport.write(raw if slot.is_head or status in _NO_BODY else raw + body)
        if not keep:
            self._close()

    async def _stream(self, slot: _Slot, response: HttpResponse, body: AsyncIterator[bytes]) -> None:
        """Send a body as it comes. A body that fails half way ends the connection: the client sees that it is cut short."""
        try:
            await self._send_stream(slot, response, body)
        except Exception:
            self._close()
            raise

    async def _send_stream(self, slot: _Slot, response: HttpResponse, body: AsyncIterator[bytes]) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        sized = any(name.lower() == "content-length" for name, _ in response.headers)
        framing = "" if sized else "Transfer-Encoding: chunked\r\n"
        status_line = _STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} \r\n"
        self._transport.write(
            f"{status_line}{self.server.date_line()}{lines}{framing}\r\n".encode("latin-1", "replace")
        )
        async for chunk in body:
            if self._closing:
                break
            if chunk and not slot.is_head:
                self._transport.write(chunk if sized else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if self._drained:
                await self._drained.wait()
        if not sized and not self._closing and not slot.is_head:
            self._transport.write(b"0\r\n\r\n")
        if self._slots and self._slots[0] is slot:
            self._slots.popleft()
        if not slot.keep:
            self._close()
        else:
            self.flush()

    def _refuse(self, status: int, code: str) -> None:
        """Bytes that are no request: say so behind the answers still owed, and hang up."""
        body = f"<Error><Code>{code}</Code><Message>{_REASONS.get(status, '')}</Message></Error>".encode()
        slot = _Slot(self, is_head=False, keep=False)
        self._slots.append(slot)
        self._pause()
        slot.respond(HttpResponse(status, [("Content-Type", "application/xml")], body))

    # -- ends

    def finish(self) -> None:
        """The server stops: close now when nothing is owed, else behind the last answer."""
        self._end_behind_answers()

    def _end_behind_answers(self) -> None:
        if not self._slots:
            self._close()
        else:
            self._slots[-1].keep = False
            self._pause()

    def close_if_slow(self, now_s: float) -> None:
        """Hang up on a client that has not completed its request for too long."""
        if self._since and not self._slots and now_s - self._since > SLOW_REQUEST_S:
            self._refuse(408, "RequestTimeout")

    def _close(self) -> None:
        self._closing = True
        self._transport.close()

    def _pause(self) -> None:
        if not self._paused and not self._closing:
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._closing:
            self._paused = False
            self._transport.resume_reading()


class _Slot:
    """The place of one answer in its connection's order."""

    __slots__ = ("_connection", "is_head", "keep", "response", "streaming")

    def __init__(self, connection: Connection, is_head: bool, keep: bool) -> None:
        self._connection, self.is_head, self.keep = connection, is_head, keep
        self.response: HttpResponse | None = None
        self.streaming: asyncio.Task[None] | None = None

    def respond(self, response: HttpResponse) -> None:
        """Give the answer; it leaves when its turn comes."""
        self.response = response
        self._connection.flush()

    def abandon(self) -> None:
        """The client is gone."""
        if self.streaming:
            self.streaming.cancel()


class _TooLarge(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

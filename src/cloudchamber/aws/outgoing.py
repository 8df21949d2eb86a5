"""HTTP requests that leave the chamber: webhooks, API destinations, anything that is not a call of an operation.

Each one leaves a track (`http POST host/path`), caused by the call that made it. Virtual time stands still until it is answered.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

import httptools
import msgspec

from cloudchamber.aws.call import Call
from cloudchamber.aws.context import Context

BODY_BYTES_MAX = 10 * 1024 * 1024
HEADER_BYTES_MAX = 65_536
_CHUNK_BYTES = 65_536
_MS_PER_WINDOW = 1_000

Headers = Iterable[tuple[str, str]]


class NoAnswer(Exception):
    """A request had no whole answer: nobody listens, no TLS, not HTTP, too large, or too late (`timed_out`)."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Answer(msgspec.Struct, frozen=True):
    """What came back, whatever its status."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name, compared without case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


async def send(
    ctx: Context, method: str, url: str, headers: Headers, body: bytes = b"", *, timeout_s: float
) -> Answer:
    """Make one HTTP/1.1 request and wait for its answer, up to `timeout_s` seconds. Raises NoAnswer.

    Redirects are not followed. `Host`, `Content-Length` and `Connection` are added; a user and password in `url` are left out.
    """
    cloud, parts = ctx.cloud, urlsplit(url)
    track, _ = cloud.begin(Call("http", method, {}, ctx.principal, ctx.account, ctx.region, ctx.trace))
    track.resource = f"{parts.netloc.rpartition('@')[2]}{parts.path}"
    started_ns = cloud.clock.elapsed_ns()
    cloud.clock.hold()
    try:
        async with asyncio.timeout(timeout_s):
            response = await _exchange(url, _request(method, url, headers, body), method)
    except TimeoutError:
        track.error = "Timeout"
        raise NoAnswer(f"{url} did not answer within {timeout_s:g} seconds", timed_out=True) from None
    except (OSError, ValueError, EOFError, httptools.HttpParserError) as error:
        track.error = type(error).__name__
        raise NoAnswer(f"{url}: {error or type(error).__name__}") from error
    else:
        track.note = str(response.status)
        return response
    finally:
        cloud.clock.release()
        track.duration_us = (cloud.clock.elapsed_ns() - started_ns) // 1000
        cloud.tracks.add(track)


def _request(method: str, url: str, headers: Headers, body: bytes) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}"]
    for name, value in headers:
        if name.lower() not in ("host", "content-length", "connection"):
            lines.append(f"{name}: {value}")
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    if any("\r" in line or "\n" in line or "\0" in line for line in lines) or " " in target:
        raise ValueError("a request's target and headers are on one line each")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


async def _exchange(url: str, request: bytes, method: str) -> Answer:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ValueError("not an http or https URL")
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or (443 if secure else 80), ssl=_tls() if secure else None
    )
    try:
        writer.write(request)
        await writer.drain()
        return await _answer(reader, method)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, method: str) -> Answer:
    reading = _Reading(method)
    while not reading.done:
        chunk = await reader.read(_CHUNK_BYTES)
        if not chunk:
            return reading.ended()
        reading.parser.feed_data(chunk)
        if reading.size_bytes > BODY_BYTES_MAX or reading.header_bytes > HEADER_BYTES_MAX:
            raise ValueError("the answer is too large")
    return reading.response()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Reading:
    """What the parser has found so far."""

    def __init__(self, method: str) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.done = self._in_body = False
        self.size_bytes = self.header_bytes = 0
        self._without_body = method == "HEAD"
        self._headers: list[tuple[str, str]] = []
        self._chunks: list[bytes] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.header_bytes += len(name) + len(value)
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if self.parser.get_status_code() < 200:
            return
        self._in_body = True
        if self._without_body:
            self.done = True

    def on_body(self, body: bytes) -> None:
        self.size_bytes += len(body)
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() < 200:
            self._headers.clear()  # an interim answer; the real one follows
        else:
            self.done = True

    def ended(self) -> Answer:
        """The peer closed: the answer is whole when nothing said how long it is."""
        told = {name.lower() for name, _ in self._headers} & {"content-length", "transfer-encoding"}
        if not self._in_body or told:
            raise EOFError("the connection was closed before the answer was whole")
        return self.response()

    def response(self) -> Answer:
        return Answer(self.parser.get_status_code(), self._headers, b"".join(self._chunks))


class Pace(msgspec.Struct, frozen=True, array_like=True):
    """How many requests a destination was given in the window that began at `window_at_ms`."""

    window_at_ms: int = 0
    used_count: int = 0

    def next(self, rate_per_s: int, now_ms: int) -> tuple[Pace, int]:
        """The pace after one more request, and the instant at which it may be made: `rate_per_s` in each second, in order."""
        if now_ms >= self.window_at_ms + _MS_PER_WINDOW:
            return Pace(now_ms, 1), now_ms
        if self.used_count < rate_per_s:
            return Pace(self.window_at_ms, self.used_count + 1), max(now_ms, self.window_at_ms)
        window_at_ms = self.window_at_ms + _MS_PER_WINDOW
        return Pace(window_at_ms, 1), window_at_ms

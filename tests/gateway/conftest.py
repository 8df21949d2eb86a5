"""A server on a free port, and clients that speak raw bytes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cloudchamber.gateway import Front, Server
from cloudchamber.wire.http import HttpRequest, HttpResponse

AUTH = (
    "AWS4-HMAC-SHA256 Credential=123456789012/20260101/{region}/{service}/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)


def authorization(service: str, region: str = "us-east-1") -> dict[str, str]:
    return {"Authorization": AUTH.format(service=service, region=region), "X-Amz-Date": "20260101T000000Z"}


def http(method: str, path: str = "/", body: bytes = b"", **headers: str) -> bytes:
    lines = {"Host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body and "Transfer-Encoding" not in lines:
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def sqs(operation: str, body: bytes, **headers: str) -> bytes:
    more = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    return http("POST", "/", body, **(authorization("sqs") | more | headers))


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """The next response. `head`: it answers a HEAD request."""
        raw = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        first, *lines = raw.decode("latin-1").split("\r\n")[:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            while size := int(await self.reader.readline(), 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        elif not head:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def end(self) -> bytes:
        """What comes until the server hangs up."""
        return await asyncio.wait_for(self.reader.read(), 5)

    async def close(self) -> None:
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


class Echo:
    """A handler that answers `/later/NAME` when `release(NAME)` is called, and everything else at once."""

    def __init__(self) -> None:
        self.seen: list[HttpRequest] = []
        self.held: dict[str, Any] = {}

    def handle(self, request: HttpRequest, respond: Any) -> None:
        self.seen.append(request)
        if request.path.startswith("/later/"):
            self.held[request.path[7:]] = respond
        elif request.path == "/stream":
            respond(HttpResponse(200, [], self.chunks(3)))
        elif request.path == "/broken":
            respond(HttpResponse(200, [], self.chunks(-1)))
        else:
            respond(HttpResponse(200, [("X-Path", request.path)], request.body))

    async def chunks(self, count: int):
        yield b"first"
        if count < 0:
            raise ConnectionError("the body fails half way")
        for n in range(count):
            yield b"%d" % n

    def release(self, name: str) -> None:
        self.held.pop(name)(HttpResponse(200, [("X-Path", name)], name.encode()))


@pytest.fixture
async def connect():
    """`client = await connect(handle)`; `connect.server` is the server."""
    clients: list[Client] = []
    servers: list[Server] = []

    async def connect(handle: Any) -> Client:
        if not servers:
            servers.append(Server("127.0.0.1", 0))
            servers[0].bind()
            await servers[0].start(handle)
            connect.server = servers[0]
        client = Client(*await asyncio.open_connection("127.0.0.1", servers[0].port))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        await client.close()
    for server in servers:
        await server.stop()


@pytest.fixture
def front(cloud):
    return Front(cloud.cloud)

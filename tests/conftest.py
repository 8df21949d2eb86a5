"""What every test may ask for: a cloud in memory, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

settings.register_profile("shared machines", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machines")

ACCOUNT, REGION = "123456789012", "us-east-1"


class InMemory:
    """A cloud on virtual time, called as an SDK would call it: `await cloud("sqs", "SendMessage", QueueUrl=...)`."""

    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        self.cloud, self.clock = cloud, clock

    async def __call__(
        self, service: str, operation: str, *, account: str = ACCOUNT, region: str = REGION, **request: Any
    ) -> Any:
        """The answer; time goes on while it is waited for. Raises AwsError."""
        return await self.clock.run(self.start(service, operation, account=account, region=region, **request))

    def start(
        self, service: str, operation: str, *, account: str = ACCOUNT, region: str = REGION, **request: Any
    ) -> Awaitable[Any]:
        """The same without letting time go on: for calls side by side."""
        call = Call(service, operation, request, f"arn:aws:iam::{account}:root", account, region)
        return self.cloud.call(call)

    async def settle(self) -> None:
        """Let everything that is due come to its end."""
        await self.clock.advance(0)


@pytest.fixture
async def cloud(tmp_path: Any) -> AsyncIterator[InMemory]:
    """A fresh cloud in memory, seed 0."""
    clock = VirtualClock(seed=0)
    options = Settings(data_folder=str(tmp_path / "data"), scratch_folder=str(tmp_path))
    made = Cloud(SqliteStore(None), clock, SERVICES, options)
    await made.start()
    yield InMemory(made, clock)
    await made.stop()


class Received(NamedTuple):
    """One request as an endpoint got it; names of headers are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at_ms: int


class Endpoint:
    """A web server outside of the cloud: it keeps what it was sent, and sends `answers` (a status, or raw bytes), then 200s."""

    def __init__(self, clock: VirtualClock) -> None:
        self.received: list[Received] = []
        self.answers: list[bytes | int] = []
        self.url = ""
        self._clock = clock

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        self.received.append(Received(method, target, headers, body, self._clock.now_ms()))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} Said So\r\nContent-Length: 2\r\n\r\nok".encode()
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def endpoint(cloud: InMemory) -> AsyncIterator[Endpoint]:
    """A web server on a free port, with real sockets."""
    made = Endpoint(cloud.clock)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
def error_of() -> Callable[[Awaitable[Any]], Awaitable[Any]]:
    """The AwsError that a call ends with."""
    from cloudchamber.aws import AwsError

    async def get(call: Awaitable[Any]) -> AwsError:
        with pytest.raises(AwsError) as raised:
            await call
        return raised.value

    return get

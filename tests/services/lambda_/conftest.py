"""Functions whose behaviour a test scripts: each invocation asks the test, over a socket, what to answer."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.workers.zygote_client import ZygoteClient

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/lambda"

SCRIPTED = """
import json, os, socket
def handler(event, context):
    told = {"event": event, "request_id": context.aws_request_id, "arn": context.invoked_function_arn,
            "version": context.function_version, "trace": os.environ.get("_X_AMZN_TRACE_ID", ""),
            "client_context": context.client_context and context.client_context.custom,
            "environ": dict(os.environ), "stream": context.log_stream_name}
    with socket.create_connection(("127.0.0.1", int(os.environ["SCRIPT_PORT"]))) as connection:
        connection.sendall(json.dumps(told).encode() + b"\\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["value"]
"""


def make_zip(files: dict[str, str], modes: dict[str, int] | None = None) -> bytes:
    """An archive of texts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = ((modes or {}).get(name, 0o644) | 0o100000) << 16
            archive.writestr(entry, text)
    return sink.getvalue()


class InMemory:
    """A cloud on virtual time, as in `tests/conftest.py`, on the event loop of the whole session (one zygote serves all)."""

    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        self.cloud, self.clock = cloud, clock

    async def __call__(self, service: str, operation: str, **request: Any) -> Any:
        return await self.clock.run(self.start(service, operation, **request))

    def start(
        self, service: str, operation: str, *, account: str = ACCOUNT, region: str = REGION, **request: Any
    ) -> Awaitable[Any]:
        """The call without letting time go on."""
        principal = request.pop("principal", f"arn:aws:iam::{account}:root")
        return self.cloud.call(Call(service, operation, request, principal, account, region))

    async def settle(self) -> None:
        await self.clock.advance(0)


class Fails(Exception):
    """What a script raises to let its function fail."""


Script = Callable[[dict[str, Any]], Any]


class Functions:
    """Makes functions in a cloud, and keeps what they were told."""

    Fails = Fails

    def __init__(self, cloud: Any, port: int) -> None:
        self.cloud, self.port = cloud, port
        self.told: list[dict[str, Any]] = []
        self.script: Script = lambda told: told["event"]
        self.busy = self.busy_max = 0
        self._came = asyncio.Event()

    @property
    def events(self) -> list[Any]:
        return [told["event"] for told in self.told]

    async def create(self, name: str = "fn", source: str = SCRIPTED, **members: Any) -> dict[str, Any]:
        """A function that does what `script` says, or what `source` does."""
        variables = members.pop("Variables", {}) | {"SCRIPT_PORT": str(self.port)}
        request = {
            "FunctionName": name,
            "Role": ROLE,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Timeout": 20,
            "MemorySize": 512,
            "Code": {"ZipFile": make_zip({"app.py": source})},
            "Environment": {"Variables": variables},
        }
        return await self.cloud("lambda", "CreateFunction", **(request | members))

    async def invoke(self, name: str = "fn", event: Any = None, **members: Any) -> dict[str, Any]:
        payload = json.dumps(event).encode()
        return await self.cloud("lambda", "Invoke", FunctionName=name, Payload=payload, **members)

    def gate(self) -> asyncio.Event:
        """From now on every invocation waits until this is set."""
        gate = asyncio.Event()

        async def script(told: dict[str, Any]) -> None:
            await gate.wait()

        self.script = script
        return gate

    async def until(self, count: int) -> None:
        """Wait until so many invocations have begun."""
        while len(self.told) < count:
            self._came.clear()
            await self._came.wait()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = json.loads(await reader.readline())
        self.told.append(told)
        self.busy += 1
        self.busy_max = max(self.busy, self.busy_max)
        self._came.set()
        try:
            value = self.script(told)
            answer = {"value": await value if isinstance(value, Awaitable) else value}
        except Fails as error:
            told["failed"] = True
            answer = {"error": str(error)}
        self.busy -= 1
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def zygote() -> AsyncIterator[ZygoteClient]:
    """One process to fork from for all tests."""
    client = ZygoteClient()
    client.start()
    yield client
    client.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def cloud(tmp_path: Any) -> AsyncIterator[InMemory]:
    """A fresh cloud in memory, seed 0."""
    clock = VirtualClock(seed=0)
    settings = Settings(data_folder=str(tmp_path / "data"), scratch_folder=str(tmp_path))
    made = Cloud(SqliteStore(None), clock, SERVICES, settings)
    await made.start()
    yield InMemory(made, clock)
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def functions(cloud: Any, zygote: ZygoteClient) -> AsyncIterator[Functions]:
    """Functions in the cloud of this test."""
    cloud.cloud._lives["lambda"] = Environments(cloud.cloud, zygote)
    made = Functions(cloud, 0)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0, limit=1 << 24)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
def zipped() -> Callable[..., bytes]:
    """Makes archives."""
    return make_zip


@pytest.fixture
def tail_of() -> Callable[[dict[str, Any]], str]:
    """The log of an invocation."""
    return lambda answer: base64.b64decode(answer["LogResult"]).decode()


@pytest.fixture
def queue_of(cloud: Any) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    """What lies in a queue, taken out."""

    async def get(url: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            answer = await cloud.start(
                "sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            )
            if not answer.get("Messages"):
                return found
            found += answer["Messages"]

    return get

"""The scripted functions of Lambda's tests, and pipes between what this test made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from tests.conftest import Endpoint
from tests.services.lambda_.conftest import cloud, functions, queue_of, zygote

__all__ = ["cloud", "functions", "queue_of", "zygote"]

PLACE = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/pipe"


@pytest.fixture
def pipe(cloud: Any) -> Callable[..., Awaitable[Any]]:
    """Makes a pipe called `orders` without letting time go on; `source` and `target` are the ends of ARNs."""

    async def make(source: str, target: str, **members: Any) -> Any:
        request = {
            "Name": "orders",
            "Source": arn_of(source),
            "Target": arn_of(target),
            "RoleArn": ROLE,
        }
        return await cloud.start("pipes", "CreatePipe", **(request | members))

    return make


def arn_of(text: str) -> str:
    if text.startswith("arn:"):
        return text
    service, _, resource = text.partition(":")
    return f"arn:aws:{service}:{PLACE}:{resource}"


@pytest.fixture
def queue(cloud: Any) -> Callable[..., Awaitable[str]]:
    """Makes a queue; gives its URL."""

    async def make(name: str, **attributes: str) -> str:
        answer = await cloud.start("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
        return answer["QueueUrl"]

    return make


@pytest.fixture
def send(cloud: Any) -> Callable[..., Awaitable[None]]:
    """Sends messages one by one."""

    async def do(url: str, *bodies: str, **members: Any) -> None:
        for body in bodies:
            await cloud.start("sqs", "SendMessage", QueueUrl=url, MessageBody=body, **members)

    return do


@pytest.fixture
def counts(cloud: Any) -> Callable[[str], Awaitable[tuple[int, int]]]:
    """How many messages of a queue are visible, and how many are not."""

    async def get(url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = await cloud.start("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=names)
        return int(answer["Attributes"][names[0]]), int(answer["Attributes"][names[1]])

    return get


@pytest.fixture
def bodies(queue_of: Any) -> Callable[[str], Awaitable[list[str]]]:
    """What lies in a queue, taken out: the bodies, in order."""

    async def get(url: str) -> list[str]:
        return [message["Body"] for message in await queue_of(url)]

    return get


@pytest_asyncio.fixture(loop_scope="session")
async def endpoint(cloud: Any) -> AsyncIterator[Endpoint]:
    """The web server of `tests/conftest.py`, on the event loop of the whole session."""
    made = Endpoint(cloud.clock)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    await server.wait_closed()

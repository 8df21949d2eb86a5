"""The Runtime API over HTTP: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cloudchamber.workers.runtime_api import RuntimeApi
from cloudchamber.workers.session import Answer, RuntimeSession, Task
from cloudchamber.workers.spec import Invocation

PREFIX = "/2018-06-01/runtime"


class Client:
    """One connection of a runtime."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        lines = [f"{method} {PREFIX}{path} HTTP/1.1", "Host: runtime", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, body

    async def exchange(self, method: str, path: str, body: bytes = b"", **headers: str):
        self.ask(method, path, body, **headers)
        status, _, answered = await self.answer()
        return status, json.loads(answered)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[RuntimeSession, Client]]:
    session = RuntimeSession(on_waiting=lambda: None)
    api = await RuntimeApi.open(session, on_answer=lambda: None)
    host, port = api.address.split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    try:
        yield session, client
    finally:
        await client.close()
        api.close()


def task(payload: bytes = b"{}") -> Task:
    invocation = Invocation(
        "r-1", payload, None, "Root=1-5bef4de7", '{"custom":{}}', '{"cognitoIdentityId":"i"}'
    )
    return Task(invocation, 1_542_409_706_888, 3000, "arn:aws:lambda:us-east-1:000000000000:function:fn")


async def test_the_next_event_has_the_documented_headers():
    async with served() as (session, client):
        result = session.begin(task(b'{"a": 1}'), None)
        client.ask("GET", "/invocation/next")
        status, headers, body = await client.answer()

        assert (status, body) == (200, b'{"a": 1}')
        assert {name: value for name, value in headers.items() if name.startswith("lambda-")} == {
            "lambda-runtime-aws-request-id": "r-1",
            "lambda-runtime-deadline-ms": "1542409706888",
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:fn",
            "lambda-runtime-trace-id": "root=1-5bef4de7",
            "lambda-runtime-client-context": '{"custom":{}}',
            "lambda-runtime-cognito-identity": '{"cognitoidentityid":"i"}',
        }
        assert await client.exchange("POST", "/invocation/r-1/response", b'"ok"') == (202, {"status": "OK"})
        assert await result == Answer(b'"ok"', None, "application/json")


REFUSALS = [
    ("POST", "/invocation/other/response", 403, "InvalidRequestID"),
    ("POST", "/invocation/other/error", 403, "InvalidRequestID"),
    ("GET", "/invocation/next", 403, "InvalidStateTransition"),
    ("POST", "/init/error", 403, "InvalidStateTransition"),
    ("POST", "/invocation/next", 405, "MethodNotAllowed"),
    ("GET", "/invocation/r-1/response", 405, "MethodNotAllowed"),
    ("GET", "/nothing", 404, "ResourceNotFound"),
]


@pytest.mark.parametrize(("method", "path", "status", "kind"), REFUSALS)
async def test_what_a_busy_runtime_may_not_ask(method, path, status, kind):
    async with served() as (session, client):
        session.begin(task(), None)
        client.ask("GET", "/invocation/next")
        await client.answer()

        refused, answer = await client.exchange(method, path)

        assert (refused, answer["errorType"]) == (status, kind)


async def test_a_response_over_six_megabytes_is_refused_and_the_function_fails():
    async with served() as (session, client):
        result = session.begin(task(), None)
        client.ask("GET", "/invocation/next")
        await client.answer()

        status, answer = await client.exchange(
            "POST", "/invocation/r-1/response", b"x" * (6 * 1024 * 1024 + 101)
        )

        assert (status, answer["errorType"]) == (413, "RequestEntityTooLarge")
        assert (await result).error_type == "Function.ResponseSizeTooLarge"


async def test_an_error_takes_its_type_from_the_header():
    async with served() as (session, client):
        result = session.begin(task(), None)
        client.ask("GET", "/invocation/next")
        await client.answer()
        header = {"Lambda_Runtime_Function_Error_Type": "Runtime.UnknownReason"}

        status, _ = await client.exchange("POST", "/invocation/r-1/error", b'{"errorType": "X"}', **header)

        assert status == 202
        assert await result == Answer(b'{"errorType": "X"}', "Runtime.UnknownReason")


async def test_an_init_error_ends_the_init_phase():
    async with served() as (session, client):
        body = b'{"errorType": "InvalidFunctionException", "errorMessage": "no"}'

        assert (await client.exchange("POST", "/init/error", body))[0] == 202
        assert await session.init == Answer(body, "InvalidFunctionException")


STREAM_HEAD = (
    f"POST {PREFIX}/invocation/r-1/response HTTP/1.1\r\nHost: runtime\r\nContent-Type: text/plain\r\n"
    "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
    "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
).encode()
#: {"errorMessage": "midway"}
ERROR_TRAILERS = (
    b"Lambda-Runtime-Function-Error-Type: Own.Error\r\n"
    b"Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiAibWlkd2F5In0=\r\n"
)


@pytest.mark.parametrize(
    ("trailers", "expected"),
    [
        (b"", Answer(b"", None, "text/plain")),
        (ERROR_TRAILERS, Answer(b'{"errorMessage": "midway"}', "Own.Error")),
    ],
)
async def test_a_chunked_response_streams(trailers, expected):
    chunks: list[bytes] = []
    async with served() as (session, client):
        result = session.begin(task(), chunks.append)
        client.ask("GET", "/invocation/next")
        await client.answer()

        client.send(STREAM_HEAD + b"4\r\none \r\n3\r\ntwo\r\n0\r\n" + trailers + b"\r\n")

        assert await result == expected
        assert b"".join(chunks) == b"one two"


async def test_what_is_not_http_closes_the_connection():
    async with served() as (_, client):
        client.send(b"\x00\x01 garbage \r\n\r\n")

        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await client.answer()


async def test_a_runtime_that_asks_and_goes_away_leaves_the_event_for_the_next():
    async with served() as (session, client):
        client.ask("GET", "/invocation/next")
        await session.init
        await client.close()
        api = await RuntimeApi.open(session, on_answer=lambda: None)
        host, port = api.address.split(":")
        another = Client(*await asyncio.open_connection(host, int(port)))
        another.ask("GET", "/invocation/next")

        session.begin(task(b'"kept"'), None)

        assert (await another.answer())[2] == b'"kept"'
        await another.close()
        api.close()

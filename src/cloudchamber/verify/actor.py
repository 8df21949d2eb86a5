"""Who plays a scenario: a thread that speaks AWS through boto3, without a socket, and holds virtual time while it runs.

Its calls come when everything else has come to rest, unless the schedule says otherwise; so what it does is part of the schedule
as much as what functions do.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from boto3.session import Session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from cloudchamber.clock import VirtualClock
from cloudchamber.clock.durations import duration_ms
from cloudchamber.gateway.front import WAITS_FOR_REST
from cloudchamber.wire.http import HttpRequest, HttpResponse


class Answer:
    """What came back from `Actor.http`."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Place(Protocol):
    """What an actor needs of its stage."""

    clock: VirtualClock
    account: str
    region: str
    outputs: dict[str, str]
    physical_ids: dict[str, str]

    @property
    def base_url(self) -> str: ...

    def acting(self, acts: bool) -> None: ...

    def handle(self, request: HttpRequest, respond: Callable[[HttpResponse], None]) -> None: ...


class Actor:
    """The `chamber` that a scenario is given. It serves one run after another: boto3 is slower to set up than most runs are."""

    def __init__(self, place: Place, loop: asyncio.AbstractEventLoop) -> None:
        self._place, self._loop = place, loop
        self._session = Session(place.account, "scenario", region_name=place.region)
        self._clients: dict[str, Any] = {}

    # -- AWS

    @property
    def endpoint_url(self) -> str:
        """Where the chamber is reached."""
        return self._place.base_url

    def client(self, service: str) -> Any:
        """A boto3 client of the chamber."""
        if service not in self._clients:
            self._clients[service] = self.connected(self._session.client(service, **self._settings()))
        return self._clients[service]

    def resource(self, service: str) -> Any:
        """A boto3 resource of the chamber."""
        resource: Any = self._session.resource(service, **self._settings())
        self.connected(resource.meta.client)
        return resource

    def output(self, key: str) -> str:
        """An output of the stack. Raises KeyError with those that there are."""
        return _found(self._place.outputs, key, "output")

    def stack_resource(self, logical_id: str) -> str:
        """The physical id of a resource of the stack: a queue's URL, a table's name. Raises KeyError with those there are."""
        return _found(self._place.physical_ids, logical_id, "resource")

    def http(
        self,
        method: str,
        url: str,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Answer:
        """An HTTP request to the chamber, such as to an API of the application. `json`: a body that is sent as JSON."""
        parts = urlsplit(url)
        sent = {name.lower(): value for name, value in (headers or {}).items()} | {"host": parts.netloc}
        if json is not None:
            body, sent = msgspec.json.encode(json), {"content-type": "application/json", **sent}
        body = body.encode() if isinstance(body, str) else body
        response, content = self._exchange(HttpRequest(method, parts.path or "/", parts.query, sent, body))
        return Answer(response.status, dict(response.headers), content)

    # -- time

    def now(self) -> datetime:
        """The instant on the chamber's clock."""
        return datetime.fromtimestamp(self._place.clock.now_ms() / 1000, UTC)

    def advance(self, duration: str | float | timedelta) -> None:
        """Let that much time pass, through everything that is due on the way."""
        self._while_released(self._place.clock.advance(duration_ms(duration)))

    def run_until_idle(self) -> None:
        """Let time pass until nothing waits but what comes again for ever."""
        self._while_released(self._place.clock.run_until_idle())

    # -- how it is done

    def _settings(self) -> dict[str, Any]:
        config = Config(retries={"mode": "standard", "total_max_attempts": 1}, parameter_validation=True)
        return {"endpoint_url": self._place.base_url, "config": config}

    def connected(self, client: Any) -> Any:
        """A boto3 client, its calls made by this actor."""
        client.meta.events.register("before-send", self._send)
        return client

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()} | {
            "host": parts.netloc
        }
        body = request.body if request.body is not None else b""
        body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
        asked = HttpRequest(request.method, parts.path or "/", parts.query, headers, body)
        response, content = self._exchange(asked)
        return AWSResponse(request.url, response.status, dict(response.headers), _Raw(content))

    def _exchange(self, request: HttpRequest) -> tuple[HttpResponse, bytes]:
        request.headers[WAITS_FOR_REST] = "1"
        place = self._place

        async def ask() -> tuple[HttpResponse, bytes]:
            came: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()

            def answered(response: HttpResponse) -> None:
                place.acting(True)
                came.set_result(response)

            place.handle(request, answered)
            if not came.done():
                place.acting(False)
            response = await came
            return response, await _whole(response.body)

        return self._in_loop(place.clock.run(ask(), promptly=True))

    def _while_released(self, work: Awaitable[Any]) -> Any:
        """Let go of the clock while the chamber does `work`, and hold it again."""

        async def released() -> Any:
            self._place.acting(False)
            try:
                return await work
            finally:
                self._place.acting(True)

        return self._in_loop(released())

    def _in_loop(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Any:
        """The body in chunks."""
        while chunk := self.read(amt):
            yield chunk


async def _whole(body: bytes | AsyncIterator[bytes]) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"".join([chunk async for chunk in body])


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _found(names: Mapping[str, str], key: str, kind: str) -> str:
    if key not in names:
        raise KeyError(f"the stack has no {kind} {key!r}; it has {', '.join(sorted(names)) or 'none'}")
    return names[key]

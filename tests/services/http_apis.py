"""Real functions behind real APIs, and requests to them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cloudchamber.aws import Call
from cloudchamber.wire.http import HttpRequest, HttpResponse


def zipped(source: str) -> bytes:
    """A deployment package with one Python module."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", source)
    return content.getvalue()


Request = Callable[..., Awaitable[HttpResponse]]


@pytest.fixture
def function(cloud: Any) -> Callable[..., Awaitable[str]]:
    """Make a Python function from its source; gives its ARN."""

    async def make(source: str, name: str = "hello", **members: Any) -> str:
        made = await cloud(
            "lambda", "CreateFunction", FunctionName=name, Runtime="python3.12", Handler="app.handler",
            Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": zipped(source)}, **members,
        )  # fmt: skip
        return made["FunctionArn"]

    return make


@pytest.fixture
def request_to(cloud: Any) -> Request:
    """Send a request to an API, as the gateway would: `await request_to(api_id, "GET", "/a?b=c", headers)`."""

    async def send(
        api_id: str,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        repeated: tuple[tuple[str, str], ...] = (),
    ) -> HttpResponse:
        path, _, query = target.partition("?")
        raw = [("Host", f"{api_id}.execute-api.us-east-1.amazonaws.com"), *(headers or {}).items(), *repeated]
        found: dict[str, str] = {}
        for name, value in raw:
            key = name.lower()
            found[key] = f"{found[key]},{value}" if key in found else value
        message = HttpRequest(method, path, query, found, body, raw)
        for service in ("apigatewayv2", "apigateway"):
            if service not in cloud.cloud.service_names:
                continue
            _, ctx = cloud.cloud.begin(Call(service, method, {}, "anonymous", "000000000000", "us-east-1"))
            cloud.clock.hold()
            try:
                handler = cloud.cloud.service(service).http["execute-api"]
                response = await handler(ctx, message, api_id)
            finally:
                cloud.clock.release()
            if response is not None:
                return response
        raise AssertionError(f"nobody knows {api_id}")

    async def run(*args: Any, **kwargs: Any) -> HttpResponse:
        return await cloud.clock.run(send(*args, **kwargs))

    return run

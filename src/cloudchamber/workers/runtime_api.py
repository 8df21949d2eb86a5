"""The Lambda Runtime API over HTTP, on a loopback port of its own for each environment.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools

from cloudchamber.workers.session import RESPONSE_BYTES_MAX, RuntimeSession, Task

_ROUTE = re.compile(r"/2018-06-01/runtime/(?:invocation/(?:(next)|([^/]+)/(response|error))|(init)/error)/?")
_BODY_BYTES_MAX = 4 * RESPONSE_BYTES_MAX


class RuntimeApi:
    """The listening socket of one environment."""

    def __init__(self, session: RuntimeSession, on_answer: Callable[[], object]) -> None:
        self._session = session
        self._on_answer = on_answer
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self.address = ""

    @classmethod
    async def open(cls, session: RuntimeSession, on_answer: Callable[[], object]) -> "RuntimeApi":
        """Listen; `address` is what AWS_LAMBDA_RUNTIME_API shall be."""
        api = cls(session, on_answer)
        loop = asyncio.get_running_loop()
        api._server = await loop.create_server(
            lambda: Connection(session, on_answer, api._connections), "127.0.0.1", 0
        )
        api.address = f"127.0.0.1:{api._server.sockets[0].getsockname()[1]}"
        return api

    def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server:
            self._server.close()
        for connection in list(self._connections):
            connection.close()


class Connection(asyncio.Protocol):
    """One connection of a runtime."""

    def __init__(
        self, session: RuntimeSession, on_answer: Callable[[], object], connections: set["Connection"]
    ) -> None:
        self._session = session
        self._on_answer = on_answer
        self._connections = connections
        self._transport: asyncio.WriteTransport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._reset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A runtime connected."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The runtime went away, perhaps while it waited for an event."""
        self._connections.discard(self)
        self._session.abandon(self._deliver)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what is not HTTP closes the connection."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def close(self) -> None:
        """Drop the connection."""
        if self._transport:
            self._transport.abort()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._reset()

    def on_url(self, url: bytes) -> None:
        """A part of the URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or after the body a trailer."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head is complete: a streamed response begins."""
        self._keeps_alive = self._parser.should_keep_alive()
        self._streams = self._headers.get("lambda-runtime-function-response-mode", "").lower() == "streaming"
        if self._streams and self._matches_current():
            self._session.stream_head(self._headers.get("content-type", "application/octet-stream"))

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._streams:
            if self._matches_current():
                self._session.stream_chunk(body)
        elif self._size <= _BODY_BYTES_MAX:
            self._size += len(body)
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The request is complete: do it and answer."""
        match = _ROUTE.fullmatch(self._url.decode("latin-1").split("?")[0])
        method = self._parser.get_method()
        if match is None:
            self._answer_error(HTTPStatus.NOT_FOUND, "ResourceNotFound", "404 page not found")
        elif match[1] and method == b"GET":
            if not self._session.next(self._deliver):
                self._answer_error(
                    HTTPStatus.FORBIDDEN, "InvalidStateTransition", "Transition is not allowed"
                )
        elif method != b"POST" or match[1]:
            self._answer_error(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "Method Not Allowed")
        elif match[4]:
            self._fail_init()
        elif match[2] != self._session.request_id:
            self._answer_error(HTTPStatus.FORBIDDEN, "InvalidRequestID", "Invalid request ID")
        elif match[3] == "response":
            self._respond()
        else:
            self._accept()
            self._session.fail(self._joined(), self._headers.get("lambda-runtime-function-error-type"))

    def _respond(self) -> None:
        content_type = self._headers.get("content-type", "application/json")
        if self._streams:
            self._accept()
            error = self._headers.get("lambda-runtime-function-error-body", "")
            self._session.stream_end(_decoded(error), self._headers.get("lambda-runtime-function-error-type"))
        elif self._size > RESPONSE_BYTES_MAX:
            message = f"Exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
            self._answer_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", message)
            self._session.respond(self._joined())
        else:
            self._accept()
            self._session.respond(self._joined(), content_type)

    def _fail_init(self) -> None:
        if self._session.init.done():
            self._answer_error(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "Transition is not allowed")
            return
        self._accept()
        self._session.fail_init(self._joined(), self._headers.get("lambda-runtime-function-error-type"))

    def _matches_current(self) -> bool:
        match = _ROUTE.fullmatch(self._url.decode("latin-1").split("?")[0])
        return match is not None and match[2] is not None and match[2] == self._session.request_id

    def _accept(self) -> None:
        self._on_answer()
        self._send(HTTPStatus.ACCEPTED, {}, b'{"status":"OK"}')

    def _answer_error(self, status: HTTPStatus, kind: str, message: str) -> None:
        self._send(status, {}, json.dumps({"errorMessage": message, "errorType": kind}).encode())

    def _deliver(self, task: Task) -> None:
        invocation = task.invocation
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(task.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": task.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_header,
            "Lambda-Runtime-Client-Context": invocation.client_context,
            "Lambda-Runtime-Cognito-Identity": invocation.cognito_identity,
        }
        self._send(
            HTTPStatus.OK, {name: value for name, value in headers.items() if value}, invocation.payload
        )

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Content-Type: application/json"]
        lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        self._transport.write("\r\n".join(lines).encode("utf-8") + body)
        if not self._keeps_alive:
            self._transport.close()

    def _joined(self) -> bytes:
        return b"".join(self._body)

    def _reset(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._streams = False
        self._keeps_alive = True


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _decoded(body: str) -> bytes:
    """The trailer with the error is base64."""
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return body.encode()

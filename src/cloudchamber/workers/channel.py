"""The fast transport: our own bootstraps say the verbs of the Runtime API in frames."""

import asyncio
import json
from collections.abc import Callable
from typing import cast

from cloudchamber.workers import frames
from cloudchamber.workers.session import RuntimeSession, Task


class FrameChannel(asyncio.Protocol):
    """The host's end of a bootstrap's socket. `on_answer` is called when an answer has come, before it is passed on."""

    def __init__(
        self,
        session: RuntimeSession,
        on_answer: Callable[[], object],
        on_garbage: Callable[[], object],
        on_deadline: Callable[[int | None], object],
    ) -> None:
        self._session = session
        self._on_answer = on_answer
        self._on_garbage = on_garbage
        self._on_deadline = on_deadline
        self._parser = frames.FrameParser()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to send."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on what the bootstrap says; what is not a frame ends the environment."""
        try:
            for kind, body in self._parser.feed(data):
                self._take(kind, body)
        except frames.GarbageFrame:
            self._on_garbage()

    def close(self) -> None:
        """Stop listening and speaking."""
        if self._transport:
            self._transport.abort()

    def send(self, data: bytes) -> None:
        """Send a frame, if the bootstrap still listens."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def _take(self, kind: bytes, body: bytes) -> None:
        session = self._session
        if kind == frames.STREAM_CHUNK:
            session.stream_chunk(body)
            return
        if kind == frames.DEADLINE:
            self._on_deadline(int(body) if body.isdigit() else None)
            return
        if kind == frames.STREAM_HEAD:
            session.stream_head(body.decode(errors="replace"))
            return
        self._on_answer()
        if kind == frames.RESPONSE:
            session.respond(body, "application/json")
        elif kind == frames.ERROR:
            session.fail(body)
        elif kind == frames.STREAM_END:
            session.stream_end(body)
        elif kind == frames.INIT_ERROR:
            session.fail_init(body)
            return
        session.next(self._deliver)

    def _deliver(self, task: Task) -> None:
        invocation = task.invocation
        header = {
            "id": invocation.request_id,
            "deadline_ms": task.deadline_ms,
            "remaining_ms": task.remaining_ms,
            "arn": task.function_arn,
            "trace": invocation.trace_header,
            "client_context": _json(invocation.client_context),
            "identity": _json(invocation.cognito_identity),
        }
        self.send(frames.invoke_frame(json.dumps(header).encode(), invocation.payload))


def _json(text: str | None) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None

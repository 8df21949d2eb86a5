"""What one runtime process has been asked and what it answered.

Two transports drive it, frames (`channel`) and HTTP (`runtime_api`), both with the verbs of the Runtime API:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cloudchamber.workers.spec import Invocation, OnChunk

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
STREAM_BYTES_MAX = 200 * 1024 * 1024
HTTP_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"


#: Why a process ended: by itself (or stopped with its environment), or killed for one of four reasons.
Cause = Literal["exit", "timeout", "memory", "garbage", "crash"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The runtime answered: a result, or an error when `error_type` is set."""

    payload: bytes
    error_type: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """There will be no answer: the process ended by itself, or was killed for the given cause."""

    cause: Cause
    status: int


@dataclass(frozen=True, slots=True)
class Task:
    """An invocation as it is handed to the runtime, with what only the environment knows."""

    invocation: Invocation
    deadline_ms: int
    remaining_ms: int
    function_arn: str


Outcome = Answer | Ended
Deliver = Callable[[Task], object]


class RuntimeSession:
    """The state of one runtime process: in init, waiting for an event, or busy with one."""

    def __init__(self, on_waiting: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_waiting = on_waiting
        #: The end of the init phase.
        self.init: asyncio.Future[Outcome] = self._loop.create_future()
        self._result: asyncio.Future[Outcome] | None = None
        self._deliver: Deliver | None = None
        self._task: Task | None = None
        self._undelivered: Task | None = None
        self._on_chunk: OnChunk | None = None
        self._chunks: list[bytes] = []
        self._streamed_bytes = 0
        self._content_type: str | None = None
        self.ended: Ended | None = None

    @property
    def request_id(self) -> str | None:
        """The id of the request that the runtime is busy with."""
        return self._task.invocation.request_id if self._task else None

    def begin(self, task: Task, on_chunk: OnChunk | None) -> asyncio.Future[Outcome]:
        """Hand an event to the runtime, now or when it next asks for one."""
        self._result = self._loop.create_future()
        self._on_chunk = on_chunk
        self._chunks = []
        self._streamed_bytes = 0
        self._content_type = None
        self._task = task
        if self.ended:
            self._settle(self.ended)
        elif self._deliver:
            deliver, self._deliver = self._deliver, None
            deliver(task)
        else:
            self._undelivered = task
        return self._result

    def next(self, deliver: Deliver) -> bool:
        """The runtime asks for an event. False if it is still busy with one."""
        if self._task and not self._undelivered:
            return False
        if not self.init.done():
            self.init.set_result(Answer(b""))
        if self._undelivered:
            task, self._undelivered = self._undelivered, None
            deliver(task)
        else:
            self._deliver = deliver
            self._on_waiting()
        return True

    def abandon(self, deliver: Deliver) -> None:
        """Who asked for an event has gone."""
        if self._deliver == deliver:
            self._deliver = None

    def respond(self, payload: bytes, content_type: str | None = None) -> None:
        """The runtime answers the current event."""
        if len(payload) > RESPONSE_BYTES_MAX:
            self.fail(too_large(), "Function.ResponseSizeTooLarge")
            return
        self._settle(Answer(payload, None, content_type))

    def fail(self, payload: bytes, error_type: str | None = None) -> None:
        """The runtime says that the current event ended in an error."""
        self._settle(Answer(payload, error_type or error_type_of(payload)))

    def fail_init(self, payload: bytes, error_type: str | None = None) -> None:
        """The runtime says that it cannot start."""
        if not self.init.done():
            self.init.set_result(Answer(payload, error_type or error_type_of(payload)))

    def stream_head(self, content_type: str) -> None:
        """A streamed response begins. An empty chunk tells that status and headers of HTTP come first."""
        self._content_type = content_type
        if self._task and self._on_chunk and content_type == HTTP_PRELUDE_TYPE:
            self._on_chunk(b"")

    def stream_chunk(self, chunk: bytes) -> None:
        """A part of a streamed response."""
        if self._task is None or not chunk:
            return
        self._streamed_bytes += len(chunk)
        if self._streamed_bytes > STREAM_BYTES_MAX:
            self.fail(too_large(STREAM_BYTES_MAX), "Function.ResponseSizeTooLarge")
        elif self._on_chunk:
            self._on_chunk(chunk)
        else:
            self._chunks.append(chunk)

    def stream_end(self, error: bytes = b"", error_type: str | None = None) -> None:
        """A streamed response is complete, or broken off by an error."""
        if error or error_type:
            self.fail(error, error_type)
            return
        body = b"".join(self._chunks)
        if len(body) > RESPONSE_BYTES_MAX:
            self.fail(too_large(), "Function.ResponseSizeTooLarge")
            return
        self._settle(Answer(body, None, self._content_type))

    def end(self, ended: Ended) -> None:
        """The process is no more; the first cause stays."""
        self.ended = self.ended or ended
        if not self.init.done():
            self.init.set_result(self.ended)
        self._settle(self.ended)

    def _settle(self, outcome: Outcome) -> None:
        self._task = self._undelivered = None
        if self._result and not self._result.done():
            self._result.set_result(outcome)


def too_large(bytes_max: int = RESPONSE_BYTES_MAX) -> bytes:
    """The error object for a response that is too large."""
    message = f"Response payload size exceeded maximum allowed payload size ({bytes_max} bytes)."
    return json.dumps({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}).encode()


def error_type_of(payload: bytes) -> str:
    """The errorType that an error object names."""
    try:
        value = json.loads(payload)
    except ValueError:
        return "Runtime.Unknown"
    kind = value.get("errorType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else "Runtime.Unknown"

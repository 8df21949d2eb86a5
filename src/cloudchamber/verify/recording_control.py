"""In a running chamber: notes what enters from outside, from `POST /_cloudchamber/recording` until `DELETE`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Call, Cloud, Trace
from cloudchamber.aws.session import Session
from cloudchamber.clock import VirtualClock
from cloudchamber.gateway.router import HttpRoute
from cloudchamber.verify.recording import Begin, End, Recording, Request
from cloudchamber.verify.recording_notes import Notes
from cloudchamber.verify.recording_place import Waiting, captured, held, secret_names, stacks_of, waiting
from cloudchamber.wire.http import HttpRequest, HttpResponse

_JSON = [("Content-Type", "application/json")]
_LINES = [("Content-Type", "application/x-ndjson")]
Done = Callable[[Any, AwsError | None], None]
Respond = Callable[[HttpResponse], None]


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /_cloudchamber/recording`.

    `reads`: also calls that cannot change anything. `stack_name`: the stack that it is about; the oldest when left out.
    """

    reads: bool = False
    stack_name: str = ""
    account: str = "000000000000"
    region: str = "us-east-1"


class Progress(msgspec.Struct, frozen=True):
    """How far a recording is. `last`: what came last. `waiting`: what is not done yet, when it was asked for."""

    began_at_ms: int
    now_ms: int
    requests_count: int
    last: str = ""
    waiting: Waiting | None = None


class Recorder:
    """Watches one chamber after another; at most one recording is under way."""

    def __init__(self) -> None:
        self._cloud: Cloud
        self._notes: Notes | None = None
        self._wanted = Wanted()
        self._held: list[str] = []

    def attend(self, cloud: Cloud) -> None:
        """This is the cloud now. One that began anew, with another clock, ends the recording."""
        if self._notes and self._notes.clock is not cloud.clock:
            self._notes = None
        self._cloud = cloud

    # -- what the front tells

    def called(self, call: Call, done: Done) -> Done:
        """A client has made a call; what is returned is to be told its outcome."""
        return self._notes.called(call, done) if self._notes else done

    def asked(self, route: HttpRoute, request: HttpRequest, respond: Respond) -> Respond:
        """Somebody has sent a request to what is deployed; what is returned is to be given the answer."""
        if self._notes is None or self._is_ours(request):
            return respond
        return self._notes.asked(route, respond)

    def _is_ours(self, request: HttpRequest) -> bool:
        """Whether the chamber itself asks: a function, or a webhook, an API destination, that leads back here."""
        trace = request.headers.get("x-amzn-trace-id")
        if trace and self._cloud.invocations.of(Trace.parse(trace)):
            return True
        resource = f"{request.host}{request.path}"
        return self._cloud.tracks.open_count("http", (request.method,), resource) > 0

    # -- what it is told

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """Begin, look, or end. Raises AwsError."""
        match request.method:
            case "POST":
                return await self._begin(request)
            case "GET":
                looks = "waiting" in request.query
                return _json(await self._progress(looks=looks))
            case "DELETE":
                recording = await self._end()
                return HttpResponse(200, list(_LINES), recording.lines())
            case method:
                raise AwsError("InvalidRequest", f"A recording knows POST, GET and DELETE, not {method}.")

    async def _begin(self, request: HttpRequest) -> HttpResponse:
        if self._notes:
            raise AwsError(
                "Conflict",
                f"A recording is under way here, with {self._notes.count} requests so far."
                " End it with DELETE /_cloudchamber/recording.",
                status=409,
            )
        try:
            self._wanted = msgspec.json.decode(request.body or b"{}", type=Wanted)
        except msgspec.MsgspecError as error:
            raise AwsError("InvalidRequest", f"The body of this request does not fit: {error}.") from None
        stacks = await self._run(stacks_of(self._session(), self._wanted.stack_name))
        if self._wanted.stack_name not in ("", *(stack.name for stack in stacks)):
            raise AwsError("InvalidRequest", f"There is no stack {self._wanted.stack_name}.")
        self._held = await self._run(held(self._session(), stacks))
        self._notes = Notes(
            self._cloud.clock, self._wanted.account, self._wanted.region, reads=self._wanted.reads
        )
        return _json(await self._progress())

    async def _progress(self, *, looks: bool = False) -> Progress:
        notes = self._present()
        found = await self._run(waiting(self._session())) if looks else None
        if found and notes.open_count:
            found.now.insert(0, f"{notes.open_count} requests have not been answered")
        return Progress(notes.began_at_ms, self._cloud.clock.now_ms(), notes.count, notes.last, found)

    async def _end(self) -> Recording:
        notes = self._present()
        self._notes = None
        aws, wanted = self._session(), self._wanted
        stacks = await self._run(stacks_of(aws, wanted.stack_name))
        ended_at_ms = self._cloud.clock.now_ms()
        left = await self._run(waiting(aws))
        secrets = await self._run(secret_names(aws, stacks))
        state = await self._run(captured(aws, stacks, secrets, notes.began_at_ms))
        requests: list[Request] = notes.requests(stacks, secrets)
        return Recording(
            Begin(1, notes.began_at_ms, wanted.account, wanted.region, stacks, self._held),
            requests,
            End(ended_at_ms, [*left.now, *left.later], state),
        )

    def _present(self) -> Notes:
        if self._notes is None:
            raise AwsError("NotFound", "No recording is under way here.", status=404)
        return self._notes

    def _session(self) -> Session:
        return Session(self._cloud, self._wanted.account, self._wanted.region)

    async def _run(self, work: Any) -> Any:
        clock = self._cloud.clock
        return await (clock.run(work, promptly=True) if isinstance(clock, VirtualClock) else work)


def _json(value: Any) -> HttpResponse:
    return HttpResponse(200, list(_JSON), msgspec.json.encode(value))

"""The notes of one recording: each request as it came, and what of its answer a later one may use."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Call
from cloudchamber.clock import Clock
from cloudchamber.gateway.router import HttpRoute
from cloudchamber.verify.recording import Http, Request, Stack
from cloudchamber.verify.recording_answers import Answers, leaves
from cloudchamber.verify.recording_names import Namer, escaped
from cloudchamber.wire.http import HttpResponse
from cloudchamber.wire.model import load_model

BASE64 = "$base64"
HTTP_KINDS = ("execute-api", "lambda-url", "s3-browser")
# Of this kind are the calls that cannot change anything; ReceiveMessage hides what it gives.
_READS = re.compile(
    r"(?:Get|BatchGet|TransactGet|List|Describe|Query$|Scan$|Head|Select|Filter|Estimate|Lookup|Search)"
)
_DEPLOYS = frozenset({"cloudformation", "iam", "sts"})
_DEPLOYS_CODE = frozenset({("lambda", "UpdateFunctionCode")})
ARTIFACT_BUCKETS = re.compile(
    r"cloudchamber-artifacts-|aws-sam-cli-managed-|cdk-[a-z0-9]+-assets-|.*samclisourcebucket"
)
# What an SDK says of the bytes that it sends, and says anew when they are sent again.
_OF_THE_BYTES = re.compile(r"Content(?:Length|MD5)$|Checksum(?!Algorithm|Mode|Type)\w+$")
# https://www.rfc-editor.org/rfc/rfc9110.html#section-7.6.1, and what belongs to one transfer only
_OF_THE_TRANSFER = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "transfer-encoding",
        "upgrade",
        "x-amzn-trace-id",
    }
)
Done = Callable[[Any, AwsError | None], None]
Respond = Callable[[HttpResponse], None]


class _Note(msgspec.Struct):
    at_ms: int
    what: Call | HttpRoute
    is_read: bool = False
    answered_at: int = 0  # how many notes there were when its answer came; 0 while it is awaited
    status: int = 0
    error: str = ""
    given: list[tuple[str, str]] = []


class Notes:
    """`called` and `asked` note what comes; `requests` says it in the end. `reads`: keep those too that change nothing."""

    def __init__(self, clock: Clock, account: str, region: str, *, reads: bool) -> None:
        self.clock, self.began_at_ms = clock, clock.now_ms()
        self._account, self._region, self._keeps_reads = account, region, reads
        self._notes: list[_Note] = []
        self.count = self.open_count = 0
        self.last = ""  # what came last, for people

    def called(self, call: Call, done: Done) -> Done:
        """Note a call; the returned function is to be told its outcome."""
        if _deploys(call):
            return done
        is_read = not self._keeps_reads and _READS.match(call.operation) is not None
        note = self._note(call, is_read=is_read)

        def ended(answer: Any, error: AwsError | None) -> None:
            if error is None:
                self._answered(note, 200, failure_in(answer), list(leaves(answer)))
            else:
                self._answered(note, error.status or _status_of(call.service, error.code), error.code, [])
            done(answer, error)

        return ended

    def asked(self, route: HttpRoute, respond: Respond) -> Respond:
        """Note an HTTP request; the returned function is to be given the answer."""
        if route.label not in HTTP_KINDS:
            return respond
        note = self._note(route)

        def answered(response: HttpResponse) -> None:
            body = response.body if isinstance(response.body, bytes) else b""
            error = f"HTTP {response.status}" if response.status >= 400 else ""
            self._answered(note, response.status, error, list(leaves(body)))
            respond(response)

        return answered

    def _note(self, what: Call | HttpRoute, *, is_read: bool = False) -> _Note:
        note = _Note(self.clock.now_ms() - self.began_at_ms, what, is_read)
        self._notes.append(note)
        if not is_read:
            self.count += 1
            self.last = _title(what)
        self.open_count += 1
        return note

    def _answered(self, note: _Note, status: int, error: str, given: list[tuple[str, str]]) -> None:
        note.status, note.error, note.given = status, error, given
        note.answered_at = len(self._notes)
        self.open_count -= 1

    def requests(self, stacks: list[Stack], secrets: Mapping[str, str]) -> list[Request]:
        """All that is kept, by the names of the template. `secrets`: see `secret_names`."""
        namer = Namer([each for stack in stacks for each in stack.resources], secrets)
        answers = Answers()
        made: list[Request] = []
        used: list[set[int]] = []
        awaited: list[tuple[int, _Note]] = []
        for number, note in enumerate(self._notes, 1):
            for each in [each for each in awaited if 0 < each[1].answered_at < number]:
                answers.learn(each[0], each[1].given, namer.is_of_names)
                awaited.remove(each)
            made.append(self._request(number, note, namer, answers))
            used.append(answers.used)
            answers.used = set()
            awaited.append((number, note))
        return _kept(made, self._notes, used)

    def _request(self, number: int, note: _Note, namer: Namer, answers: Answers) -> Request:
        def written(value: Any) -> Any:
            value = escaped(value)
            answers.said(value)
            return namer.value(answers.refer(value))

        if isinstance(note.what, HttpRoute):
            http = msgspec.convert(written(msgspec.to_builtins(_http(note.what))), Http)
            return Request(number, note.at_ms, http=http, status=note.status, error=note.error)
        call = note.what
        return Request(
            number,
            note.at_ms,
            call.service,
            call.operation,
            written(_sendable(_said(call))),
            account="" if call.account == self._account else call.account,
            region="" if call.region == self._region else call.region,
            status=note.status,
            error=note.error,
        )


def failure_in(answer: Any) -> str:
    """What went wrong in an answer that is not an error itself; empty when nothing did."""
    if not isinstance(answer, dict):
        return ""
    if answer.get("FunctionError"):
        return f"FunctionError {answer['FunctionError']}"
    failed = len(answer.get("Failed") or []) + int(answer.get("FailedEntryCount") or 0)
    return f"{failed} entries failed" if failed else ""


def as_text(body: bytes) -> Any:
    """Bytes as JSON can hold them."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {BASE64: base64.b64encode(body).decode()}


def as_bytes(body: Any) -> bytes:
    """The bytes that `as_text` wrote."""
    return base64.b64decode(body[BASE64]) if isinstance(body, dict) else str(body).encode()


def _title(what: Call | HttpRoute) -> str:
    if isinstance(what, HttpRoute):
        return f"{what.request.method} {what.request.path}"
    return f"{what.service} {what.operation}"


def _deploys(call: Call) -> bool:
    if call.service in _DEPLOYS or (call.service, call.operation) in _DEPLOYS_CODE:
        return True
    return call.service == "s3" and ARTIFACT_BUCKETS.match(str(call.request.get("Bucket", ""))) is not None


def _status_of(service: str, code: str) -> int:
    shape = load_model(service).error(code)
    return (shape.error.httpStatusCode if shape and shape.error else None) or 400


def _sendable(value: Any) -> Any:
    """A request as JSON can hold it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return as_text(bytes(value))
    if isinstance(value, list | tuple):
        return [_sendable(each) for each in value]
    if isinstance(value, dict):
        return {key: _sendable(each) for key, each in value.items() if each is not None}
    return value


def _said(call: Call) -> dict[str, Any]:
    """A request without what an SDK adds of itself."""
    if call.service != "s3":
        return call.request
    return {member: value for member, value in call.request.items() if not _OF_THE_BYTES.match(member)}


def _http(route: HttpRoute) -> Http:
    request = route.request
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_THE_TRANSFER}
    return Http(
        route.label, route.id, request.method, request.path, request.query, headers, as_text(request.body)
    )


def _kept(requests: list[Request], notes: list[_Note], used: list[set[int]]) -> list[Request]:
    """Those that may change something, and the reads whose answers they use."""
    needed: set[int] = set()
    kept: list[Request] = []
    for request, note, uses in reversed(list(zip(requests, notes, used, strict=True))):
        if not note.is_read or request.number in needed:
            needed |= uses
            kept.append(request)
    return kept[::-1]

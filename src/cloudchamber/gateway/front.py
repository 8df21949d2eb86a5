"""From an HTTP request to a call, and from its answer to an HTTP response."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from cloudchamber.aws import AwsError, Call, Cloud, Trace
from cloudchamber.aws.context import Context
from cloudchamber.aws.invocations import Invocation, Origin
from cloudchamber.clock import OUTSIDE, VirtualClock
from cloudchamber.gateway.router import (
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    HttpRoute,
    account_of,
    bucket_in_host,
    http_route,
    is_from_a_page,
    is_link_of_sns,
    service_of,
)
from cloudchamber.gateway.server import Respond
from cloudchamber.gateway.watching import Watcher
from cloudchamber.wire.checksums import verify_checksums, verify_content_sha256, verify_md5
from cloudchamber.wire.chunked import decode_chunked, is_chunked
from cloudchamber.wire.compression import decompressed
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation, WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import OperationModel, load_model
from cloudchamber.wire.protocol import Protocol, protocol_for
from cloudchamber.wire.sigv4 import Credential, SignatureError, parse_authorization, verify

log = logging.getLogger("cloudchamber")

# Some operations of these are called without credentials: public objects, sign-up, federation.
UNSIGNED_SERVICES = frozenset({"cognito-identity", "cognito-idp", "s3", "sso", "sso-oidc", "sts"})

# A header of whoever lets the chamber run on its behalf: its calls come only when everything else has come to rest.
WAITS_FOR_REST = "x-cloudchamber-waits-for-rest"
OUTSIDE_WAIT_S = 0.05  # how long any other call from outside waits for that, under virtual time

Control = Callable[[HttpRequest], Awaitable[HttpResponse]]
SecretOf = Callable[[str], str | None]
PrincipalOf = Callable[[str], str | None]


class Front:
    """What the server hands requests to.

    `control` answers the chamber's own paths, by prefix. `http_services` names the services behind each host label
    (`execute-api`, `lambda-url`): the first one that knows the identifier answers. `secret_of` gives the secret of an
    access key when signatures are to be verified; `principal_of` the ARN behind a key that was issued here. `watcher` is told of
    what enters.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        control: Mapping[str, Control] | None = None,
        http_services: Mapping[str, tuple[str, ...]] | None = None,
        secret_of: SecretOf | None = None,
        principal_of: PrincipalOf | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._cloud, self._watcher = cloud, watcher
        self._control = dict(control or {})
        self._http_services = dict(http_services or {})
        self._secret_of = secret_of
        self._principal_of = principal_of
        self._tasks: set[asyncio.Task[None]] = set()

    def handle(self, request: HttpRequest, respond: Respond) -> None:
        """Answer one request: at once, after its commit, or when what it waits for has come."""
        try:
            self._route(request, respond)
        except Exception as error:  # noqa: BLE001 - the boundary of what is not a call: nobody is left without an answer
            respond(_plain_error(self._cloud.as_aws_error(error, "")))

    def _route(self, request: HttpRequest, respond: Respond) -> None:
        if request.path.startswith("/_") or request.path == "/":
            for prefix, control in self._control.items():
                if request.path.startswith(prefix):
                    self._spawn(self._answer(control(request), respond))
                    return
        route = http_route(request)
        if route and route.label in self._http_services:
            self._ask(route, request, respond)
            return
        self._call(request, respond)

    def _ask(self, route: HttpRoute, request: HttpRequest, respond: Respond) -> None:
        if self._watcher:
            respond = self._watcher.asked(route, request, respond)
        self._spawn(self._answer(self._http(route.label, route.id, route.request), respond))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self) -> None:
        """Nobody is answered any more: the chamber has died."""
        for task in self._tasks:
            task.cancel()

    async def _answer(self, work: Awaitable[HttpResponse], respond: Respond) -> None:
        try:
            response = await work
        except AwsError as error:
            response = _plain_error(error)
        except Exception as error:  # noqa: BLE001 - the boundary of what is not a call
            response = _plain_error(self._cloud.as_aws_error(error, ""))
        respond(response)

    async def _http(self, label: str, identifier: str, request: HttpRequest) -> HttpResponse:
        header = request.headers.get("x-amzn-trace-id")
        call = Call(
            self._http_services[label][0],
            f"{request.method} {request.path}",
            {},
            "anonymous",
            DEFAULT_ACCOUNT,
            DEFAULT_REGION,
            Trace.parse(header) if header else None,
        )
        self._cloud.clock.hold()
        invocation = self._cloud.invocations.of(call.trace)
        try:
            if invocation or self._must_wait(request):
                await self._turn(request, call.operation, invocation)
            return await self._tracked(call, label, identifier, request)
        finally:
            if invocation:
                invocation.unblocked()
            self._cloud.clock.release()

    async def _turn(self, request: HttpRequest, label: str, invocation: Invocation | None) -> None:
        """Wait for a turn; the clock is held before and after."""
        steps, came = self._cloud.clock.steps, asyncio.get_running_loop().create_future()
        if invocation:
            invocation.blocked()
            if steps is not None:
                await steps.turn(invocation.number, label)
            return
        self._in_turn(request, label, lambda: (self._cloud.clock.hold(), came.set_result(None)))
        self._cloud.clock.release()
        try:
            await came
        except asyncio.CancelledError:
            self._cloud.clock.hold()
            raise

    async def _tracked(self, call: Call, label: str, identifier: str, request: HttpRequest) -> HttpResponse:
        track, ctx = self._cloud.begin(call)
        track.resource = identifier
        started_ns = self._cloud.clock.elapsed_ns()
        try:
            response = await self._first_that_knows(ctx, label, identifier, request)
        except AwsError as error:
            track.error = error.code
            raise
        else:
            track.note = str(response.status)
            return response
        finally:
            track.service, track.account, track.region = ctx.service, ctx.account, ctx.region
            track.duration_us = (self._cloud.clock.elapsed_ns() - started_ns) // 1000
            self._cloud.tracks.add(track)

    async def _first_that_knows(
        self, ctx: Context, label: str, identifier: str, request: HttpRequest
    ) -> HttpResponse:
        for name in self._http_services[label]:
            ctx.service = name
            response = await self._cloud.service(name).http[label](ctx, request, identifier)
            if response is not None:
                return response
        raise AwsError("NotFoundException", f"Nothing is deployed under {identifier}.", status=404)

    # -- AWS calls

    def _call(self, request: HttpRequest, respond: Respond) -> None:
        protocol: Protocol | None = None
        operation: OperationModel | None = None
        try:
            credential, refusal = _signer(request)
            service = service_of(request, credential)
            if service == "s3":
                request = _path_style(request)
                if is_from_a_page(request) and "s3-browser" in self._http_services:
                    bucket = unquote(request.path.lstrip("/").partition("/")[0])
                    self._ask(HttpRoute("s3-browser", bucket, request), request, respond)
                    return
            if "origin" in request.headers:
                respond = self._decorated(service, request, respond)
            try:
                model = load_model(service)
            except LookupError:
                raise AwsError(
                    "NotImplemented", f"There is no AWS service {service!r}.", status=501
                ) from None
            protocol = protocol_for(model, request)
            if refusal:
                raise refusal
            secret = self._verified(request, service, credential) if self._secret_of else None
            if service == "s3":
                request = _unwrapped(request, credential, secret)
            elif "content-encoding" in request.headers:
                request = decompressed(model, request)
            name, labels = protocol.operation(request)
            operation = model.operations[name]
            parsed = protocol.parse(operation, request, labels)
        except (MalformedRequest, UnknownOperation, SignatureError) as error:
            self._fail(
                AwsError(error.code, error.message, status=error.status),
                protocol,
                operation,
                request,
                respond,
            )
            return
        except AwsError as error:
            self._fail(error, protocol, operation, request, respond)
            return
        principal = self._principal(credential)
        call = _call_of(service, name, parsed, principal, credential, request)
        answer = _Answer(self._cloud, protocol, operation, request, respond)
        invocation = self._cloud.invocations.of(call.trace)
        if invocation:
            origin = Origin(invocation, request.headers.get("amz-sdk-invocation-id", ""))
            self._cloud.submit(call, answer.done, answer.request_id, origin=origin)
            return
        done = self._watcher.called(call, answer.done) if self._watcher else answer.done
        if self._must_wait(request):
            label = f"{service} {name}"
            self._in_turn(request, label, lambda: self._cloud.submit(call, done, answer.request_id))
        else:
            self._cloud.submit(call, done, answer.request_id)

    def _must_wait(self, request: HttpRequest) -> bool:
        """Whether a call from outside has to wait for a turn: under virtual time, while something runs."""
        clock = self._cloud.clock
        return isinstance(clock, VirtualClock) and (clock.running > 0 or WAITS_FOR_REST in request.headers)

    def _in_turn(self, request: HttpRequest, label: str, work: Callable[[], object]) -> None:
        """Let a call from outside wait until everything has come to rest; if it is not known to allow that, not for long:
        a function that runs may be waiting for it by ways that nobody sees."""
        clock = self._cloud.clock
        assert isinstance(clock, VirtualClock)

        def go() -> None:
            work()
            clock.release()

        step = clock.steps.offer(OUTSIDE, label, go)
        if WAITS_FOR_REST not in request.headers:
            asyncio.get_running_loop().call_later(OUTSIDE_WAIT_S, clock.steps.pass_by, step)

    def _decorated(self, service: str, request: HttpRequest, respond: Respond) -> Respond:
        """`respond`, with the headers that the service adds for a browser."""
        decorate = self._cloud.service(service).decorate if service in self._cloud.service_names else None
        if decorate is None:
            return respond
        call = Call(service, "", {}, "anonymous", DEFAULT_ACCOUNT, DEFAULT_REGION)
        ctx = Context(self._cloud, call, Trace("", ""), "")

        def send(response: HttpResponse) -> None:
            def with_headers(headers: list[tuple[str, str]] | None, error: BaseException | None) -> None:
                response.headers += headers or []
                respond(response)

            self._cloud.store.submit(lambda tx: decorate(ctx.enter(tx), request), with_headers)

        return send

    def _principal(self, credential: Credential | None) -> str:
        """Whoever signed: the user or session of a key issued here, else the root of the key's account."""
        if credential is None:
            return "anonymous"
        known = self._principal_of(credential.access_key) if self._principal_of else None
        return known or f"arn:aws:iam::{account_of(credential.access_key)}:root"

    def _verified(self, request: HttpRequest, service: str, credential: Credential | None) -> str | None:
        assert self._secret_of is not None
        if credential is None:
            if service in UNSIGNED_SERVICES or (service == "sns" and is_link_of_sns(request)):
                return None
            raise AwsError(
                "MissingAuthenticationToken", "Request is missing Authentication Token", status=403
            )
        secret = self._secret_of(credential.access_key)
        if secret is None:
            message = "The security token included in the request is invalid."
            raise AwsError("InvalidClientTokenId", message, status=403)
        verify(request, credential, secret, self._cloud.clock.now_ms() // 1000)
        return secret

    def _fail(
        self,
        error: AwsError,
        protocol: Protocol | None,
        operation: OperationModel | None,
        request: HttpRequest,
        respond: Respond,
    ) -> None:
        if protocol is None:
            respond(_plain_error(error))
        else:
            _Answer(self._cloud, protocol, operation, request, respond).done(None, error)


class _Answer:
    """What turns the outcome of a call into bytes."""

    __slots__ = ("_cloud", "_operation", "_protocol", "_request", "_respond", "request_id")

    def __init__(
        self,
        cloud: Cloud,
        protocol: Protocol,
        operation: OperationModel | None,
        request: HttpRequest,
        respond: Respond,
    ) -> None:
        self._cloud, self._protocol, self._operation = cloud, protocol, operation
        self._request, self._respond = request, respond
        self.request_id = cloud.clock.ids.uuid()

    def done(self, answer: Any, error: AwsError | None) -> None:
        request_id = self.request_id
        if error is None:
            assert self._operation is not None
            try:
                self._respond(self._protocol.serialize(self._operation, answer or {}, request_id))
                return
            except (TypeError, ValueError, KeyError, AttributeError) as bug:
                error = self._cloud.as_aws_error(bug, request_id)
        status = error.status or self._status_of(error.code)
        wire_error = WireError(error.code, error.message, status, error.members, status < 500)
        response = self._protocol.serialize_error(wire_error, request_id, self._operation)
        if self._request.method == "HEAD":
            response.body = b""
        self._respond(response)

    def _status_of(self, code: str) -> int:
        shape = self._protocol.model.error(code)
        return (shape.error.httpStatusCode if shape and shape.error else None) or 400


def _signer(request: HttpRequest) -> tuple[Credential | None, SignatureError | None]:
    """Who signed, or why that cannot be read: which the protocol of the service is to say."""
    try:
        return parse_authorization(request), None
    except SignatureError as refusal:
        return None, refusal


def _call_of(
    service: str,
    name: str,
    parsed: dict[str, Any],
    principal: str,
    credential: Credential | None,
    request: HttpRequest,
) -> Call:
    access_key = credential.access_key if credential else ""
    account = account_of(access_key)
    header = request.headers.get("x-amzn-trace-id")
    return Call(
        service,
        name,
        parsed,
        principal,
        account,
        (credential.region if credential else "") or DEFAULT_REGION,
        Trace.parse(header) if header else None,
        access_key,
    )


def _path_style(request: HttpRequest) -> HttpRequest:
    bucket = bucket_in_host(request)
    if bucket is None:
        return request
    return HttpRequest(
        request.method,
        f"/{bucket}{request.path}",
        request.query,
        request.headers,
        request.body,
        request.raw_headers,
    )


def _unwrapped(request: HttpRequest, credential: Credential | None, secret: str | None) -> HttpRequest:
    """The request with its body as it was before aws-chunked framing, its checksums verified.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    """
    headers, body = request.headers, request.body
    if is_chunked(headers):
        body, trailers = decode_chunked(headers, body, credential, secret)
        headers = headers | trailers
        encodings = [e.strip() for e in headers.get("content-encoding", "").split(",")]
        headers["content-encoding"] = ",".join(e for e in encodings if e and e != "aws-chunked")
        if not headers["content-encoding"]:
            del headers["content-encoding"]
    else:
        verify_content_sha256(headers, body)
    if body or request.method == "PUT":
        verify_md5(headers, body)
        if request.method == "PUT" or "uploadId=" not in request.query:  # else it is that of the whole object
            verify_checksums(headers, body)
    return HttpRequest(request.method, request.path, request.query, headers, body, request.raw_headers)


def _plain_error(error: AwsError) -> HttpResponse:
    body = msgspec.json.encode({"__type": error.code, "message": error.message})
    return HttpResponse(error.status or 400, [("Content-Type", "application/json")], body)

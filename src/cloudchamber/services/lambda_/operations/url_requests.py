"""Requests to function URLs.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.services.lambda_.model import Url
from cloudchamber.services.lambda_.operations.finding import Named
from cloudchamber.services.lambda_.operations.invocations import Target, run_target, stream, target_of
from cloudchamber.services.lambda_.records import URL_IDS, URLS
from cloudchamber.services.lambda_.rules import url_events
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.workers import InvocationResult

_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
_CODE = "code-"


async def answer(ctx: Context, request: HttpRequest, identifier: str) -> HttpResponse | None:
    """The function's answer; None when no function has that URL."""
    if identifier.startswith(_CODE):
        live: Environments = ctx.live
        archive = live.packages.archive(identifier.removeprefix(_CODE))
        return (
            HttpResponse(200, [("Content-Type", "application/zip")], archive) if archive is not None else None
        )
    found = await ctx.transact(lambda ctx: _look(ctx, identifier))
    if found is None:
        return None
    target, url = found
    ctx.account, ctx.region = target.where.ctx.account, target.where.ctx.region
    if url.cors and url_events.is_preflight(request):
        return HttpResponse(200, url_events.cors_headers(url.cors, request, preflight=True))
    response = await _answer(ctx, request, target, url)
    if url.cors:
        own = url_events.cors_headers(url.cors, request, preflight=False)
        names = {name.lower() for name, _ in own}
        response.headers = [header for header in response.headers if header[0].lower() not in names] + own
    response.headers += [("x-amzn-RequestId", ctx.request_id), ("X-Amzn-Trace-Id", ctx.trace.header())]
    return response


def _look(ctx: Context, identifier: str) -> tuple[Target, Url] | None:
    place = URL_IDS.get(ctx, identifier)
    if place is None:
        return None
    there = ctx.elsewhere(account=place.account, region=place.region)
    url = URLS.get(there, place.function_name, place.qualifier)
    return (target_of(Named(there, place.function_name, place.qualifier)), url) if url else None


async def _answer(ctx: Context, request: HttpRequest, target: Target, url: Url) -> HttpResponse:
    if url.auth_type == "AWS_IAM" and not _is_signed(request):
        return _plain(403, "Forbidden", "AccessDeniedException")
    event = url_events.event_of(
        request, url.id, request_id=ctx.request_id, now_ms=ctx.now_ms, trace_header=ctx.trace.header()
    )
    payload = msgspec.json.encode(event)
    if len(payload) > limits.SYNCHRONOUS_BYTES_MAX:
        return _plain(413, "Request Entity Too Large", "RequestEntityTooLargeException")
    try:
        if url.invoke_mode == "RESPONSE_STREAM":
            return await _streamed(ctx, target, payload)
        result = await run_target(ctx, target, payload, request_id=ctx.request_id)
    except AwsError as error:
        if error.status == 429:
            return _plain(429, "Rate Exceeded.", error.code)
        return _plain(502, "Internal Server Error", error.code)
    except url_events.BadAnswer:
        return _plain(502, "Internal Server Error", "InternalServerErrorException")
    return _buffered(result)


def _is_signed(request: HttpRequest) -> bool:
    return request.headers.get("authorization", "").startswith("AWS4-") or "X-Amz-Signature=" in request.query


def _plain(status: int, message: str, kind: str) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)]
    return HttpResponse(status, headers, msgspec.json.encode({"Message": message}))


def _buffered(result: InvocationResult) -> HttpResponse:
    if result.function_error:
        return _plain(502, "Internal Server Error", "InternalServerErrorException")
    try:
        if result.content_type == _PRELUDE_TYPE:
            prelude, _, body = result.payload.partition(url_events.PRELUDE_END)
            head = url_events.prelude_of(prelude)
            return HttpResponse(head.status, head.headers, body)
        if result.content_type and not result.content_type.startswith("application/json"):
            return HttpResponse(200, [("Content-Type", result.content_type)], result.payload)
        return url_events.response_of(result.payload)
    except url_events.BadAnswer:
        return _plain(502, "Internal Server Error", "InternalServerErrorException")


# -- RESPONSE_STREAM


async def _streamed(ctx: Context, target: Target, payload: bytes) -> HttpResponse:
    """The response as it comes. An empty first part says that status and headers come before the body."""
    parts = await stream(ctx, target, payload)
    first = await anext(parts)
    if isinstance(first, InvocationResult):
        return _buffered(first)
    if first:
        headers = [("Content-Type", "application/octet-stream")]
        return HttpResponse(200, headers, _bodies(first, parts))
    prelude = b""
    while url_events.PRELUDE_END not in prelude:
        part = await anext(parts, None)
        if not isinstance(part, bytes):
            raise url_events.BadAnswer("the prelude has no end")
        prelude += part
    text, _, rest = prelude.partition(url_events.PRELUDE_END)
    head = url_events.prelude_of(text)
    return HttpResponse(head.status, head.headers, _bodies(rest, parts))


async def _bodies(first: bytes, parts: AsyncIterator[bytes | InvocationResult]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for part in parts:
        if isinstance(part, bytes) and part:
            yield part

"""Invocations: HTTP requests that are made with a connection, to an API destination or anywhere else. All of them are tasks.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.outgoing import Answer, NoAnswer, send
from cloudchamber.services.events import limits
from cloudchamber.services.events.errors import ResourceNotFoundException
from cloudchamber.services.events.model import ApiDestination, Connection
from cloudchamber.services.events.operations.deliveries import PRINCIPAL
from cloudchamber.services.events.records import (
    API_DESTINATIONS,
    CONNECTIONS,
    TOKENS,
    connection_named,
    keep_connection,
    next_invocation_at_ms,
)
from cloudchamber.services.events.rules import connections
from cloudchamber.services.events.rules.connections import Prepared, Token

_FAILED = "Unable to invoke ApiDestination endpoint: "
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html#eb-api-destination-headers
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Range": "bytes=0-1048575",
}


async def invoke_api_destination(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Send `Body` to an API destination, with `Path`, `Headers` and `Query` values of its target. Gives Status and Body.

    `TakesTurn`: first wait until the destination's rate lets it be made; rules see to that themselves.
    Raises AwsError for an answer that is no success; it says whether, and from when on, to try again.
    """
    if request.get("TakesTurn"):
        at_ms = await ctx.transact(lambda ctx: next_invocation_at_ms(ctx, request["Destination"]))
        if at_ms > ctx.now_ms:
            await ctx.wait(until_ms=at_ms)
    known = await ctx.transact(lambda ctx: API_DESTINATIONS.get(ctx, request["Destination"]))
    if known is None:
        raise ResourceNotFoundException(
            f"{_FAILED}the API destination {request['Destination']} does not exist."
        )
    answer = await _sent(ctx, known.connection_arn.split("/")[1], _prepared(known, request))
    _check(answer, ctx.now_ms)
    return {"Status": answer.status, "Body": answer.body}


def _prepared(destination: ApiDestination, request: dict[str, Any]) -> Prepared:
    url = connections.with_path(destination.endpoint, request["Path"])
    given = {name.lower(): (name, value) for name, value in (_HEADERS | request["Headers"]).items()}
    url = connections.with_query(url, request["Query"].items())
    return Prepared(destination.method, url, list(given.values()), request["Body"].encode())


async def send_with_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Make a request with a connection's authorization and parameters, for services that use connections themselves.

    `ConnectionName`, `Method`, `Url`, `Headers` (pairs), `Body` (bytes). Gives `Status`, `Headers` and `Body`.
    """
    wanted = Prepared(
        request["Method"],
        request["Url"],
        [(name, value) for name, value in request["Headers"]],
        request["Body"],
    )
    answer = await _sent(ctx, request["ConnectionName"], wanted)
    return {"Status": answer.status, "Headers": answer.headers, "Body": answer.body}


async def _sent(ctx: Context, name: str, wanted: Prepared) -> Answer:
    """The answer to a request that is made with a connection. A refused token is forgotten: the next request gets another."""
    connection = await ctx.transact(lambda ctx: CONNECTIONS.get(ctx, name))
    if connection is None:
        raise ResourceNotFoundException(f"{_FAILED}the connection {name} does not exist.")
    if connection.state == "DEAUTHORIZED":
        raise AwsError(
            "ConnectionNotAuthorized", f"{_FAILED}the connection {name} is not authorized.", status=503
        )
    parameters = await _parameters(ctx, connection)
    token = await _token(ctx, connection, parameters) if parameters.get("OAuthParameters") else None
    ready = connections.prepared(wanted, parameters, connections.authorization(parameters, token))
    answer = await _exchanged(ctx, ready)
    if token and answer.status in (401, 407):
        await ctx.transact(lambda ctx: TOKENS.delete(ctx, name))
    return answer


async def _parameters(ctx: Context, connection: Connection) -> dict[str, Any]:
    request = {"SecretId": connection.secret_arn}
    secret = await ctx.call("secretsmanager", "GetSecretValue", request, principal=PRINCIPAL)
    return msgspec.json.decode(secret["SecretString"], type=dict[str, Any])


async def _exchanged(ctx: Context, ready: Prepared) -> Answer:
    try:
        return await send(
            ctx, ready.method, ready.url, ready.headers, ready.body, timeout_s=limits.INVOCATION_TIMEOUT_S
        )
    except NoAnswer as error:
        code = "Timeout" if error.timed_out else "ConnectionFailed"
        raise AwsError(code, f"{_FAILED}{error}", status=503) from None


def _check(answer: Answer, now_ms: int) -> None:
    """Raise unless the endpoint took it. Of the retry policy's wait and that of Retry-After, the longer one holds."""
    status = answer.status
    if 200 <= status < 300:
        return
    wait_ms = connections.retry_after_ms(answer.header("retry-after"), now_ms)
    again = connections.is_retried(status) and (wait_ms is None or wait_ms >= 0)
    code = "ThrottlingException" if status == 429 and again else str(status)
    error = AwsError(code, f"{_FAILED}it answered with status {status}.", status=500 if again else 400)
    if wait_ms and again:
        error.retry_at_ms = now_ms + wait_ms
    raise error


async def _token(ctx: Context, connection: Connection, parameters: dict[str, Any]) -> Token:
    """The connection's token: the one that is kept, or another when there is none or it is about to expire."""
    kept = await ctx.transact(lambda ctx: TOKENS.get(ctx, connection.name))
    if kept and (not kept.expires_at_ms or ctx.now_ms < kept.expires_at_ms - limits.TOKEN_RENEWAL_MS):
        return kept
    return await _authorized(ctx, connection, parameters)


async def _authorized(ctx: Context, connection: Connection, parameters: dict[str, Any]) -> Token:
    """Ask for a token, keep it, and let the connection be authorized; deauthorized when its credentials are refused."""
    answer = await _exchanged(ctx, connections.token_request(parameters["OAuthParameters"]))
    token = connections.token_of(answer.body, ctx.now_ms) if 200 <= answer.status < 300 else None
    if token is None:
        reason = f"The authorization endpoint answered with status {answer.status} and no access token."
        if answer.status < 500 and answer.status != 429:
            await ctx.transact(_changing(connection, state="DEAUTHORIZED", state_reason=reason))
        raise AwsError("ConnectionNotAuthorized", f"{_FAILED}{reason}", status=503)
    made = token

    def keep(ctx: Context) -> None:
        if _changing(connection, state="AUTHORIZED", state_reason="", authorized_at_ms=ctx.now_ms)(ctx):
            TOKENS.put(ctx, made, connection.name)

    await ctx.transact(keep)
    return token


def _changing(connection: Connection, **changes: Any) -> Callable[[Context], bool]:
    """Change a connection, unless it was changed by someone else meanwhile. Whether it was done."""

    def change(ctx: Context) -> bool:
        now = CONNECTIONS.get(ctx, connection.name)
        if now is None or now.revision != connection.revision:
            return False
        keep_connection(ctx, msgspec.structs.replace(now, **changes))
        return True

    return change


async def authorize_connection(ctx: Context, request: dict[str, Any]) -> None:
    """Get the first token of a connection. Meant while its credentials are those it had when this was put into the outbox."""
    connection = await ctx.transact(lambda ctx: CONNECTIONS.get(ctx, request["Connection"]))
    if connection is None or connection.revision != request["Revision"]:
        return
    try:
        await _authorized(ctx, connection, await _parameters(ctx, connection))
    except AwsError as error:
        reason = error.message.removeprefix(_FAILED)
        await ctx.transact(_changing(connection, state="DEAUTHORIZED", state_reason=reason))


async def await_connection(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Wait until it is known whether a connection is authorized. Gives its `State` and `Reason`, for CloudFormation."""
    name = request["Connection"]
    while True:
        connection = await ctx.transact(lambda ctx: connection_named(ctx, name))
        if connection.state != "AUTHORIZING":
            return {"State": connection.state, "Reason": connection.state_reason}
        await ctx.wait(("connection", name))

"""Connections: what they carry, what of it may be shown, and the HTTP requests that are made with them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

import msgspec

from cloudchamber.services.events.errors import ValidationException

Members = dict[str, Any]

_PARAMETERS_OF = {
    "API_KEY": "ApiKeyAuthParameters",
    "BASIC": "BasicAuthParameters",
    "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters",
}
_SECRETS = ("ApiKeyValue", "ClientSecret", "Password")
_LISTS = ("HeaderParameters", "QueryStringParameters", "BodyParameters")
_WITHOUT_BODY = ("GET", "HEAD")
_RETRIED = (401, 407, 409, 429)


class Prepared(msgspec.Struct, frozen=True):
    """An HTTP request, ready to be sent."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


class Token(msgspec.Struct, frozen=True, array_like=True):
    """An access token. `expires_at_ms` 0 is not known."""

    value: str
    kind: str
    expires_at_ms: int = 0


def check(authorization_type: str, parameters: Members) -> None:
    """Raise ValidationException unless the parameters are those of the type of authorization, complete."""
    wanted = _PARAMETERS_OF[authorization_type]
    others = [name for name in _PARAMETERS_OF.values() if name != wanted and parameters.get(name)]
    if others or not parameters.get(wanted):
        raise ValidationException(
            f"Parameter AuthParameters is not valid. Reason: AuthorizationType {authorization_type} takes {wanted}."
        )
    given = parameters[wanted]
    needed = {
        "ApiKeyAuthParameters": ("ApiKeyName", "ApiKeyValue"),
        "BasicAuthParameters": ("Username", "Password"),
        "OAuthParameters": ("AuthorizationEndpoint", "HttpMethod", "ClientParameters"),
    }[wanted]
    missing = [name for name in needed if not given.get(name)]
    if wanted == "OAuthParameters" and not missing:
        missing = [name for name in ("ClientID", "ClientSecret") if not given["ClientParameters"].get(name)]
    if missing:
        raise ValidationException(f"Parameter AuthParameters is not valid. Reason: {missing[0]} is required.")


def shown(value: Any) -> Any:
    """Parameters as DescribeConnection shows them: without what is secret."""
    if isinstance(value, list):
        return [shown(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("Members", value)
    hidden = {*_SECRETS, *(("Value",) if members.get("IsValueSecret") else ())}
    return {name: shown(each) for name, each in members.items() if name not in hidden}


def merged(old: Members, new: Members) -> Members:
    """`old` with what an update names; structures are merged, all else is replaced."""
    result = dict(old)
    for name, value in new.items():
        known = result.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            result[name] = merged(cast("Members", known), cast("Members", value))
        elif value is not None:
            result[name] = value
    return result


def authorization(parameters: Members, token: Token | None) -> list[tuple[str, str]]:
    """The headers by which a request shows who it comes from."""
    if parameters.get("BasicAuthParameters"):
        basic = parameters["BasicAuthParameters"]
        text = f"{basic['Username']}:{basic['Password']}"
        return [("Authorization", f"Basic {base64.b64encode(text.encode()).decode()}")]
    if parameters.get("ApiKeyAuthParameters"):
        key = parameters["ApiKeyAuthParameters"]
        return [(key["ApiKeyName"], key["ApiKeyValue"])]
    assert token is not None, "a connection of OAuth has a token before it is used"
    return [("Authorization", f"{token.kind} {token.value}")]


def prepared(request: Prepared, parameters: Members, signed: Iterable[tuple[str, str]]) -> Prepared:
    """A request with the additional parameters of its connection, which win over its own, and its authorization."""
    extra = parameters.get("InvocationHttpParameters") or {}
    headers_of, query, fields = (_pairs(extra.get(name)) for name in _LISTS)
    own = [*headers_of, *signed]
    names = {name.lower() for name, _ in own}
    headers = [(name, value) for name, value in request.headers if name.lower() not in names] + own
    body = request.body if request.method not in _WITHOUT_BODY else b""
    if fields and body:
        body = _with_fields(body, fields)
    return Prepared(request.method, with_query(request.url, query), headers, body)


def _pairs(given: list[Members] | None) -> list[tuple[str, str]]:
    return [(each["Key"], each.get("Value") or "") for each in given or ()]


def _with_fields(body: bytes, fields: list[tuple[str, str]]) -> bytes:
    """Body parameters become members of a body that is a JSON object; another body stays as it is."""
    try:
        decoded = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    if not isinstance(decoded, dict):
        return body
    return msgspec.json.encode(cast("Members", decoded) | dict(fields))


def with_query(url: str, query: Iterable[tuple[str, str]]) -> str:
    """`url` with parameters added to its query string."""
    text = urlencode(list(query), quote_via=quote)
    if not text:
        return url
    return f"{url}{'&' if '?' in url else '?'}{text}"


def with_path(endpoint: str, values: Iterable[str]) -> str:
    """An invocation endpoint with its `*` filled in, first to last."""
    for value in values:
        endpoint = endpoint.replace("*", quote(value, safe="-._~"), 1)
    return endpoint


def token_request(oauth: Members) -> Prepared:
    """How an access token is asked for, by the grant of client credentials (RFC 6749, 4.4)."""
    client, extra = oauth["ClientParameters"], oauth.get("OAuthHttpParameters") or {}
    headers_of, query, more = (_pairs(extra.get(name)) for name in _LISTS)
    fields = {
        "grant_type": "client_credentials",
        "client_id": client["ClientID"],
        "client_secret": client["ClientSecret"],
    } | dict(more)
    method, url = oauth["HttpMethod"], oauth["AuthorizationEndpoint"]
    if method == "GET":
        return Prepared(method, with_query(url, [*fields.items(), *query]), headers_of, b"")
    headers = [("Content-Type", "application/x-www-form-urlencoded"), *headers_of]
    return Prepared(method, with_query(url, query), headers, urlencode(fields).encode())


def token_of(body: bytes, now_ms: int) -> Token | None:
    """The access token of an authorization endpoint's answer; None when it holds none."""
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    members = cast("Members", answer) if isinstance(answer, dict) else {}
    if not isinstance(members.get("access_token"), str):
        return None
    expires_in = str(members.get("expires_in") or "")
    expires_at_ms = now_ms + 1_000 * int(expires_in) if expires_in.isdigit() else 0
    kind = str(members.get("token_type") or "Bearer")
    return Token(members["access_token"], "Bearer" if kind.lower() == "bearer" else kind, expires_at_ms)


def is_retried(status: int) -> bool:
    """Whether an answer of an API destination is tried again: 401, 407, 409, 429 and 5xx are.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
    """
    return status in _RETRIED or status >= 500


def retry_after_ms(header: str | None, now_ms: int) -> int | None:
    """How long a Retry-After header asks to wait; negative to stop, None when it says nothing."""
    if not header:
        return None
    text = header.strip()
    if text.removeprefix("-").isdigit():
        return 1_000 * int(text)
    try:
        return max(0, int(parsedate_to_datetime(text).timestamp() * 1000) - now_ms)
    except ValueError:
        return None


def as_texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Header or query parameters, each value as text."""
    return {name: str(value) for name, value in (values or {}).items()}

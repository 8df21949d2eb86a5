"""Requests to a chamber's control paths."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec


def ask(endpoint: str, method: str, path: str, body: Any = None) -> Any:
    """One request, its answer decoded. Ends the command with a message when no chamber answers, or it refuses."""
    return msgspec.json.decode(body_of(endpoint, method, path, body))


def body_of(endpoint: str, method: str, path: str, body: Any = None) -> bytes:
    """One request, its answer as it is. Ends the command with a message when no chamber answers, or it refuses."""
    response = _response(endpoint, method, path, body)
    answer = response.read()
    if response.status != 200:
        raise click.ClickException(msgspec.json.decode(answer).get("message", str(response.status)))
    return answer


def lines(endpoint: str, path: str, method: str = "GET", body: Any = None) -> Iterator[bytes]:
    """The lines of an answer that goes on."""
    response = _response(endpoint, method, path, body)
    while line := response.readline():
        yield line


def _response(endpoint: str, method: str, path: str, body: Any) -> http.client.HTTPResponse:
    parts = urlsplit(endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80)
    try:
        connection.request(method, path, None if body is None else msgspec.json.encode(body))
        return connection.getresponse()
    except OSError as error:
        advice = "Start one with `cloudchamber up`, or name another with --endpoint."
        raise click.ClickException(f"No chamber answers at {endpoint} ({error}). {advice}") from None

"""The world outside of the cloud, as a scenario stands it in: HTTP endpoints that keep what they are sent and answer 200.

A parameter `outside:payments` of a template becomes the URL of such an endpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.wire.http import HttpRequest, HttpResponse

_PREFIX = "/_outside/"
_MARK = "outside:"


class Outside:
    """Endpoints by name."""

    def __init__(self) -> None:
        self._received: dict[str, list[Any]] = {}

    @staticmethod
    def url_of(base_url: str, value: str) -> str:
        """The URL that a parameter `outside:NAME` means; any other value itself."""
        return f"{base_url}{_PREFIX}{value.removeprefix(_MARK)}" if value.startswith(_MARK) else value

    def handle(self, request: HttpRequest, respond: Callable[[HttpResponse], None]) -> bool:
        """Keep and answer a request for an endpoint; False when it is for somebody else."""
        if not request.path.startswith(_PREFIX):
            return False
        name = request.path.removeprefix(_PREFIX)
        self._received.setdefault(name, []).append(
            {"method": request.method, "body": _readable(request.body)}
        )
        respond(HttpResponse(200, [("Content-Type", "application/json")], b"{}"))
        return True

    def received(self) -> dict[str, list[Any]]:
        """What came, by endpoint, in order."""
        return {name: list(requests) for name, requests in self._received.items()}

    def forget(self) -> None:
        """Begin anew."""
        self._received.clear()


def _readable(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode(errors="replace")

"""What is left of a chamber that died where it stood: a store that keeps nothing, and an answer for whoever still asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from cloudchamber.aws import AwsError
from cloudchamber.wire.http import HttpRequest, HttpResponse

T = TypeVar("T")
_WHY = "The chamber has died, and starts again."


class Gone:
    """In place of a dead chamber's store: no transaction happens any more. SDKs try again what is answered so."""

    def submit(
        self, work: Callable[[Any], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Nothing is kept."""
        done(None, _died())

    async def transact(self, work: Callable[[Any], T]) -> T:
        """Nothing is kept."""
        raise _died()

    def close(self) -> None:
        """There is nothing to close."""


def refusal() -> HttpResponse:
    """The answer to who asks while nobody is there."""
    body = msgspec.json.encode({"__type": "ServiceUnavailable", "message": _WHY})
    return HttpResponse(503, [("Content-Type", "application/json"), ("Retry-After", "0")], body)


def is_from_a_function(request: HttpRequest) -> bool:
    """Whether a request may come from a function, which dies with its chamber: its call is not made afterwards."""
    return "x-amzn-trace-id" in request.headers


def _died() -> AwsError:
    return AwsError("ServiceUnavailable", _WHY, status=503)

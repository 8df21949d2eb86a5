"""Who is told of what enters from outside of the cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cloudchamber.aws import AwsError, Call
from cloudchamber.gateway.router import HttpRoute
from cloudchamber.gateway.server import Respond
from cloudchamber.wire.http import HttpRequest

Done = Callable[[Any, AwsError | None], None]


class Watcher(Protocol):
    """Sees each call and request as it comes, and its outcome."""

    def called(self, call: Call, done: Done) -> Done:
        """A client that is no function of the chamber has made a call; what is returned is told its outcome."""
        ...

    def asked(self, route: HttpRoute, request: HttpRequest, respond: Respond) -> Respond:
        """Somebody has sent a request to what is deployed; what is returned is given the answer. `request`: as it came."""
        ...

"""Who may watch what enters a chamber from outside: the place for `cloudchamber record`, which lies above."""

from __future__ import annotations

from typing import Protocol

from cloudchamber.aws import Cloud
from cloudchamber.gateway.watching import Watcher
from cloudchamber.wire.http import HttpRequest, HttpResponse

RECORDING_PATH = "/_cloudchamber/recording"


class Recording(Watcher, Protocol):
    """A watcher that is told what to do over HTTP, at RECORDING_PATH."""

    def attend(self, cloud: Cloud) -> None:
        """This is the cloud now: at the start, and when a chamber has started again or begun anew."""
        ...

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """One request to RECORDING_PATH. Raises AwsError."""
        ...

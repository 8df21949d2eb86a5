"""The processes that chambers run in: one for the session, which begins anew for each test, and those of single tests."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from cloudchamber.pytest_plugin.chamber import Chamber
from cloudchamber.pytest_plugin.errors import ChamberError
from cloudchamber.pytest_plugin.settings import Settings

STOP_WAIT_S = 30
ANSWER_WAIT_S = 600  # a deployment may install dependencies


class Host:
    """A process with a chamber. It ends with its standard input, so also when this process dies."""

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile() as errors:
            self._said: IO[bytes] = Path(errors.name).open("rb")  # noqa: SIM115 - closed by `stop`
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cloudchamber.app.hosted"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChamberError(f"The chamber did not start:\n{self.said()}")
        self.port: int = msgspec.json.decode(line)["port"]
        self._connection = self.connect()
        self.clients: dict[
            tuple[str, ...], Any
        ] = {}  # boto3's, which are slow to make, for the tests to come

    @property
    def endpoint_url(self) -> str:
        """Where the chamber is reached; by number, so that S3 needs no names of hosts."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the chamber."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WAIT_S)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request to one of the chamber's own paths (docs/reference/control-api.md). Raises ChamberError."""
        content = None if body is None else msgspec.json.encode(body)
        try:
            self._connection.request(method, f"/_cloudchamber/{path}", content)
            response = self._connection.getresponse()
            status, answered = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise ChamberError(f"The chamber does not answer ({error!r}).\n{self.said()}") from error
        lines = [msgspec.json.decode(line) for line in answered.splitlines()]
        if status != 200:
            raise ChamberError(lines[0]["message"])
        return lines[-1]

    def said(self) -> str:
        """What the process has written to its standard error since this was last asked."""
        return self._said.read().decode(errors="replace") if not self._said.closed else ""

    def stop(self) -> None:
        """End the process and all that it started."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._connection.close()
        self._process.stdin.close()
        try:
            self._process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._said.close()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None


class Hosts:
    """The host of the session, started for the first test that needs it, and those of single tests."""

    def __init__(self) -> None:
        self._shared: Host | None = None

    @contextmanager
    def chamber(self, settings: Settings) -> Generator[Chamber]:
        """A chamber in which nothing has happened, for the duration of a test."""
        host = Host() if settings.own else self._session_host()
        try:
            host.ask("POST", "renew", {"clock": settings.clock, "seed": settings.seed})
            host.said()
            yield Chamber(host, settings)
        finally:
            if settings.own:
                host.stop()

    def _session_host(self) -> Host:
        if self._shared is None or not self._shared.is_alive:
            self.stop()
            self._shared = Host()
        return self._shared

    def stop(self) -> None:
        """End the host of the session."""
        if self._shared:
            self._shared.stop()
            self._shared = None

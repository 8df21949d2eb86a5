"""The chamber of a test: everything that the fixture `chamber` offers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from cloudchamber.pytest_plugin.clock import Clock, Duration
from cloudchamber.pytest_plugin.errors import ChamberError, FunctionFailed
from cloudchamber.pytest_plugin.events import Events
from cloudchamber.pytest_plugin.faults import Faults
from cloudchamber.pytest_plugin.stack import Stack
from cloudchamber.pytest_plugin.tracks import Tracks

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.hosts import Host
    from cloudchamber.pytest_plugin.settings import Settings
    from cloudchamber.verify.report import Report

T = TypeVar("T")
_WAITS_FOR_REST = "x-cloudchamber-waits-for-rest"


class Answer(msgspec.Struct, frozen=True):
    """What came back from `chamber.http`."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Chamber:
    """A cloud of a test's own, in which nothing has happened before the test. Its clients' calls come when everything that is due
    has come to its end, so what a test looks at after an act has happened, however many functions it went through."""

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host = host
        self.account, self.region = settings.account, settings.region
        self.clock = Clock(host)
        self.faults = Faults(host, settings.seed)
        self.tracks = Tracks(host)
        self.events = Events(self)
        self._stacks: list[Stack] = []

    # -- AWS

    @property
    def endpoint_url(self) -> str:
        """Where the chamber is reached; AWS SDKs in the test's process already go there."""
        return self._host.endpoint_url

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client. It does not retry, so that a test sees the error itself."""
        return self._made("client", service, region or self.region)

    def resource(self, service: str, region: str | None = None) -> Any:
        """A boto3 resource, likewise."""
        return self._made("resource", service, region or self.region)

    def _made(self, kind: str, service: str, region: str) -> Any:
        key = (kind, service, region, self.account)
        made = self._host.clients.get(key)
        if made is None:
            import boto3
            from botocore.config import Config

            session = boto3.Session(self.account, "test", region_name=region)
            session.events.register("before-call", _wait_for_rest)
            config = Config(retries={"mode": "standard", "total_max_attempts": 1})
            make = getattr(session, kind)
            made = self._host.clients[key] = make(service, endpoint_url=self.endpoint_url, config=config)
        return made

    def http(
        self,
        method: str,
        url: str,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Answer:
        """An HTTP request to the chamber: to an API, a function's URL. `url` as AWS or an output of the stack gives it.

        `json`: a body that is sent as JSON.
        """
        if self.clock.kind == "virtual":
            self.clock.settle()
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc or f"127.0.0.1:{self._host.port}", **(headers or {})}
        if json is not None:
            body, sent = msgspec.json.encode(json), {"Content-Type": "application/json", **sent}
        connection = self._host.connect()
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Answer(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                response.read(),
            )
        finally:
            connection.close()

    # -- applications

    def deploy(
        self,
        template: str | Path,
        parameters: Mapping[str, Any] | None = None,
        stack_name: str | None = None,
    ) -> Stack:
        """Package and deploy a template (a file, or the folder of one), as `cloudchamber up` does.

        Raises ChamberError, which says what failed. Time passes meanwhile, as far as the stack needs it.
        """
        from cloudchamber.app.templates import stack_name_of, template_in

        path = Path(template).resolve()
        path = template_in(path) if path.is_dir() else path
        wanted = {
            "template": str(path),
            "stack_name": stack_name or stack_name_of(path),
            "parameters": {key: str(value) for key, value in (parameters or {}).items()},
            "account": self.account,
            "region": self.region,
        }
        with self.tracks.left_out():
            answer = self._host.ask("POST", "deploy", wanted)
        if "failed" in answer:
            raise ChamberError(answer["failed"])
        stack = Stack(answer["deployed"], self.endpoint_url)
        self._stacks.append(stack)
        self.tracks.know(stack.resources)
        return stack

    def output(self, key: str) -> str:
        """An output of the stack that was deployed last. Raises KeyError, which names those there are."""
        return self._last_stack()[key]

    def stack_resource(self, logical_id: str) -> str:
        """The physical id of a resource of the stack that was deployed last. Raises KeyError, which names those there are."""
        return self._last_stack().physical_id(logical_id)

    def _last_stack(self) -> Stack:
        if not self._stacks:
            raise KeyError("no stack was deployed: call chamber.deploy(template) first")
        return self._stacks[-1]

    def _name_of(self, function: str) -> str:
        for stack in reversed(self._stacks):
            if function in stack.resources:
                return stack.resources[function]
        return function

    def invoke(self, function: str, payload: Any = None) -> Any:
        """What a function answers, by its name, ARN or logical id. Raises FunctionFailed."""
        answer = self.client("lambda").invoke(
            FunctionName=self._name_of(function), Payload=json.dumps(payload).encode()
        )
        content = answer["Payload"].read()
        result = json.loads(content) if content else None
        if "FunctionError" in answer:
            raise FunctionFailed(function, result)
        return result

    def logs(self, function: str) -> str:
        """What a function has written to its log, by its name or logical id; empty when it has not run."""
        name = self._name_of(function).rsplit(":", 1)[-1]
        logs = self.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
            return "".join(f"{event['message'].rstrip()}\n" for page in pages for event in page["events"])
        except logs.exceptions.ResourceNotFoundException:
            return ""

    def event(self, source: str, kind: str, **options: Any) -> Any:
        """A sample of the event that AWS sends: `chamber.event("s3", "put", bucket="incoming")`. See `cloudchamber event`."""
        from cloudchamber import sample_events

        return sample_events.build(source, kind, **options)

    # -- time, in the words of scenarios

    def now(self) -> datetime:
        """The instant on the chamber's clock, in UTC."""
        return self.clock.now()

    def advance(self, duration: Duration) -> None:
        """`chamber.clock.advance`."""
        self.clock.advance(duration)

    def run_until_idle(self) -> None:
        """`chamber.clock.run_until_idle`."""
        self.clock.run_until_idle()

    def eventually(self, check: Callable[[], T], timeout: Duration = "15m") -> T:
        """`chamber.clock.eventually`."""
        return self.clock.eventually(check, timeout)

    # -- verdicts

    def verify(self, scenario: str | Path, template: str | Path | None = None, **options: Any) -> Report:
        """The verdict of `cloudchamber verify` on an application. Raises NotVerified, which tells it, unless all is well.

        It is played in chambers of its own; this one is not touched. `options`: see `cloudchamber.pytest_plugin.verdicts.verify`.
        """
        from cloudchamber.pytest_plugin.verdicts import verify

        return verify(scenario, template, **options)

    def said(self) -> str:
        """What the chamber's process has complained of since this was last asked; a bug of Cloud Chamber's, usually."""
        return self._host.said()


def _wait_for_rest(params: dict[str, Any], **_: Any) -> None:
    params["headers"][_WAITS_FOR_REST] = "1"

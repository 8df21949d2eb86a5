"""A recording as a scenario: each request again, when its instant has come, in the names of the deployment that is there now."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from boto3.session import Session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from cloudchamber.languages.cloudformation import InvalidTemplate
from cloudchamber.languages.cloudformation.loading import load
from cloudchamber.verify.layout import last_part
from cloudchamber.verify.recording import Http, Recording, Request, Resource, Stack, read
from cloudchamber.verify.recording_answers import leaf
from cloudchamber.verify.recording_names import resolved
from cloudchamber.verify.recording_notes import BASE64, as_bytes, failure_in
from cloudchamber.verify.scenario import Place, Scenario

NO_SUCH_RESOURCE = "NoSuchResource"
DRAWN_TYPES = ("AWS::ApiGateway::ApiKey", "AWS::Lambda::Url")
DEPLOYS_MS = 10_000  # so long before the recording began, the application begins to be deployed


class Answered(msgspec.Struct, frozen=True):
    """How a request was answered: `error` is AWS's code, `HTTP 500`, or empty."""

    status: int
    error: str = ""


class Replay:
    """Called with the chamber, it sends everything again.

    `others`: the logical ids of other stacks; what is for them is left out. `answers`: what came back the last time, by the
    request's number; `left_out`: the numbers of the others. `drawn`: the ids of function URLs and the values of API keys
    of that deployment, each with its placeholder.
    """

    def __init__(self, recording: Recording, others: frozenset[str] = frozenset()) -> None:
        self.recording, self.others = recording, others
        self.answers: dict[int, Answered] = {}
        self.left_out: set[int] = set()
        self.drawn: dict[str, str] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}

    def __call__(self, chamber: Any) -> None:
        """Send it all. Raises LookupError at the end when it names what the template does not have."""
        self.answers.clear()
        sender = _Sender(chamber, self.recording, self._clients)
        self.left_out.clear()
        self.drawn = {value: f"${{{logical_id}.Value}}" for logical_id, value in sender.drawn.items()}
        began_at = chamber.now()
        for request in self.recording.requests:
            passed_s = (chamber.now() - began_at).total_seconds()
            wait_ms = request.at_ms - round(passed_s * 1000)
            if wait_ms > 0:
                chamber.advance(wait_ms / 1000)
            self.answers[request.number] = sender.send(request)
        self.left_out.update(number for number, name in sender.missing.items() if name in self.others)
        missing = {name for name in sender.missing.values() if name not in self.others}
        if missing:
            names = ", ".join(sorted(missing))
            raise LookupError(f"the recording names what the template does not have: {names}")


def of_recording(path: Path, template: Path) -> Scenario:
    """The scenario of a recording, for an application with that template. Raises RecordingError."""
    recording = read(path)
    begin = recording.begin
    parameters, resources = _names_in(template)
    stack = max(
        begin.stacks,
        key=lambda stack: sum(each.logical_id in resources for each in stack.resources),
        default=Stack("app", {}, []),
    )
    others = frozenset(
        each.logical_id for other in begin.stacks if other is not stack for each in other.resources
    )
    return Scenario(
        Replay(recording, others),
        [],
        tuple(begin.ignore),
        {key: value for key, value in stack.parameters.items() if key in parameters},
        place=Place(begin.account, begin.region, stack.name, begin.began_at_ms - DEPLOYS_MS),
    )


def _names_in(template: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The parameters and resources of a template; none when it is none, which its deployment will say."""
    try:
        loaded = load(template.read_text("utf-8"))
    except (InvalidTemplate, OSError, UnicodeDecodeError):
        loaded = None
    if not isinstance(loaded, dict):
        return frozenset(), frozenset()
    return frozenset(loaded.get("Parameters") or {}), frozenset(loaded.get("Resources") or {})


class _Sender:
    """Sends requests for one run. `missing`: names that nothing stands for, by the numbers of the requests that use them."""

    def __init__(self, chamber: Any, recording: Recording, clients: dict[tuple[str, str, str], Any]) -> None:
        self._chamber, self._begin, self._clients = chamber, recording.begin, clients
        self._answers: dict[int, Any] = {}
        self.missing: dict[int, str] = {}
        self.drawn = {
            resource.logical_id: self._value(resource)
            for stack in self._begin.stacks
            for resource in stack.resources
            if resource.type in DRAWN_TYPES and _has(chamber, resource.logical_id)
        }

    def send(self, request: Request) -> Answered:
        """Send one, and wait for its answer."""
        try:
            if request.http:
                http = msgspec.to_builtins(request.http)
                return self._ask(request, msgspec.convert(resolved(http, self._meaning), Http))
            return self._call(request, _plain(resolved(request.request, self._meaning)))
        except _Missing as missing:
            self.missing[request.number] = str(missing)
            return Answered(0, NO_SUCH_RESOURCE)

    def _call(self, request: Request, parameters: dict[str, Any]) -> Answered:
        client = self._client(
            request.service, request.account or self._begin.account, request.region or self._begin.region
        )
        try:
            answer = getattr(client, xform_name(request.operation))(**parameters)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return Answered(status, error.response.get("Error", {}).get("Code", ""))
        except BotoCoreError as error:
            return Answered(0, type(error).__name__)
        status = answer.pop("ResponseMetadata", {}).get("HTTPStatusCode", 200)
        self._answers[request.number] = answer = {
            key: value.read() if isinstance(value, StreamingBody) else value for key, value in answer.items()
        }
        return Answered(status, failure_in(answer))

    def _ask(self, request: Request, http: Http) -> Answered:
        base, query = self._chamber.endpoint_url, f"?{http.query}" if http.query else ""
        if http.kind != "s3-browser":
            host = base.removeprefix("http://")
            region = request.region or self._begin.region
            base = f"http://{http.id}.{http.kind}.{region}.{host}"
        answer = self._chamber.http(
            http.method, f"{base}{http.path}{query}", as_bytes(http.body), http.headers
        )
        self._answers[request.number] = answer.body
        return Answered(answer.status, f"HTTP {answer.status}" if answer.status >= 400 else "")

    def _client(self, service: str, account: str, region: str) -> Any:
        key = (service, account, region)
        if key not in self._clients:
            config = Config(
                retries={"total_max_attempts": 1},
                parameter_validation=False,
                s3={"addressing_style": "path"},
            )
            session: Any = Session(account, "replay", region_name=region)
            client = session.client(service, endpoint_url=self._chamber.endpoint_url, config=config)
            self._clients[key] = self._chamber.connected(client)
        return self._clients[key]

    # -- what placeholders mean

    def _meaning(self, name: str) -> str:
        if name.startswith("#"):
            number, _, path = name[1:].partition(".")
            try:
                return leaf(self._answers.get(int(number)), path)
            except KeyError:
                return (
                    f"no {name}"  # that request failed now, or is answered otherwise: this one will fail too
                )
        logical_id, _, part = name.partition(".")
        try:
            physical_id = self._chamber.stack_resource(logical_id)
        except KeyError:
            raise _Missing(logical_id) from None
        if part == "Value":
            return self.drawn.get(logical_id, "")
        return last_part(physical_id) if part else physical_id

    def _value(self, resource: Resource) -> str:
        """What this deployment drew for a function URL or an API key."""
        begin, physical_id = self._begin, self._chamber.stack_resource(resource.logical_id)
        if resource.type == "AWS::Lambda::Url":
            client = self._client("lambda", begin.account, begin.region)
            url = client.get_function_url_config(FunctionName=physical_id)["FunctionUrl"]
            return url.partition("//")[2].partition(".")[0]
        client = self._client("apigateway", begin.account, begin.region)
        return client.get_api_key(apiKey=physical_id, includeValue=True)["value"]


def _has(chamber: Any, logical_id: str) -> bool:
    try:
        return bool(chamber.stack_resource(logical_id))
    except KeyError:
        return False


class _Missing(Exception):
    """The template has no such resource."""


def _plain(value: Any) -> Any:
    """A request as boto3 takes it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return as_bytes(value) if BASE64 in value else {key: _plain(each) for key, each in value.items()}
    return value

"""First-class integrations: a route that calls an operation of another service, with what the request has.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cloudchamber.languages.states.errors import InvalidExpression
from cloudchamber.languages.states.jsonpath import MISSING, compile_path
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.rules.events import Incoming, event_2_0


class Subtype(msgspec.Struct, frozen=True):
    """An operation, and the request parameters it takes: their names in the request, those that must be given first."""

    service: str
    operation: str
    required: dict[str, str]
    optional: dict[str, str]

    @property
    def members(self) -> dict[str, str]:
        return self.required | self.optional


_START = {"Name": "name", "Input": "input"}
SUBTYPES = {
    "EventBridge-PutEvents": Subtype(
        "events",
        "PutEvents",
        {"Detail": "Detail", "DetailType": "DetailType", "Source": "Source"},
        {
            "Time": "Time",
            "EventBusName": "EventBusName",
            "Resources": "Resources",
            "Region": "",
            "TraceHeader": "TraceHeader",
        },
    ),
    "StepFunctions-StartExecution": Subtype(
        "stepfunctions", "StartExecution", {"StateMachineArn": "stateMachineArn"}, _START | {"Region": ""}
    ),
    "StepFunctions-StartSyncExecution": Subtype(
        "stepfunctions",
        "StartSyncExecution",
        {"StateMachineArn": "stateMachineArn"},
        _START | {"Region": "", "TraceHeader": "traceHeader"},
    ),
    "StepFunctions-StopExecution": Subtype(
        "stepfunctions",
        "StopExecution",
        {"ExecutionArn": "executionArn"},
        {"Cause": "cause", "Error": "error", "Region": ""},
    ),
}
_SELECTED = re.compile(r"\$(request\.[^\s}]+|context\.[\w.]+|stageVariables\.\w+)")
_INSIDE = re.compile(r"\$\{(request\.[^\s}]+|context\.[\w.]+|stageVariables\.\w+)\}")


def request_of(subtype: Subtype, parameters: dict[str, str], incoming: Incoming) -> Members:
    """The request that a route's request parameters make. What a selection does not find is left out."""
    found = {name: _value(text, incoming) for name, text in parameters.items() if name != "Region"}
    request = {subtype.members[name]: value for name, value in found.items() if value is not None}
    if subtype.service != "events":
        return request
    if "Resources" in request:
        request["Resources"] = [each.strip() for each in str(request["Resources"]).split(",")]
    return {"Entries": [request]}


def _value(text: str, incoming: Incoming) -> Any:
    """What a parameter's text means: one selection, a text with selections in it, or itself.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
    """
    whole = _SELECTED.fullmatch(text)
    if whole:
        return _selected(whole[1], incoming)
    return _INSIDE.sub(lambda hole: _selected(hole[1], incoming) or "", text)


def _selected(name: str, incoming: Incoming) -> str | None:
    kind, _, rest = name.partition(".")
    if kind == "stageVariables":
        return incoming.stage_variables.get(rest)
    if kind == "context":
        return _of_context(rest, incoming)
    place, _, key = rest.partition(".")
    if place == "header":
        return incoming.headers.get(key.lower())
    if place == "querystring":
        return dict(parse_qsl(incoming.query, keep_blank_values=True)).get(key)
    if place == "path":
        return incoming.variables.get(key) if key else incoming.path
    return _of_body(key, incoming.body) if place == "body" else None


def _of_context(path: str, incoming: Incoming) -> str | None:
    value: Any = event_2_0(incoming)["requestContext"]
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else str(value)


def _of_body(path: str, body: bytes) -> str | None:
    """The whole body, or what a path finds in its JSON."""
    if not path:
        return body.decode("utf-8", "replace") or None
    try:
        value: Any = compile_path(f"$.{path}").find(msgspec.json.decode(body))
    except (InvalidExpression, msgspec.DecodeError):
        return None
    if value is None or value is MISSING:
        return None
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()

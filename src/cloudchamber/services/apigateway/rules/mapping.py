"""Requests and responses mapped: templates of the Velocity language, and parameters.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, unquote_plus

import msgspec

from cloudchamber.aws.proxy import values_by_name
from cloudchamber.languages.states.errors import InvalidExpression
from cloudchamber.languages.states.jsonpath import MISSING, compile_path
from cloudchamber.languages.vtl import InvalidTemplate, compile_template, text_of
from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming, context_of
from cloudchamber.wire.http import HttpResponse

_ESCAPES = {
    "'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "\b": "\\b", "\f": "\\f",
}  # fmt: skip


class Backend(NamedTuple):
    """What an integration answered; `error` is what selection patterns are matched with."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: str = ""


def check_template(text: str) -> str | None:
    """Why a template is not well formed, or None."""
    try:
        compile_template(text)
    except InvalidTemplate as problem:
        return str(problem)
    return None


class Mapper:
    """One request on its way to its integration and back."""

    def __init__(self, incoming: Incoming, authorizer: dict[str, Any] | None) -> None:
        self.incoming = incoming
        self._context: dict[str, Any] = context_of(incoming) | {
            "authorizer": authorizer or {},
            "requestOverride": {"header": {}, "path": {}, "querystring": {}},
            "responseOverride": {"header": {}},
        }

    # -- to the integration

    def request_body(self, integration: Members) -> bytes:
        """The body that the integration gets. Raises Stopped (415) when no template fits and none may be left out.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
        """
        templates: dict[str, str] = integration.get("requestTemplates") or {}
        given = self.incoming.headers.get("content-type", "")
        kind = given.partition(";")[0].strip().lower() or "application/json"
        template = templates.get(kind)
        behavior = integration["passthroughBehavior"]
        if template is not None:
            return self.rendered(template, self.incoming.body).encode()
        if behavior == "NEVER" or (behavior == "WHEN_NO_TEMPLATES" and templates):
            raise Stopped("UNSUPPORTED_MEDIA_TYPE")
        return self.incoming.body

    def request_parameters(self, integration: Members) -> dict[str, dict[str, str]]:
        """The headers, query strings and path parameters of the integration's request."""
        found: dict[str, dict[str, str]] = {"header": {}, "path": {}, "querystring": {}}
        for target, source in (integration.get("requestParameters") or {}).items():
            place, _, name = target.removeprefix("integration.request.").partition(".")
            value = self._from_request(str(source))
            if value is not None and place in found:
                found[place][name.lower() if place == "header" else name] = value
        for place, overrides in self._context["requestOverride"].items():
            found[place] |= {name: text_of(value) for name, value in overrides.items()}
        return found

    def _from_request(self, source: str) -> str | None:
        if source.startswith("'"):
            return source[1:-1]
        if source.startswith("method.request.body"):
            return self._at(self.incoming.body, source.removeprefix("method.request.body").lstrip("."))
        if source.startswith("method.request."):
            place, _, name = source.removeprefix("method.request.").partition(".")
            return self._params().get(place.removeprefix("multivalue"), {}).get(name)
        return self._from_variables(source)

    def _from_variables(self, source: str) -> str | None:
        kind, _, name = source.partition(".")
        if kind == "stageVariables":
            return self.incoming.stage_variables.get(name)
        value: Any = self._context if kind == "context" else None
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return None if value is None else text_of(value)

    @staticmethod
    def _at(body: bytes, path: str) -> str | None:
        """The body, or what a path finds in its JSON."""
        if not path:
            return body.decode("utf-8", "replace")
        found = _found(body, f"$.{path.removeprefix('$.')}")
        return None if found is None else text_of(found)

    def _params(self) -> dict[str, dict[str, str]]:
        query = values_by_name(self.incoming.query)
        names = dict(self.incoming.raw_headers)
        return {
            "path": dict(self.incoming.variables),
            "querystring": {name: values[-1] for name, values in query.items()},
            "header": self.incoming.headers | names,
        }

    # -- back from it

    def response(self, integration: Members, backend: Backend) -> HttpResponse:
        """What the client gets. Raises Stopped when no integration response fits.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
        """
        chosen = _selected(
            integration.get("integrationResponses") or {}, backend.error or str(backend.status)
        )
        if chosen is None:
            raise Stopped("API_CONFIGURATION_ERROR")
        headers: dict[str, str] = {}
        for target, source in (chosen.get("responseParameters") or {}).items():
            value = self._from_response(str(source), backend)
            if target.startswith("method.response.header.") and value is not None:
                headers[target.removeprefix("method.response.header.")] = value
        templates: dict[str, str] = chosen.get("responseTemplates") or {}
        kind = (
            "application/json" if "application/json" in templates or not templates else next(iter(templates))
        )
        template = templates.get(kind)
        body = self.rendered(template, backend.body).encode() if template else backend.body
        overrides = self._context["responseOverride"]
        headers |= {name: text_of(value) for name, value in overrides["header"].items()}
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        status = int(overrides.get("status") or chosen["statusCode"])
        return HttpResponse(status, list(headers.items()), body)

    def _from_response(self, source: str, backend: Backend) -> str | None:
        if source.startswith("'"):
            return source[1:-1]
        if source.startswith("integration.response.header."):
            return backend.headers.get(source.removeprefix("integration.response.header.").lower())
        if source.startswith("integration.response.body"):
            return self._at(backend.body, source.removeprefix("integration.response.body").lstrip("."))
        return self._from_variables(source)

    # -- templates

    def rendered(self, template: str, body: bytes) -> str:
        """A template's text, with `$input` as the body it maps."""
        variables = {
            "context": self._context,
            "input": _input(body, self._params()),
            "stageVariables": dict(self.incoming.stage_variables),
            "util": _UTIL,
        }
        try:
            return compile_template(template)(variables)
        except InvalidTemplate:
            raise Stopped("API_CONFIGURATION_ERROR") from None


def _selected(responses: dict[str, Members], text: str) -> Members | None:
    """The response whose selection pattern fits, else the one without a pattern."""
    default: Members | None = None
    for response in responses.values():
        pattern = response.get("selectionPattern")
        if not pattern or pattern == "default":
            default = default or response
        elif re.fullmatch(pattern, text, re.DOTALL):
            return response
    return default


def _found(body: bytes, path: str) -> Any:
    """What a path finds in a body of JSON; None for nothing."""
    try:
        value = compile_path(path).find(msgspec.json.decode(body or b"{}"))
    except (InvalidExpression, msgspec.DecodeError):
        return None
    return None if value is MISSING else value


def _input(body: bytes, params: dict[str, dict[str, str]]) -> dict[str, Any]:
    """`$input`. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html"""

    def param(name: str | None = None) -> Any:
        if name is None:
            return params
        return next(
            (params[place][name] for place in ("path", "querystring", "header") if name in params[place]),
            None,
        )

    def json(path: str) -> str:
        value = _found(body, path)
        return "" if value is None and path != "$" else msgspec.json.encode(value).decode()

    return {
        "body": body.decode("utf-8", "replace"),
        "json": json,
        "params": param,
        "path": lambda path: _found(body, path),
    }


def _escaped(value: Any) -> str:
    """A text as JavaScript's string literals have it."""
    return "".join(
        _ESCAPES.get(char) or (char if " " <= char <= "~" else f"\\u{ord(char):04X}")
        for char in text_of(value)
    )


def _parsed(text: Any) -> Any:
    try:
        return msgspec.json.decode(text_of(text))
    except msgspec.DecodeError:
        return None


_UTIL: dict[str, Callable[[Any], Any]] = {
    "base64Decode": lambda value: base64.b64decode(text_of(value)).decode("utf-8", "replace"),
    "base64Encode": lambda value: base64.b64encode(text_of(value).encode()).decode(),
    "escapeJavaScript": _escaped,
    "parseJson": _parsed,
    "urlDecode": lambda value: unquote_plus(text_of(value)),
    "urlEncode": lambda value: quote(text_of(value), safe="*-._").replace("%20", "+"),
}


def path_with(path: str, values: dict[str, str]) -> str:
    """A path whose `{name}`s are filled in."""
    return re.sub(r"\{([^}/]+)\}", lambda hole: quote(values.get(hole[1], ""), safe=""), unquote(path))

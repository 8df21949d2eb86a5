"""AWS integrations: an action of any service, or a function, with mapped requests and responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-request-basic-setup.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import msgspec

from cloudchamber.aws import AwsError, Call, Context
from cloudchamber.aws.proxy import TimedOut, call_in_time, function_arn, invoke
from cloudchamber.services.apigateway.model import Members
from cloudchamber.services.apigateway.rules.answers import Stopped
from cloudchamber.services.apigateway.rules.events import Incoming
from cloudchamber.services.apigateway.rules.mapping import Backend, Mapper, path_with
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import ServiceModel, load_model
from cloudchamber.wire.protocol import MalformedRequest, UnknownOperation, WireError, protocol_for

_URI = re.compile(
    r"arn:[a-z-]+:apigateway:(?P<region>[^:]*):(?P<service>[^:]+):(?P<kind>action|path)/(?P<rest>.*)\Z"
)
# Names in ARNs that are not botocore's.
_SERVICES = {"states": "stepfunctions", "monitoring": "cloudwatch", "cognito-idp": "cognito-idp"}
_NO_ANSWER = 504


def is_service(uri: str) -> bool:
    """Whether a URI names a function or an action of a service."""
    return function_arn(uri) is not None or _URI.match(uri) is not None


async def answer(
    ctx: Context, integration: Members, incoming: Incoming, authorizer: dict[str, Any] | None
) -> HttpResponse:
    """Map the request, call the service, map its answer. Raises Stopped."""
    mapper = Mapper(incoming, authorizer)
    body = mapper.request_body(integration)
    parameters = mapper.request_parameters(integration)
    arn = function_arn(integration["uri"], incoming.stage_variables)
    try:
        if arn:
            backend = await _of_function(ctx, arn, body, parameters, integration["timeoutInMillis"])
        else:
            backend = await _of_service(ctx, integration, incoming, body, parameters)
    except TimedOut:
        raise Stopped("INTEGRATION_TIMEOUT") from None
    return mapper.response(integration, backend)


async def _of_function(
    ctx: Context, arn: str, body: bytes, parameters: dict[str, dict[str, str]], timeout_ms: int
) -> Backend:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-lambda-non-proxy-integration.html"""
    if parameters["header"].get("x-amz-invocation-type") == "Event":
        request = {"FunctionName": arn, "InvocationType": "Event", "Payload": body or b"{}"}
        region, account = arn.split(":")[3:5]
        call = Call("lambda", "Invoke", request, "apigateway.amazonaws.com", account, region, ctx.trace)
        await call_in_time(ctx, call, timeout_ms)
        return Backend(202, {}, b"")
    try:
        found = await invoke(ctx, arn, body or b"{}", timeout_ms)
    except AwsError:
        raise Stopped("API_CONFIGURATION_ERROR") from None
    payload = found.get("Payload") or b""
    return Backend(200, {}, payload, _error_of(payload) if found.get("FunctionError") else "")


def _error_of(payload: bytes) -> str:
    """What selection patterns of functions are matched with."""
    try:
        return str(msgspec.json.decode(payload)["errorMessage"]) or "error"
    except (msgspec.DecodeError, KeyError, TypeError):
        return payload.decode("utf-8", "replace") or "error"


async def _of_service(
    ctx: Context, integration: Members, incoming: Incoming, body: bytes, parameters: dict[str, dict[str, str]]
) -> Backend:
    """Call the operation that the URI and the mapped request name, in the service's own protocol."""
    found = _URI.match(integration["uri"])
    if found is None:
        raise Stopped("API_CONFIGURATION_ERROR")
    service = found["service"].rpartition(".")[2]
    try:
        model = load_model(_SERVICES.get(service, service))
    except LookupError:
        raise Stopped("API_CONFIGURATION_ERROR") from None
    request = _request(model, found["kind"], found["rest"], integration, incoming, body, parameters)
    protocol = protocol_for(model, request)
    operation = None
    try:
        name, labels = protocol.operation(request)
        operation = model.operations[name]
        parsed = protocol.parse(operation, request, labels)
        if model.name == "sqs" and operation.input and "QueueUrl" in operation.input.members:
            parsed.setdefault("QueueUrl", f"{ctx.base_url}{request.path}")
        call = Call(
            model.name,
            name,
            parsed,
            "apigateway.amazonaws.com",
            incoming.account,
            found["region"] or incoming.region,
            ctx.trace,
        )
        result = await call_in_time(ctx, call, integration["timeoutInMillis"])
        response = protocol.serialize(operation, result or {}, ctx.request_id)
    except (MalformedRequest, UnknownOperation) as problem:
        error = WireError(problem.code, problem.message, problem.status or 400, {}, True)
        response = protocol.serialize_error(error, ctx.request_id, operation)
    except AwsError as problem:
        shape = model.error(problem.code)
        status = problem.status or (shape.error.httpStatusCode if shape and shape.error else 400)
        error = WireError(problem.code, problem.message, status, problem.members, status < 500)
        response = protocol.serialize_error(error, ctx.request_id, operation)
    content = response.body
    if not isinstance(content, bytes):
        content = b"".join([part async for part in content])
    headers = {name.lower(): value for name, value in response.headers}
    return Backend(response.status, headers, content)


def _request(
    model: ServiceModel,
    kind: str,
    rest: str,
    integration: Members,
    incoming: Incoming,
    body: bytes,
    parameters: dict[str, dict[str, str]],
) -> HttpRequest:
    """The request in the protocol of the service: `action/` names the operation, `path/` where it is sent."""
    headers = {"host": f"{model.endpoint_prefix}.amazonaws.com"} | parameters["header"]
    query = urlencode(parameters["querystring"])
    if kind == "path":
        if incoming.headers.get("content-type"):
            headers.setdefault("content-type", incoming.headers["content-type"])
        path, _, fixed = rest.partition("?")
        query = "&".join(part for part in (fixed, query) if part)
        return HttpRequest(
            integration["httpMethod"], f"/{path_with(path, parameters['path'])}", query, headers, body
        )
    action, _, more = rest.partition("&")
    if model.target_prefix:
        headers["x-amz-target"] = f"{model.target_prefix}.{action}"
        headers["content-type"] = f"application/x-amz-json-{model.json_version}"
    else:
        named = f"Action={action}&Version={model.api_version}"
        query = "&".join(part for part in (named, more, query) if part)
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    return HttpRequest("POST", "/", query, headers, body)

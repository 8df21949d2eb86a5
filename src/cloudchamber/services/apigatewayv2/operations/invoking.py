"""Requests to deployed HTTP APIs: find the stage and the route, let the client pass, ask the function, answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Call, Context
from cloudchamber.aws.proxy import TimedOut, call_in_time, function_arn, invoke
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.live import Deployed, DeployedApi, DeployedStage, Target
from cloudchamber.services.apigatewayv2.model import Snapshot, Stage
from cloudchamber.services.apigatewayv2.operations.admission import admit
from cloudchamber.services.apigatewayv2.records import APIS, OWNERS, SNAPSHOTS, STAGES
from cloudchamber.services.apigatewayv2.rules import answers
from cloudchamber.services.apigatewayv2.rules.authorizing import Refused
from cloudchamber.services.apigatewayv2.rules.cors import Cors, is_preflight
from cloudchamber.services.apigatewayv2.rules.events import Incoming, event_1_0, event_2_0
from cloudchamber.services.apigatewayv2.rules.routing import DEFAULT, Router
from cloudchamber.services.apigatewayv2.rules.services import SUBTYPES, request_of
from cloudchamber.wire.http import HttpRequest, HttpResponse

_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


async def execute_api(ctx: Context, request: HttpRequest, api_id: str) -> HttpResponse | None:
    """Answer a request to an API; None when there is no HTTP API of that identifier."""
    deployed: Deployed = ctx.live
    api = await deployed.find(ctx, api_id, _compiled)
    if api is None:
        return None
    ctx.account, ctx.region = api.account, api.region
    request_id = ctx.ids.text(15, _ID_ALPHABET) + "="
    response, cors = await _answer(ctx, api, request, api_id, request_id)
    origin = request.headers.get("origin")
    if cors:
        kept = [(k, v) for k, v in response.headers if not k.lower().startswith("access-control-")]
        is_asked = response.status == 204 and is_preflight(request.method, request.headers)
        response.headers = kept + (cors.preflight(origin) if is_asked else cors.headers(origin))
    response.headers.append(("apigw-requestid", request_id))
    return response


async def _answer(
    ctx: Context, api: DeployedApi, request: HttpRequest, api_id: str, request_id: str
) -> tuple[HttpResponse, Cors | None]:
    if api.disabled:
        return answers.gateway_error(404, "Not Found"), None
    stage, path = _stage_of(api, request.path)
    if stage is None:
        return answers.gateway_error(404, "Not Found"), None
    if stage.cors and is_preflight(request.method, request.headers):
        return HttpResponse(204, []), stage.cors
    found = stage.router.find(request.method, path)
    if found is None:
        return answers.gateway_error(404, "Not Found"), stage.cors
    if len(request.body) > limits.PAYLOAD_BYTES_MAX:
        return answers.gateway_error(413, "Request Entity Too Large"), stage.cors
    target, variables = found
    incoming = Incoming(
        request.method,
        path if stage.name == DEFAULT else f"/{stage.name}{path}",
        request.query,
        request.headers,
        request.raw_headers,
        request.body,
        api.account,
        api.region,
        api_id,
        stage.name,
        variables,
        stage.variables,
        request_id,
        ctx.trace.header(),
        ctx.now_ms,
        target.route_key,
    )
    return await _integrate(ctx, target, incoming), stage.cors


def _stage_of(api: DeployedApi, path: str) -> tuple[DeployedStage | None, str]:
    """The stage a path begins with, and the rest of the path; else the default stage and the whole path."""
    first, _, rest = path[1:].partition("/")
    stage = api.stages.get(first.replace("%24", "$"))
    if stage:
        return stage, "/" + rest
    return api.stages.get(DEFAULT), path


async def _integrate(ctx: Context, target: Target, incoming: Incoming) -> HttpResponse:
    try:
        authorizer = None
        if target.authorization != "NONE":
            authorizer = await admit(ctx, target, incoming)
    except Refused as refused:
        return answers.gateway_error(refused.status, "Unauthorized" if refused.status == 401 else "Forbidden")
    except answers.Malformed:
        return answers.internal_server_error()
    if target.subtype:
        return await _call_service(ctx, target, incoming)
    if target.function is None:
        return answers.internal_server_error()
    is_2_0 = target.payload_format == "2.0"
    event = event_2_0(incoming, authorizer) if is_2_0 else event_1_0(incoming, _flattened(authorizer))
    try:
        answer = await invoke(ctx, target.function, msgspec.json.encode(event), target.timeout_ms)
    except TimedOut:
        return answers.service_unavailable()
    except AwsError as error:
        throttled = error.status == 429 or error.code == "TooManyRequestsException"
        return answers.service_unavailable() if throttled else answers.internal_server_error()
    if answer.get("FunctionError"):
        return answers.internal_server_error()
    payload = answer.get("Payload") or b""
    try:
        return answers.answer_2_0(payload) if is_2_0 else answers.answer_1_0(payload)
    except answers.Malformed:
        return answers.internal_server_error()


async def _call_service(ctx: Context, target: Target, incoming: Incoming) -> HttpResponse:
    """Call the operation of a first-class integration; its answer, or its error, is the route's."""
    subtype = SUBTYPES[target.subtype]
    region = target.parameters.get("Region") or incoming.region
    request = request_of(subtype, target.parameters, incoming)
    call = Call(
        subtype.service,
        subtype.operation,
        request,
        "apigateway.amazonaws.com",
        incoming.account,
        region,
        ctx.trace,
    )
    try:
        answer = await call_in_time(ctx, call, target.timeout_ms)
    except TimedOut:
        return answers.service_unavailable()
    except AwsError as error:
        return answers.service_error(error)
    return answers.service_answer(answer)


def _flattened(authorizer: dict[str, Any] | None) -> dict[str, Any] | None:
    """The authorizer's part of an event in format 1.0: not told apart by kind."""
    if not authorizer:
        return None
    return next(iter(authorizer.values()))


def _compiled(ctx: Context, api_id: str) -> DeployedApi | None:
    owner = OWNERS.get(ctx, api_id)
    if owner is None:
        return None
    there = ctx.elsewhere(account=owner.account, region=owner.region)
    api = APIS.get(there, api_id)
    assert api is not None, "an API that has an owner exists"
    stages: dict[str, DeployedStage] = {}
    for stage in STAGES.values(there, api_id):
        snapshot = SNAPSHOTS.get(there, api_id, stage.deployment_id) if stage.deployment_id else None
        stages[stage.name] = _compiled_stage(stage, snapshot or Snapshot([], {}, {}))
    disabled = bool(api.members.get("DisableExecuteApiEndpoint"))
    return DeployedApi(owner.account, owner.region, stages, disabled)


def _compiled_stage(stage: Stage, snapshot: Snapshot) -> DeployedStage:
    variables: dict[str, str] = stage.members.get("StageVariables") or {}
    router: Router[Target] = Router()
    for route in snapshot.routes:
        integration = snapshot.integrations.get((route.get("Target") or "").partition("/")[2]) or {}
        target = Target(
            route["RouteKey"],
            function_arn(integration.get("IntegrationUri") or "", variables),
            integration.get("PayloadFormatVersion", "2.0"),
            integration.get("TimeoutInMillis", limits.INTEGRATION_TIMEOUT_MS_MAX),
            route["AuthorizationType"],
            snapshot.authorizers.get(route.get("AuthorizerId") or ""),
            route.get("AuthorizationScopes") or [],
            integration.get("IntegrationSubtype") or "",
            integration.get("RequestParameters") or {},
        )
        router.add(route["RouteKey"], target)
    return DeployedStage(stage.name, variables, router, Cors(snapshot.cors) if snapshot.cors else None)

"""Requests to deployed REST APIs: find the stage and the method, let the client pass, integrate, answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-basic-concept.html
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.proxy import TimedOut, function_arn, invoke
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.live import Deployed, DeployedApi, DeployedStage
from cloudchamber.services.apigateway.model import Members, Resource
from cloudchamber.services.apigateway.operations import services
from cloudchamber.services.apigateway.operations.admission import admit, api_key_of, check_parameters
from cloudchamber.services.apigateway.records import APIS, OWNERS, SNAPSHOTS, STAGES
from cloudchamber.services.apigateway.rules import mock
from cloudchamber.services.apigateway.rules.answers import Malformed, Stopped, proxy_answer, stopped
from cloudchamber.services.apigateway.rules.events import Incoming, proxy_event
from cloudchamber.services.apigateway.rules.routing import Router
from cloudchamber.wire.http import HttpRequest, HttpResponse


async def execute_api(ctx: Context, request: HttpRequest, api_id: str) -> HttpResponse | None:
    """Answer a request to an API; None when there is no REST API of that identifier."""
    deployed: Deployed = ctx.live
    api = await deployed.find(ctx, api_id, _compiled)
    if api is None:
        return None
    ctx.account, ctx.region = api.account, api.region
    request_id = ctx.ids.uuid()
    extended_id = base64.b64encode(ctx.ids.bytes(11)).decode()
    customized: dict[str, Members] = {}
    try:
        stage, path = _stage_of(api, request.path)
        customized = stage.snapshot.gateway_responses
        response = await _answer(ctx, api, stage, path, request, api_id, (request_id, extended_id))
    except Stopped as outcome:
        response = stopped(outcome, customized, request_id)
    response.headers += [
        ("x-amzn-RequestId", request_id),
        ("x-amz-apigw-id", extended_id),
        ("X-Amzn-Trace-Id", f"Root={ctx.trace.root}"),
    ]
    return response


def _stage_of(api: DeployedApi, path: str) -> tuple[DeployedStage, str]:
    first, _, rest = path[1:].partition("/")
    stage = api.stages.get(first)
    if stage is None or api.disabled:
        raise Stopped("FORBIDDEN")
    return stage, "/" + rest


async def _answer(
    ctx: Context,
    api: DeployedApi,
    stage: DeployedStage,
    path: str,
    request: HttpRequest,
    api_id: str,
    ids: tuple[str, str],
) -> HttpResponse:
    found = stage.router.find(path)
    if found is None:
        raise Stopped("MISSING_AUTHENTICATION_TOKEN")
    resource, variables = found
    method = resource.methods.get(request.method) or resource.methods.get("ANY")
    if method is None:
        raise Stopped("MISSING_AUTHENTICATION_TOKEN")
    if len(request.body) > limits.PAYLOAD_BYTES_MAX:
        raise Stopped("REQUEST_TOO_LARGE")
    request_id, extended_id = ids
    incoming = Incoming(
        request.method,
        path,
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
        extended_id,
        stage.deployment_id,
        resource.id,
        resource.path,
    )
    authorizer = await admit(ctx, method, stage.snapshot, incoming)
    if method["apiKeyRequired"]:
        key = await api_key_of(ctx, stage.snapshot.api_key_source, incoming, authorizer)
        incoming = msgspec.structs.replace(incoming, api_key=key.members["value"], api_key_id=key.id)
    check_parameters(method, stage.snapshot, incoming)
    return await _integrate(ctx, method["methodIntegration"], stage, incoming, authorizer)


async def _integrate(
    ctx: Context,
    integration: Members,
    stage: DeployedStage,
    incoming: Incoming,
    authorizer: dict[str, Any] | None,
) -> HttpResponse:
    if integration["type"] == "MOCK":
        return mock.answer(integration, incoming, authorizer)
    if integration["type"] == "AWS":
        return await services.answer(ctx, integration, incoming, authorizer)
    arn = function_arn(integration["uri"], stage.variables)
    if arn is None:
        raise Stopped("API_CONFIGURATION_ERROR")
    binary = stage.snapshot.binary_media_types
    event = msgspec.json.encode(proxy_event(incoming, binary, authorizer))
    try:
        answer = await invoke(ctx, arn, event, integration["timeoutInMillis"])
    except TimedOut:
        raise Stopped("INTEGRATION_TIMEOUT") from None
    except AwsError:
        raise Stopped("API_CONFIGURATION_ERROR") from None
    if answer.get("FunctionError"):
        raise Stopped("INTEGRATION_FAILURE", status=502)
    try:
        return proxy_answer(answer.get("Payload") or b"", binary, incoming.headers.get("accept", ""))
    except Malformed:
        raise Stopped("INTEGRATION_FAILURE", status=502) from None


def _compiled(ctx: Context, api_id: str) -> DeployedApi | None:
    owner = OWNERS.get(ctx, api_id)
    if owner is None:
        return None
    there = ctx.elsewhere(account=owner.account, region=owner.region)
    api = APIS.get(there, api_id)
    assert api is not None, "an API that has an owner exists"
    stages: dict[str, DeployedStage] = {}
    for stage in STAGES.values(there, api_id):
        deployment_id = stage.members["deploymentId"]
        snapshot = SNAPSHOTS.get(there, api_id, deployment_id)
        assert snapshot is not None, "a deployment that a stage shows has a snapshot"
        router: Router[Resource] = Router()
        for resource in snapshot.resources:
            if resource.methods:
                router.add(resource.path, resource)
        variables: dict[str, str] = stage.members.get("variables") or {}
        stages[stage.id] = DeployedStage(stage.id, deployment_id, variables, router, snapshot)
    disabled = bool(api.members.get("disableExecuteApiEndpoint"))
    return DeployedApi(owner.account, owner.region, stages, disabled)

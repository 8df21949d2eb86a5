"""Methods of resources, their responses, their integrations and the responses of those.

https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.errors import (
    BadRequestException,
    ConflictException,
    invalid,
    unavailable,
)
from cloudchamber.services.apigateway.model import Members, Resource
from cloudchamber.services.apigateway.operations.asking import given
from cloudchamber.services.apigateway.operations.services import is_service
from cloudchamber.services.apigateway.records import AUTHORIZER, RESOURCES, VALIDATOR, part_of, resource_of
from cloudchamber.services.apigateway.rules.mapping import check_template
from cloudchamber.services.apigateway.rules.patching import patched
from cloudchamber.services.apigateway.rules.routing import METHODS

# https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
_SOURCE = re.compile(
    r"'[^']*'|(integration\.response\.(header\.|multivalueheader\.|body)|context\.|stageVariables\.).*"
)
_WHERE = ("restApiId", "resourceId", "httpMethod")


def check_method(ctx: Context, api_id: str, members: Members) -> Members:
    """A method as it is kept. Raises BadRequestException, NotFoundException."""
    kept: Members = {"apiKeyRequired": False, "authorizationType": "NONE"} | members
    kind = kept["authorizationType"]
    if kind not in ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"):
        raise BadRequestException(
            "Invalid Authorization type specified. Valid options are: [NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS]"
        )
    if kind in ("CUSTOM", "COGNITO_USER_POOLS"):
        if not kept.get("authorizerId"):
            raise BadRequestException(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires "
                "a valid authorizer."
            )
        part_of(ctx, api_id, AUTHORIZER, kept["authorizerId"])
    if kept.get("requestValidatorId"):
        part_of(ctx, api_id, VALIDATOR, kept["requestValidatorId"])
    return kept


def check_integration(members: Members) -> Members:
    """An integration as it is kept. Raises BadRequestException; NotImplemented for what cannot be done here."""
    kind = members["type"]
    if kind in ("HTTP", "HTTP_PROXY"):
        raise unavailable(f"Integration type {kind}", "AWS, AWS_PROXY with a Lambda function and MOCK are")
    if members.get("requestParameters") and kind == "AWS_PROXY":
        raise unavailable("requestParameters of AWS_PROXY", "requests of functions are not mapped")
    if kind == "AWS" and not is_service(members.get("uri") or ""):
        raise BadRequestException("Invalid ARN specified in the request")
    timeout_ms = members.get("timeoutInMillis", limits.INTEGRATION_TIMEOUT_MS_MAX)
    if not limits.INTEGRATION_TIMEOUT_MS_MIN <= timeout_ms <= limits.INTEGRATION_TIMEOUT_MS_MAX:
        raise BadRequestException("Timeout should be between 50 ms and 29000 ms")
    _check_templates(members.get("requestTemplates") or {})
    if kind == "AWS_PROXY" and function_arn(members.get("uri") or "") is None:
        raise unavailable("AWS_PROXY without a Lambda function", "integrations reach Lambda functions only")
    return {
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": limits.INTEGRATION_TIMEOUT_MS_MAX,
        "cacheKeyParameters": [],
    } | members


def check_integration_response(members: Members) -> Members:
    """An integration response as it is kept. Raises BadRequestException."""
    _check_templates(members.get("responseTemplates") or {})
    for value in (members.get("responseParameters") or {}).values():
        if not _SOURCE.fullmatch(str(value)):
            raise BadRequestException(
                f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
                f"expression parameter specified: {value}]"
            )
    return dict(members)


def _check_templates(templates: dict[str, str]) -> None:
    for kind, template in templates.items():
        problem = check_template(template or "")
        if problem:
            raise BadRequestException(f"Invalid mapping template specified for {kind}: {problem}")


class _Place:
    """A method's place: where a request points to, and how to keep what changes there."""

    def __init__(self, ctx: Context, request: dict[str, Any]) -> None:
        self._ctx, self._api_id = ctx, request["restApiId"]
        self.resource: Resource = resource_of(ctx, self._api_id, request["resourceId"])
        self.verb: str = request["httpMethod"].upper()

    @property
    def method(self) -> Members:
        """Raises NotFoundException."""
        method = self.resource.methods.get(self.verb)
        if method is None:
            raise invalid("Method")
        return method

    @property
    def integration(self) -> Members:
        """Raises NotFoundException."""
        integration = self.method.get("methodIntegration")
        if integration is None:
            raise invalid("Integration")
        return integration

    def keep(self, method: Members | None) -> None:
        methods = {verb: m for verb, m in self.resource.methods.items() if verb != self.verb}
        if method is not None:
            methods[self.verb] = method
        changed = msgspec.structs.replace(self.resource, methods=methods)
        RESOURCES.put(self._ctx, changed, self._api_id, changed.id)

    def keep_integration(self, integration: Members | None) -> None:
        method = {k: v for k, v in self.method.items() if k != "methodIntegration"}
        self.keep(method if integration is None else method | {"methodIntegration": integration})


def put_method(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html"""
    place = _Place(ctx, request)
    if place.verb not in METHODS:
        raise BadRequestException(
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
        )
    if place.verb in place.resource.methods:
        raise ConflictException("Method already exists for this resource")
    method = check_method(ctx, request["restApiId"], {"httpMethod": place.verb} | given(request, *_WHERE))
    place.keep(method)
    return method


def get_method(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetMethod.html"""
    return _Place(ctx, request).method


def update_method(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethod.html"""
    place = _Place(ctx, request)
    fixed = ("httpMethod", "methodIntegration", "methodResponses")
    changed = patched(place.method, request.get("patchOperations"), fixed=fixed)
    method = check_method(ctx, request["restApiId"], changed)
    place.keep(method)
    return method


def delete_method(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteMethod.html"""
    place = _Place(ctx, request)
    assert place.method is not None
    place.keep(None)
    return {}


def put_method_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethodResponse.html"""
    place = _Place(ctx, request)
    responses = place.method.get("methodResponses") or {}
    status = request["statusCode"]
    if status in responses:
        raise ConflictException("Response already exists for this resource")
    answer = given(request, *_WHERE)
    place.keep(place.method | {"methodResponses": responses | {status: answer}})
    return answer


def _response_of(responses: dict[str, Members] | None, status: str) -> Members:
    response = (responses or {}).get(status)
    if response is None:
        raise invalid("Response status code")
    return response


def get_method_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetMethodResponse.html"""
    return _response_of(_Place(ctx, request).method.get("methodResponses"), request["statusCode"])


def update_method_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethodResponse.html"""
    place, status = _Place(ctx, request), request["statusCode"]
    response = _response_of(place.method.get("methodResponses"), status)
    changed = patched(response, request.get("patchOperations"), fixed=("statusCode",))
    place.keep(place.method | {"methodResponses": place.method["methodResponses"] | {status: changed}})
    return changed


def delete_method_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteMethodResponse.html"""
    place, status = _Place(ctx, request), request["statusCode"]
    _response_of(place.method.get("methodResponses"), status)
    responses = {k: v for k, v in place.method["methodResponses"].items() if k != status}
    place.keep(place.method | {"methodResponses": responses})
    return {}


def put_integration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html"""
    place = _Place(ctx, request)
    members = given(request, *_WHERE, "integrationHttpMethod")
    if request.get("integrationHttpMethod"):
        members["httpMethod"] = request["integrationHttpMethod"]
    elif members["type"] != "MOCK":
        raise BadRequestException("Enumeration value for HttpMethod must be non-empty")
    integration = {"cacheNamespace": place.resource.id} | check_integration(members)
    responses = (place.method.get("methodIntegration") or {}).get("integrationResponses")
    if responses:
        integration["integrationResponses"] = responses
    place.keep_integration(integration)
    return integration


def get_integration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetIntegration.html"""
    return _Place(ctx, request).integration


def update_integration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegration.html"""
    place = _Place(ctx, request)
    changed = patched(place.integration, request.get("patchOperations"), fixed=("integrationResponses",))
    integration = check_integration(changed)
    place.keep_integration(integration)
    return integration


def delete_integration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteIntegration.html"""
    place = _Place(ctx, request)
    assert place.integration is not None
    place.keep_integration(None)
    return {}


def put_integration_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html"""
    place = _Place(ctx, request)
    response = check_integration_response(given(request, *_WHERE))
    responses = place.integration.get("integrationResponses") or {}
    changed = responses | {request["statusCode"]: response}
    place.keep_integration(place.integration | {"integrationResponses": changed})
    return response


def get_integration_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetIntegrationResponse.html"""
    return _response_of(_Place(ctx, request).integration.get("integrationResponses"), request["statusCode"])


def update_integration_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegrationResponse.html"""
    place, status = _Place(ctx, request), request["statusCode"]
    response = _response_of(place.integration.get("integrationResponses"), status)
    changed = patched(response, request.get("patchOperations"), fixed=("statusCode",))
    kept = place.integration["integrationResponses"] | {status: check_integration_response(changed)}
    place.keep_integration(place.integration | {"integrationResponses": kept})
    return changed


def delete_integration_response(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteIntegrationResponse.html"""
    place, status = _Place(ctx, request), request["statusCode"]
    _response_of(place.integration.get("integrationResponses"), status)
    kept = {k: v for k, v in place.integration["integrationResponses"].items() if k != status}
    place.keep_integration(place.integration | {"integrationResponses": kept})
    return {}

"""APIs from OpenAPI definitions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import BadRequestException
from cloudchamber.services.apigatewayv2.fidelity import LEDGER
from cloudchamber.services.apigatewayv2.model import Api
from cloudchamber.services.apigatewayv2.operations.apis import make_api
from cloudchamber.services.apigatewayv2.operations.authorizers import AUTHORIZER
from cloudchamber.services.apigatewayv2.operations.deployments import changed
from cloudchamber.services.apigatewayv2.operations.integrations import INTEGRATION
from cloudchamber.services.apigatewayv2.operations.routes import ROUTE
from cloudchamber.services.apigatewayv2.records import APIS, PARTS, api_of
from cloudchamber.services.apigatewayv2.rules import cors, openapi


def import_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    definition = _read(request)
    if not definition.api["Name"]:
        raise BadRequestException("The title of the definition's info is required: it names the API")
    api = make_api(ctx, definition.api)
    _fill(ctx, api, definition)
    return _answer(api, definition)


def reimport_api(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html"""
    before = api_of(ctx, request["ApiId"])
    definition = _read(request)
    if definition.api.get("CorsConfiguration"):
        cors.check(definition.api["CorsConfiguration"])
    kept = {name: value for name, value in before.members.items() if name != "CorsConfiguration"}
    api = Api(before.api_id, kept | {k: v for k, v in definition.api.items() if v})
    PARTS.delete_all(ctx, api.api_id)
    APIS.put(ctx, api, api.api_id)
    _fill(ctx, api, definition)
    return _answer(api, definition)


def _read(request: dict[str, Any]) -> openapi.Definition:
    definition = openapi.read(request["Body"])
    if definition.warnings and request.get("FailOnWarnings"):
        raise BadRequestException("Warnings found during import: " + ", ".join(definition.warnings))
    return definition


def _fill(ctx: Context, api: Api, definition: openapi.Definition) -> None:
    """Make the definition's parts. Operations that share an integration in all its members share it here."""
    authorizers = {
        name: AUTHORIZER.add(ctx, api.api_id, members)["AuthorizerId"]
        for name, members in definition.authorizers.items()
        if members["AuthorizerType"] != "AWS_IAM"
    }
    made: list[tuple[dict[str, Any], str]] = []
    for route, integration, authorizer in definition.routes:
        if integration is not None:
            LEDGER.refuse("CreateIntegration", integration)
            integration_id = next((i for members, i in made if members == integration), None)
            if integration_id is None:
                integration_id = INTEGRATION.add(ctx, api.api_id, integration)["IntegrationId"]
                made.append((integration, integration_id))
            route["Target"] = f"integrations/{integration_id}"
        if authorizer:
            route["AuthorizerId"] = authorizers[authorizer]
        ROUTE.add(ctx, api.api_id, route)
    changed(ctx, api.api_id)


def _answer(api: Api, definition: openapi.Definition) -> dict[str, Any]:
    return api.members | ({"Warnings": definition.warnings} if definition.warnings else {})

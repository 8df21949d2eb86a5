"""OpenAPI 3 definitions of HTTP APIs, with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from cloudchamber.services.apigatewayv2.errors import BadRequestException
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.rules.routing import DEFAULT

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "x-amazon-apigateway-any-method")


class Definition(msgspec.Struct):
    """What a definition asks for: the API's own members; authorizers by name; each route with its integration."""

    api: Members
    authorizers: dict[str, Members]
    routes: list[tuple[Members, Members | None, str | None]]  # route, integration, name of its authorizer
    warnings: list[str]


def read(body: str) -> Definition:
    """The definition in `body`, JSON or YAML. Raises BadRequestException."""
    document = _document(body)
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise BadRequestException(
            "Invalid OpenAPI input. Only OpenAPI 3 definitions can be imported as an HTTP API"
        )
    info = document.get("info") or {}
    api: Members = {"Name": str(info.get("title") or ""), "ProtocolType": "HTTP"}
    if info.get("version") is not None:
        api["Version"] = str(info["version"])
    if info.get("description"):
        api["Description"] = str(info["description"])
    if document.get("x-amazon-apigateway-cors"):
        api["CorsConfiguration"] = _cors(document["x-amazon-apigateway-cors"])
    tags = {
        str(tag["name"]): str(tag["x-amazon-apigateway-tag-value"])
        for tag in document.get("tags") or ()
        if "x-amazon-apigateway-tag-value" in tag
    }
    if tags:
        api["Tags"] = tags
    components = document.get("components") or {}
    schemes = components.get("securitySchemes") or {}
    integrations = components.get("x-amazon-apigateway-integrations") or {}
    definition = Definition(api, _authorizers(schemes), [], [])
    for path, item in (document.get("paths") or {}).items():
        for method in _METHODS:
            if method in (item or {}):
                _add_route(definition, document, str(path), method, item[method] or {}, integrations)
    return definition


def _document(body: str) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        pass
    try:
        return yaml.safe_load(body)
    except yaml.YAMLError:
        raise BadRequestException("Unable to parse API definition because of a malformed body") from None


def _add_route(
    definition: Definition,
    document: dict[str, Any],
    path: str,
    method: str,
    operation: dict[str, Any],
    shared: dict[str, Any],
) -> None:
    any_method = method == "x-amazon-apigateway-any-method"
    verb = "ANY" if any_method else method.upper()
    route: Members = {"RouteKey": DEFAULT if path.strip("/") == DEFAULT else f"{verb} {path}"}
    if operation.get("operationId"):
        route["OperationName"] = str(operation["operationId"])
    authorizer = _authorization(definition, route, operation.get("security", document.get("security")))
    extension = operation.get("x-amazon-apigateway-integration")
    if extension and "$ref" in extension:
        extension = shared.get(str(extension["$ref"]).rsplit("/", 1)[1])
    if extension is None:
        definition.warnings.append(f"No integration was found for route {route['RouteKey']}")
    definition.routes.append((route, _integration(extension) if extension else None, authorizer))


def _authorization(definition: Definition, route: Members, security: Any) -> str | None:
    for requirement in security or ():
        for name, scopes in requirement.items():
            if name == "AWS_IAM":
                route["AuthorizationType"] = "AWS_IAM"
                return None
            authorizer = definition.authorizers.get(name)
            if authorizer is None:
                continue
            if authorizer["AuthorizerType"] == "AWS_IAM":
                route["AuthorizationType"] = "AWS_IAM"
                return None
            route["AuthorizationType"] = "JWT" if authorizer["AuthorizerType"] == "JWT" else "CUSTOM"
            if scopes:
                route["AuthorizationScopes"] = [str(scope) for scope in scopes]
            return name
    return None


def _authorizers(schemes: dict[str, Any]) -> dict[str, Members]:
    found: dict[str, Members] = {}
    for name, scheme in schemes.items():
        extension = scheme.get("x-amazon-apigateway-authorizer")
        if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
            found[name] = {"AuthorizerType": "AWS_IAM"}
        elif extension:
            found[name] = _authorizer(name, extension)
    return found


def _authorizer(name: str, extension: dict[str, Any]) -> Members:
    source = extension.get("identitySource") or []
    sources = [part.strip() for part in source.split(",")] if isinstance(source, str) else list(source)
    kind = str(extension.get("type", "")).upper()
    members: Members = {"Name": name, "AuthorizerType": kind, "IdentitySource": [s for s in sources if s]}
    if kind == "JWT":
        configuration = extension.get("jwtConfiguration") or {}
        audience = configuration.get("audience") or []
        members["JwtConfiguration"] = {
            "Issuer": configuration.get("issuer"),
            "Audience": [audience] if isinstance(audience, str) else list(audience),
        }
        return members
    for member, key in (
        ("AuthorizerUri", "authorizerUri"),
        ("AuthorizerCredentialsArn", "authorizerCredentials"),
        ("AuthorizerPayloadFormatVersion", "authorizerPayloadFormatVersion"),
    ):
        if extension.get(key) is not None:
            members[member] = str(extension[key])
    if extension.get("authorizerResultTtlInSeconds") is not None:
        members["AuthorizerResultTtlInSeconds"] = int(extension["authorizerResultTtlInSeconds"])
    if extension.get("enableSimpleResponses") is not None:
        members["EnableSimpleResponses"] = _flag(extension["enableSimpleResponses"])
    return members


def _flag(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _integration(extension: dict[str, Any]) -> Members:
    members: Members = {"IntegrationType": str(extension.get("type", "")).upper()}
    for member, key in (
        ("IntegrationUri", "uri"),
        ("PayloadFormatVersion", "payloadFormatVersion"),
        ("IntegrationMethod", "httpMethod"),
        ("CredentialsArn", "credentials"),
        ("IntegrationSubtype", "integrationSubtype"),
        ("ConnectionId", "connectionId"),
        ("ConnectionType", "connectionType"),
    ):
        if extension.get(key) is not None:
            members[member] = str(extension[key])
    if extension.get("timeoutInMillis") is not None:
        members["TimeoutInMillis"] = int(extension["timeoutInMillis"])
    for member, key in (
        ("RequestParameters", "requestParameters"),
        ("ResponseParameters", "responseParameters"),
    ):
        if extension.get(key):
            members[member] = extension[key]
    return members


def _cors(extension: dict[str, Any]) -> Members:
    cors: Members = {}
    for member, key in (
        ("AllowOrigins", "allowOrigins"),
        ("AllowMethods", "allowMethods"),
        ("AllowHeaders", "allowHeaders"),
        ("ExposeHeaders", "exposeHeaders"),
    ):
        value = extension.get(key)
        if value is not None:
            cors[member] = [value] if isinstance(value, str) else [str(item) for item in value]
    if extension.get("maxAge") is not None:
        cors["MaxAge"] = int(extension["maxAge"])
    if extension.get("allowCredentials") is not None:
        cors["AllowCredentials"] = _flag(extension["allowCredentials"])
    return cors

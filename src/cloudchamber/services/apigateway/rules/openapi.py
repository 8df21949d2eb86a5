"""OpenAPI 2 and 3 definitions of REST APIs, with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from cloudchamber.services.apigateway.errors import BadRequestException
from cloudchamber.services.apigateway.model import Members

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")
_ANY = "x-amazon-apigateway-any-method"


class Operation(msgspec.Struct):
    """A method of a path. `authorizer` and `validator` are names within the definition."""

    path: str
    method: Members
    integration: Members | None
    authorizer: str | None = None
    validator: str | None = None


class Definition(msgspec.Struct):
    """What a definition asks for."""

    api: Members
    authorizers: dict[str, Members]
    validators: dict[str, Members]
    models: list[Members]
    gateway_responses: list[Members]
    operations: list[Operation]
    paths: list[str]


def read(body: bytes) -> Definition:
    """The definition in `body`, JSON or YAML. Raises BadRequestException."""
    document = _document(body)
    if not isinstance(document, dict) or not ("swagger" in document or "openapi" in document):
        raise BadRequestException("Invalid OpenAPI input.")
    components = document.get("components") or {}
    schemes = components.get("securitySchemes") or document.get("securityDefinitions") or {}
    schemas = components.get("schemas") or document.get("definitions") or {}
    extension = document.get("x-amazon-apigateway-gateway-responses") or {}
    definition = Definition(
        _api(document),
        {name: _authorizer(name, s) for name, s in schemes.items() if "x-amazon-apigateway-authorizer" in s},
        {
            name: {"name": name} | {k: bool(v) for k, v in (value or {}).items()}
            for name, value in (document.get("x-amazon-apigateway-request-validators") or {}).items()
        },
        [_model(name, schema) for name, schema in schemas.items()],
        [_gateway_response(kind, value or {}) for kind, value in extension.items()],
        [],
        [],
    )
    for path, item in (document.get("paths") or {}).items():
        definition.paths.append(str(path))
        for method in _METHODS:
            if method in (item or {}):
                operation = _operation(document, schemes, str(path), method, item[method] or {}, item)
                definition.operations.append(operation)
    return definition


def _document(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        pass
    try:
        return yaml.safe_load(body)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadRequestException("Unable to parse API definition because of a malformed body") from None


def _api(document: dict[str, Any]) -> Members:
    info = document.get("info") or {}
    api: Members = {"name": str(info.get("title") or "")}
    if info.get("version") is not None:
        api["version"] = str(info["version"])
    if info.get("description"):
        api["description"] = str(info["description"])
    for member, key in (
        ("binaryMediaTypes", "x-amazon-apigateway-binary-media-types"),
        ("apiKeySource", "x-amazon-apigateway-api-key-source"),
        ("minimumCompressionSize", "x-amazon-apigateway-minimum-compression-size"),
    ):
        if document.get(key) is not None:
            api[member] = document[key]
    if document.get("x-amazon-apigateway-policy"):
        api["policy"] = msgspec.json.encode(document["x-amazon-apigateway-policy"]).decode()
    return api


def _authorizer(name: str, scheme: dict[str, Any]) -> Members:
    extension = scheme["x-amazon-apigateway-authorizer"]
    members: Members = {
        "name": name,
        "type": str(extension.get("type", "")).upper(),
        "authType": scheme.get("x-amazon-apigateway-authtype", "custom"),
    }
    for key in (
        "authorizerUri", "authorizerCredentials", "identitySource", "identityValidationExpression", "providerARNs",
    ):  # fmt: skip
        if extension.get(key):
            members[key] = extension[key]
    if extension.get("authorizerResultTtlInSeconds") is not None:
        members["authorizerResultTtlInSeconds"] = int(extension["authorizerResultTtlInSeconds"])
    if members["type"] == "TOKEN" and "identitySource" not in members:
        members["identitySource"] = f"method.request.header.{scheme.get('name', 'Authorization')}"
    return members


def _model(name: str, schema: Any) -> Members:
    text = msgspec.json.encode(schema).decode()
    return {"name": str(name), "contentType": "application/json", "schema": text}


def _gateway_response(kind: str, value: dict[str, Any]) -> Members:
    members: Members = {"responseType": kind}
    if value.get("statusCode") is not None:
        members["statusCode"] = str(value["statusCode"])
    for key in ("responseParameters", "responseTemplates"):
        if value.get(key):
            members[key] = value[key]
    return members


def _operation(
    document: dict[str, Any],
    schemes: dict[str, Any],
    path: str,
    verb: str,
    operation: dict[str, Any],
    item: dict[str, Any],
) -> Operation:
    method: Members = {"httpMethod": "ANY" if verb == _ANY else verb.upper()}
    if operation.get("operationId"):
        method["operationName"] = str(operation["operationId"])
    parameters = _parameters([*(item.get("parameters") or ()), *(operation.get("parameters") or ())])
    if parameters:
        method["requestParameters"] = parameters
    responses = {
        str(status): {"statusCode": str(status)}
        for status in operation.get("responses") or {}
        if str(status).isdigit()
    }
    if responses:
        method["methodResponses"] = responses
    authorizer = _authorization(method, schemes, operation.get("security", document.get("security")))
    auth = operation.get("x-amazon-apigateway-auth") or {}
    if str(auth.get("type", "")).upper() in ("AWS_IAM", "NONE"):
        method["authorizationType"], authorizer = str(auth["type"]).upper(), None
    validator = operation.get(
        "x-amazon-apigateway-request-validator", document.get("x-amazon-apigateway-request-validator")
    )
    extension = operation.get("x-amazon-apigateway-integration")
    return Operation(path, method, _integration(extension) if extension else None, authorizer, validator)


def _parameters(parameters: list[Any]) -> dict[str, bool]:
    places = {"query": "querystring", "header": "header", "path": "path"}
    return {
        f"method.request.{places[p['in']]}.{p['name']}": bool(p.get("required"))
        for p in parameters
        if isinstance(p, dict) and p.get("in") in places and p.get("name")
    }


def _authorization(method: Members, schemes: dict[str, Any], security: Any) -> str | None:
    authorizer: str | None = None
    for requirement in security or ():
        for name, scopes in requirement.items():
            scheme = schemes.get(name) or {}
            if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
                method["authorizationType"] = "AWS_IAM"
            elif "x-amazon-apigateway-authorizer" in scheme:
                pools = scheme.get("x-amazon-apigateway-authtype") == "cognito_user_pools"
                method["authorizationType"] = "COGNITO_USER_POOLS" if pools else "CUSTOM"
                authorizer = name
                if scopes:
                    method["authorizationScopes"] = [str(scope) for scope in scopes]
            elif scheme.get("type") == "apiKey":
                method["apiKeyRequired"] = True
    return authorizer


def _integration(extension: dict[str, Any]) -> Members:
    members: Members = {"type": str(extension.get("type", "")).upper()}
    for key in (
        "uri", "httpMethod", "credentials", "passthroughBehavior", "contentHandling", "connectionId", "connectionType",
        "cacheNamespace", "cacheKeyParameters", "requestParameters", "requestTemplates",
    ):  # fmt: skip
        if extension.get(key):
            members[key] = extension[key]
    if "passthroughBehavior" in members:
        members["passthroughBehavior"] = str(members["passthroughBehavior"]).upper()
    if extension.get("timeoutInMillis") is not None:
        members["timeoutInMillis"] = int(extension["timeoutInMillis"])
    responses: dict[str, Members] = {}
    for pattern, response in (extension.get("responses") or {}).items():
        kept: Members = {"statusCode": str(response.get("statusCode", "200"))}
        if pattern != "default":
            kept["selectionPattern"] = str(pattern)
        for key in ("responseParameters", "responseTemplates", "contentHandling"):
            if response.get(key):
                kept[key] = response[key]
        responses[kept["statusCode"]] = kept
    if responses:
        members["integrationResponses"] = responses
    return members

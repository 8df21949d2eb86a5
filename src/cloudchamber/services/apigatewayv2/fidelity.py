"""What HTTP APIs record only, or refuse."""

from cloudchamber.aws import Ledger

_MAPPING = "parameter mapping is not available yet"
_WEBSOCKET = "stored and returned; it has a meaning for WebSocket APIs only"
_NO_ROLE = "stored and returned; functions are called as API Gateway, policies are not enforced yet"
_NETWORK = "integrations reach Lambda functions only"

_API = {
    "ApiKeySelectionExpression": _WEBSOCKET,
    "CredentialsArn": "not used: functions are called as API Gateway, policies are not enforced yet",
    "DisableSchemaValidation": _WEBSOCKET,
    "IpAddressType": "stored and returned; the chamber listens where it was told to",
    "Version": "stored and returned; it has no further effect on AWS either",
}
_AUTHORIZER = {
    "AuthorizerCredentialsArn": _NO_ROLE,
    "IdentityValidationExpression": _WEBSOCKET,
    "JwtConfiguration": "issuer, audience, lifetime and scopes are enforced; signatures of tokens are not verified",
}
_INTEGRATION = {
    "ConnectionType": "stored and returned; functions need no connection",
    "ContentHandlingStrategy": _WEBSOCKET,
    "CredentialsArn": _NO_ROLE,
    "IntegrationMethod": "stored and returned; functions are always invoked",
    "PassthroughBehavior": _WEBSOCKET,
    "RequestTemplates": _WEBSOCKET,
    "TemplateSelectionExpression": _WEBSOCKET,
}
_ROUTE = {
    "ApiKeyRequired": _WEBSOCKET,
    "ModelSelectionExpression": _WEBSOCKET,
    "OperationName": "stored and returned; it has no further effect on AWS either",
    "RequestModels": _WEBSOCKET,
    "RequestParameters": _WEBSOCKET,
    "RouteResponseSelectionExpression": _WEBSOCKET,
}
_STAGE = {
    "AccessLogSettings": "stored and returned; access logs are not written yet",
    "ClientCertificateId": _WEBSOCKET,
    "DefaultRouteSettings": "stored and returned; requests are not throttled",
    "RouteSettings": "stored and returned; requests are not throttled",
}
_INTEGRATION_RESPONSE = {
    "ContentHandlingStrategy": _WEBSOCKET,
    "IntegrationResponseKey": _WEBSOCKET,
    "ResponseParameters": _WEBSOCKET,
    "ResponseTemplates": _WEBSOCKET,
    "TemplateSelectionExpression": _WEBSOCKET,
}
_MODEL = {
    "ContentType": _WEBSOCKET,
    "Description": _WEBSOCKET,
    "Name": _WEBSOCKET,
}
_ROUTE_RESPONSE = {
    "ModelSelectionExpression": _WEBSOCKET,
    "ResponseModels": _WEBSOCKET,
    "ResponseParameters": _WEBSOCKET,
    "RouteResponseKey": _WEBSOCKET,
}
_DOMAIN = {
    "DomainNameConfigurations": "stored and returned; custom domain names are not served yet",
    "MutualTlsAuthentication": "stored and returned; custom domain names are not served yet",
    "RoutingMode": "stored and returned; custom domain names are not served yet",
}
_MAPPED = {"ApiMappingKey": "stored and returned; custom domain names are not served yet"}
_LINK = {
    "SecurityGroupIds": "stored and returned; there is no VPC on this machine",
    "SubnetIds": "stored and returned; there is no VPC on this machine",
}
_REFUSED = {
    "ConnectionId": _NETWORK,
    "ResponseParameters": _MAPPING,
    "TlsConfig": _NETWORK,
}
_BY_NOUN = "every identifier of a part is its noun and `Id`: `operations/parts.py`"

LEDGER = Ledger(
    refused={
        "CreateIntegration": _REFUSED,
        "ImportApi": {"Basepath": "a definition's base path is ignored, which is AWS's default"},
        "ReimportApi": {"Basepath": "a definition's base path is ignored, which is AWS's default"},
        "UpdateIntegration": _REFUSED,
    },
    recorded={
        "CreateApi": _API,
        "CreateApiMapping": _MAPPED,
        "CreateAuthorizer": _AUTHORIZER,
        "CreateDomainName": _DOMAIN,
        "CreateIntegration": _INTEGRATION,
        "CreateIntegrationResponse": _INTEGRATION_RESPONSE,
        "CreateModel": _MODEL,
        "CreateRoute": _ROUTE,
        "CreateRouteResponse": _ROUTE_RESPONSE,
        "CreateStage": _STAGE,
        "CreateVpcLink": _LINK,
        "UpdateApi": _API,
        "UpdateApiMapping": _MAPPED,
        "UpdateAuthorizer": _AUTHORIZER,
        "UpdateDomainName": _DOMAIN,
        "UpdateIntegration": _INTEGRATION,
        "UpdateIntegrationResponse": _INTEGRATION_RESPONSE,
        "UpdateModel": _MODEL,
        "UpdateRoute": _ROUTE,
        "UpdateRouteResponse": _ROUTE_RESPONSE,
        "UpdateStage": _STAGE,
    },
    read={
        f"{verb}{noun}": {f"{noun}Id": _BY_NOUN}
        for verb in ("Delete", "Get", "Update")
        for noun in ("IntegrationResponse", "RouteResponse")
    },
)

"""What REST APIs record only, or refuse."""

from cloudchamber.aws import Ledger

_CUSTOM = "stored and returned; custom domain names are not served yet"
_NO_CACHE = "stored and returned; responses are not cached"
_NO_LIMIT = "stored and returned; requests are neither throttled nor counted"
_ROLE = "stored and returned; functions are called as API Gateway, policies are not enforced yet"
_ENDPOINT = "stored and returned; every API is reached at the chamber's port"
_AS_ON_AWS = "stored and returned; it has no further effect on AWS either"
_SHAPES = "stored and returned; bodies are not validated and responses not mapped"
_API = {
    "endpointAccessMode": _ENDPOINT,
    "endpointConfiguration": _ENDPOINT,
    "minimumCompressionSize": "stored and returned; responses are not compressed",
    "policy": "stored and returned; policies are not enforced yet",
    "securityPolicy": _ENDPOINT,
    "version": _AS_ON_AWS,
}
_STAGE = {
    "cacheClusterEnabled": _NO_CACHE,
    "cacheClusterSize": _NO_CACHE,
    "tracingEnabled": "stored and returned; every request is traced",
}
_DOMAIN: dict[str, str] = dict.fromkeys(
    (
        "certificateArn",
        "certificateBody",
        "certificateChain",
        "certificateName",
        "certificatePrivateKey",
        "endpointAccessMode",
        "endpointConfiguration",
        "mutualTlsAuthentication",
        "ownershipVerificationCertificateArn",
        "policy",
        "regionalCertificateArn",
        "regionalCertificateName",
        "routingMode",
        "securityPolicy",
    ),
    _CUSTOM,
)
_CANARY = "all requests go to the stage's deployment"
_UPDATED = (
    "Account", "ApiKey", "Authorizer", "Deployment", "DomainName", "GatewayResponse", "Integration",
    "IntegrationResponse", "Method", "MethodResponse", "Model", "RequestValidator", "Resource", "RestApi", "Stage",
    "UsagePlan",
)  # fmt: skip
_COPY = {"patchOperations.from": "`copy` promotes a canary, and there are none"}

LEDGER = Ledger(
    refused={
        "CreateDeployment": {"canarySettings": _CANARY},
        "CreateRestApi": {"cloneFrom": "import a definition instead"},
        "CreateStage": {"canarySettings": _CANARY},
        "GetModel": {"flatten": "models are answered as they were made, references and all"},
        "PutIntegration": {
            "connectionId": "integrations reach Lambda functions only",
            "integrationTarget": "integrations reach Lambda functions only",
            "tlsConfig": "integrations reach Lambda functions only",
        },
        **{f"Update{noun}": _COPY for noun in _UPDATED},
    },
    recorded={
        "CreateApiKey": {
            "customerId": _AS_ON_AWS,
            "generateDistinctId": "the identifier always differs from the value",
            "stageKeys": "stored and returned; usage plans decide, as AWS recommends",
        },
        "CreateAuthorizer": {
            "authType": _AS_ON_AWS,
            "authorizerCredentials": _ROLE,
            "jwtConfiguration": "stored and returned; REST APIs have no such authorizer here",
            "providerARNs": "issuer, lifetime and scopes of tokens are enforced; their signatures are not verified",
        },
        "CreateBasePathMapping": {"basePath": _CUSTOM, "stage": _CUSTOM},
        "CreateDeployment": _STAGE,
        "CreateDomainName": _DOMAIN,
        "CreateModel": {"contentType": _SHAPES, "schema": _SHAPES},
        "CreateRequestValidator": {"validateRequestBody": _SHAPES},
        "CreateRestApi": _API,
        "CreateStage": _STAGE | {"documentationVersion": _AS_ON_AWS},
        "CreateUsagePlan": {"quota": _NO_LIMIT, "throttle": _NO_LIMIT},
        "ImportRestApi": {"failOnWarnings": "definitions are refused or imported; there are no warnings"},
        "PutIntegration": {
            "cacheKeyParameters": _NO_CACHE,
            "cacheNamespace": _NO_CACHE,
            "connectionType": "stored and returned; functions need no connection",
            "contentHandling": _SHAPES,
            "credentials": _ROLE,
            "integrationHttpMethod": "stored and returned; functions are always invoked",
            "responseTransferMode": "stored and returned; responses are sent whole",
        },
        "PutIntegrationResponse": {"contentHandling": _SHAPES},
        "PutMethod": {"operationName": _AS_ON_AWS, "requestModels": _SHAPES},
        "PutMethodResponse": {"responseModels": _SHAPES, "responseParameters": _SHAPES},
        "PutRestApi": {"failOnWarnings": "definitions are refused or imported; there are no warnings"},
    },
)

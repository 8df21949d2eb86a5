"""Integrations of HTTP APIs, and their responses.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
"""

from __future__ import annotations

from cloudchamber.aws import Context
from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigatewayv2 import limits
from cloudchamber.services.apigatewayv2.errors import BadRequestException, unavailable
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.operations.parts import Noun
from cloudchamber.services.apigatewayv2.records import INTEGRATIONS
from cloudchamber.services.apigatewayv2.rules.services import SUBTYPES


def check_integration(ctx: Context, api_id: str, members: Members) -> Members:
    """An integration as it is kept. Raises BadRequestException; NotImplemented for what cannot be reached here."""
    kind = members["IntegrationType"]
    if kind == "HTTP_PROXY":
        raise unavailable("HTTP_PROXY", "integrations reach Lambda functions only")
    if kind != "AWS_PROXY":
        raise BadRequestException(f"Integration type {kind} is not supported for protocol type HTTP")
    if members.get("IntegrationSubtype"):
        return _check_subtype(members)
    if members.get("RequestParameters"):
        raise unavailable("RequestParameters", "parameter mapping is there for first-class integrations only")
    kept: Members = {
        "ConnectionType": "INTERNET",
        "IntegrationMethod": "POST",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": limits.INTEGRATION_TIMEOUT_MS_MAX,
    } | members
    if kept["PayloadFormatVersion"] not in ("1.0", "2.0"):
        raise BadRequestException("Invalid payloadFormatVersion: it must be 1.0 or 2.0")
    if function_arn(kept.get("IntegrationUri") or "") is None:
        raise BadRequestException("Invalid integration URI: it must be the ARN of a Lambda function")
    timeout_ms = kept["TimeoutInMillis"]
    if not limits.INTEGRATION_TIMEOUT_MS_MIN <= timeout_ms <= limits.INTEGRATION_TIMEOUT_MS_MAX:
        raise BadRequestException("Timeout should be between 50 ms and 30000 ms")
    return kept


def _check_subtype(members: Members) -> Members:
    """A first-class integration as it is kept.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
    """
    name = members["IntegrationSubtype"]
    subtype = SUBTYPES.get(name)
    if subtype is None:
        raise unavailable(f"IntegrationSubtype {name}", f"only {', '.join(SUBTYPES)} are there")
    if members.get("PayloadFormatVersion", "1.0") != "1.0":
        raise BadRequestException("Payload format version for IntegrationSubtype must be 1.0")
    if not members.get("CredentialsArn"):
        raise BadRequestException("Credentials ARN must be provided for integrations with IntegrationSubtype")
    given: dict[str, str] = members.get("RequestParameters") or {}
    missing = sorted(subtype.required.keys() - given.keys())
    if missing:
        raise BadRequestException(f"Required request parameters are missing: {', '.join(missing)}")
    unknown = sorted(given.keys() - subtype.members.keys())
    if unknown:
        raise BadRequestException(f"Invalid request parameters for {name}: {', '.join(unknown)}")
    return {
        "ConnectionType": "INTERNET",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": limits.INTEGRATION_TIMEOUT_MS_MAX,
    } | members


def check_integration_response(ctx: Context, api_id: str, members: Members) -> Members:
    """An integration response as it is kept."""
    return dict(members)


INTEGRATION = Noun(INTEGRATIONS, check_integration)
INTEGRATION_RESPONSE = Noun("IntegrationResponse", check_integration_response, under=INTEGRATIONS)

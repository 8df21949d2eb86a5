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


def check_integration(ctx: Context, api_id: str, members: Members) -> Members:
    """An integration as it is kept. Raises BadRequestException; NotImplemented for what cannot be reached here."""
    kind = members["IntegrationType"]
    if kind == "HTTP_PROXY":
        raise unavailable("HTTP_PROXY", "integrations reach Lambda functions only")
    if kind != "AWS_PROXY":
        raise BadRequestException(f"Integration type {kind} is not supported for protocol type HTTP")
    if members.get("IntegrationSubtype"):
        raise unavailable("IntegrationSubtype", "integrations reach Lambda functions only")
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


def check_integration_response(ctx: Context, api_id: str, members: Members) -> Members:
    """An integration response as it is kept."""
    return dict(members)


INTEGRATION = Noun(INTEGRATIONS, check_integration)
INTEGRATION_RESPONSE = Noun("IntegrationResponse", check_integration_response, under=INTEGRATIONS)

"""Mobile push: messages to the endpoints of platform applications. They are captured, not sent.

https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-push-send.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.sns.errors import (
    EndpointDisabledException,
    PlatformApplicationDisabledException,
    invalid,
)
from cloudchamber.services.sns.model import Captured, PlatformEndpoint
from cloudchamber.services.sns.operations.envelopes import timestamp
from cloudchamber.services.sns.operations.platform_applications import tell
from cloudchamber.services.sns.records import CAPTURED, PLATFORM_APPLICATIONS, find_endpoint
from cloudchamber.services.sns.rules import messages


def publish_to_endpoint(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Publish to one endpoint. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
    ctx, endpoint = find_endpoint(ctx, request["TargetArn"], "TargetArn")
    if endpoint is None:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    body = messages.body_for_platform(request["Message"], request.get("MessageStructure"), endpoint.platform)
    message_id = ctx.ids.uuid()
    subject = request.get("Subject") or ""
    _capture(ctx, endpoint, {"MessageId": message_id, "Subject": subject, "Message": body})
    return {"MessageId": message_id}


def push_message(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A task: a message of a topic comes to an endpoint that is subscribed."""
    ctx, endpoint = find_endpoint(ctx, request["EndpointArn"])
    if endpoint is None:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    _capture(ctx, endpoint, request)
    return {}


def _capture(ctx: Context, endpoint: PlatformEndpoint, sent: dict[str, Any]) -> None:
    failure = _failure_of(ctx, endpoint)
    if failure:
        raise failure
    arn = ctx.arn(endpoint.resource)
    captured = Captured(ctx.now_ms, "application", arn, sent["MessageId"], sent["Subject"], sent["Message"])
    CAPTURED.put(ctx, captured, ctx.serial())


def _failure_of(ctx: Context, endpoint: PlatformEndpoint) -> AwsError | None:
    """Why an endpoint takes no message now, if it does not."""
    application = PLATFORM_APPLICATIONS.get(ctx, endpoint.platform, endpoint.application)
    assert application is not None, "endpoints go with their application"
    if application.attributes.get("Enabled", "true").lower() != "true":
        return PlatformApplicationDisabledException()
    return None if endpoint.enabled else EndpointDisabledException()


def tell_of_failure(ctx: Context, endpoint: PlatformEndpoint, message_id: str) -> None:
    """Tell the application's topic for failures, if it has one, when the endpoint will not take a message."""
    failure = _failure_of(ctx, endpoint)
    application = PLATFORM_APPLICATIONS.get(ctx, endpoint.platform, endpoint.application)
    if failure and application:
        tell(
            ctx,
            application,
            "DeliveryFailure",
            ctx.arn(endpoint.resource, service="sns"),
            DeliveryAttempts=1,
            FailureMessage=failure.message,
            FailureType=failure.code.removesuffix("Exception"),
            MessageId=message_id,
            Time=timestamp(ctx.now_ms),
        )

"""Platform applications: create, describe, change, list, delete; and what they tell of their endpoints.

https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid
from cloudchamber.services.sns.model import PlatformApplication
from cloudchamber.services.sns.operations.envelopes import PRINCIPAL
from cloudchamber.services.sns.operations.pages import after, with_token
from cloudchamber.services.sns.records import (
    PLATFORM_APPLICATIONS,
    application_at,
    application_place,
    forget_application,
)
from cloudchamber.services.sns.rules import platforms


def create_platform_application(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html"""
    name, platform, attributes = request["Name"], request["Platform"], request["Attributes"]
    platforms.check_application(name, platform, attributes)
    made = PlatformApplication(platform, name, {"Enabled": "true"} | attributes)
    known = PLATFORM_APPLICATIONS.get(ctx, platform, name)
    if known and known != made:
        raise invalid("Attributes Reason: Platform application already exists with different attributes")
    PLATFORM_APPLICATIONS.put(ctx, made, platform, name)
    return {"PlatformApplicationArn": ctx.arn(made.resource)}


def get_platform_application_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetPlatformApplicationAttributes.html"""
    _, known = application_at(ctx, request["PlatformApplicationArn"])
    return {"Attributes": platforms.shown_application(known.platform, known.attributes)}


def set_platform_application_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html"""
    ctx, known = application_at(ctx, request["PlatformApplicationArn"])
    platforms.check_application_attributes(request["Attributes"])
    attributes = {name: value for name, value in (known.attributes | request["Attributes"]).items() if value}
    platforms.check_application(known.name, known.platform, attributes)
    changed = msgspec.structs.replace(known, attributes=attributes)
    PLATFORM_APPLICATIONS.put(ctx, changed, known.platform, known.name)
    return {}


def list_platform_applications(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListPlatformApplications.html"""
    found = list(
        PLATFORM_APPLICATIONS.scan(ctx, behind=after(request.get("NextToken")), limit=limits.PER_PAGE_MAX + 1)
    )
    applications = [
        {
            "PlatformApplicationArn": ctx.arn(each.resource),
            "Attributes": platforms.shown_application(each.platform, each.attributes),
        }
        for _, each in found[: limits.PER_PAGE_MAX]
    ]
    return with_token(
        {"PlatformApplications": applications}, [(str(key[0]), str(key[1])) for key, _ in found]
    )


def delete_platform_application(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Its endpoints go with it. What is gone already is no error.

    https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html
    """
    ctx, platform, name = application_place(ctx, request["PlatformApplicationArn"])
    forget_application(ctx, platform, name)
    return {}


def tell(ctx: Context, application: PlatformApplication, event: str, endpoint_arn: str, **more: Any) -> None:
    """Publish an event of an endpoint to the topic that its application names for it, if it does.

    https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html
    """
    topic_arn = application.attributes.get(f"Event{event}")
    if not topic_arn:
        return
    told = {
        "EndpointArn": endpoint_arn,
        "EventType": event,
        "Resource": ctx.arn(application.resource, service="sns"),
        "Service": "SNS",
    }
    request = {
        "TopicArn": topic_arn,
        "Subject": f"{event} event for app {application.name} ({application.platform})"[
            : limits.SUBJECT_LENGTH_MAX
        ],
        "Message": msgspec.json.encode(told | more, order="sorted").decode(),
    }
    ctx.later("sns", "Publish", request, principal=PRINCIPAL)

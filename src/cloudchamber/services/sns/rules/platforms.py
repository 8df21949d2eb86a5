"""Platform applications and their endpoints: what they may be called and hold.

https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudchamber.aws import Arn
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid

_NAME = re.compile(r"[A-Za-z0-9_\-.]{1,256}\Z")
_APPLE = ("APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "MACOS", "MACOS_SANDBOX")
_WITHOUT_PRINCIPAL = ("GCM",)
_PLATFORMS = (*_APPLE, "ADM", "BAIDU", "GCM", "MPNS", "WNS")
_SECRETS = ("PlatformCredential", "PlatformPrincipal")
_EVENTS = ("EventDeliveryFailure", "EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated")
_APPLICATION_ATTRIBUTES = {
    *_SECRETS,
    *_EVENTS,
    "ApplePlatformBundleID",
    "ApplePlatformTeamID",
    "Enabled",
    "FailureFeedbackRoleArn",
    "SuccessFeedbackRoleArn",
    "SuccessFeedbackSampleRate",
}
_ENDPOINT_ATTRIBUTES = {"CustomUserData", "Enabled", "Token"}


def check_application(name: str, platform: str, attributes: Mapping[str, str]) -> None:
    """Raise AWS's error unless there may be such an application.

    https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
    """
    if not _NAME.match(name):
        raise invalid(
            "Name Reason: Application names must be made up of only uppercase and lowercase ASCII letters, numbers, "
            "underscores, hyphens, and periods, and must be between 1 and 256 characters long."
        )
    if platform not in _PLATFORMS:
        raise invalid(f"Platform Reason: {platform} is not supported")
    for needed in _SECRETS:
        if not attributes.get(needed) and (
            needed != "PlatformPrincipal" or platform not in _WITHOUT_PRINCIPAL
        ):
            raise invalid(f"{needed} Reason: cannot be empty")
    check_application_attributes(attributes)


def check_application_attributes(attributes: Mapping[str, str]) -> None:
    """Raise AWS's error for attributes that no application has.

    https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html
    """
    _check_names(attributes, _APPLICATION_ATTRIBUTES)
    for name in _EVENTS:
        arn = Arn.parse(attributes.get(name) or "")
        if attributes.get(name) and (arn is None or arn.service != "sns"):
            raise invalid(name)


def check_endpoint_attributes(attributes: Mapping[str, str]) -> None:
    """Raise AWS's error for attributes that no endpoint has.

    https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html
    """
    _check_names(attributes, _ENDPOINT_ATTRIBUTES)
    if len(attributes.get("CustomUserData", "").encode()) > limits.USER_DATA_BYTES_MAX:
        raise invalid(
            f"CustomUserData Reason: must be at most {limits.USER_DATA_BYTES_MAX} bytes long in UTF-8 encoding"
        )
    if "Token" in attributes and not attributes["Token"]:
        raise invalid("Token Reason: cannot be empty")


def _check_names(attributes: Mapping[str, str], known: set[str]) -> None:
    for name in attributes:
        if name not in known:
            raise invalid(f"Attributes Reason: Invalid attribute name: {name}")
    if attributes.get("Enabled", "true").lower() not in ("true", "false"):
        raise invalid(f"Enabled Reason: Invalid value [{attributes['Enabled']}]. Must be true or false.")


def token_of(platform: str, token: str) -> str:
    """A device's token as it is kept: those of Apple in lower case.

    https://docs.aws.amazon.com/sns/latest/api/API_GetEndpointAttributes.html
    """
    return token.lower() if platform in _APPLE else token


def shown_application(platform: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """An application's attributes without what is secret, and how it shows to its platform who it is.

    https://docs.aws.amazon.com/sns/latest/api/API_GetPlatformApplicationAttributes.html
    """
    answer = {name: value for name, value in attributes.items() if name not in _SECRETS}
    if platform == "GCM":
        is_key_file = attributes["PlatformCredential"].lstrip().startswith("{")
        answer["AuthenticationMethod"] = "token" if is_key_file else "key"
    elif platform in _APPLE:
        answer["AuthenticationMethod"] = "token" if attributes.get("ApplePlatformTeamID") else "certificate"
    return answer

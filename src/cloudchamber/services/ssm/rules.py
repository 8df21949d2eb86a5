"""What Parameter Store decides from values alone."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import msgspec

from cloudchamber.aws.errors import AccessDeniedException, ValidationException
from cloudchamber.services.ssm import limits
from cloudchamber.services.ssm.errors import (
    HierarchyLevelLimitExceededException,
    InvalidAllowedPatternException,
    InvalidPolicyAttributeException,
    InvalidPolicyTypeException,
    ParameterPatternMismatchException,
)

_SUB_PATH = re.compile(r"[\w.-]+", re.ASCII)
_LABEL = re.compile(r"(?!aws|ssm)[a-z_.-][\w.-]{0,99}", re.IGNORECASE | re.ASCII)
_POLICY_TYPES = ("Expiration", "ExpirationNotification", "NoChangeNotification")
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
PUBLIC_IMAGES = "/aws/service/ami-"


def check_name(name: str) -> None:
    """Raise AWS's error for a name that a parameter cannot have.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    """
    parts = name.removeprefix("/").split("/")
    if parts[0].lower().startswith("aws"):
        raise AccessDeniedException(f"No access to reserved parameter name: {name}.")
    if not name.startswith("/") and len(parts) > 1:
        raise ValidationException("Parameter name must be a fully qualified name.")
    if parts[0].lower().startswith("ssm") or not all(map(_SUB_PATH.fullmatch, parts)):
        raise ValidationException(
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist '
            "of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the "
            "following 3 symbols .-_"
        )
    if len(parts) > limits.HIERARCHY_LEVELS_MAX:
        raise HierarchyLevelLimitExceededException()
    if len(name) > limits.NAME_LENGTH_MAX:
        raise ValidationException(
            f"The parameter name exceeds the maximum of {limits.NAME_LENGTH_MAX} characters."
        )


def check_path(path: str) -> None:
    """Raise AWS's error for a path that GetParametersByPath does not take."""
    parts = path.strip("/").split("/")
    if path != "/" and not (path.startswith("/") and all(map(_SUB_PATH.fullmatch, parts))):
        raise ValidationException(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
            'with a forward slash "/". '
            'It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following '
            "symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, "
            'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.'
        )


def check_value(value: str, pattern: str) -> None:
    """Raise AWS's error for an empty value, a bad pattern, or a value that does not match it."""
    if not value:
        raise ValidationException(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )
    if not pattern:
        return
    try:
        matches = re.search(pattern, value)
    except re.error:
        raise InvalidAllowedPatternException() from None
    if not matches:
        raise ParameterPatternMismatchException(
            f"Parameter value, cannot be validated against allowedPattern: {pattern}"
        )


def tier_of(asked: str | None, known: str | None, value: str, policies: str) -> str:
    """The tier a value lands in. Raises ValidationException for what its tier does not hold.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    """
    large = len(value) > limits.STANDARD_CHARACTERS_MAX or bool(policies)
    if asked == "Intelligent-Tiering":
        tier = "Advanced" if large or known == "Advanced" else "Standard"
    else:
        tier = asked or known or "Standard"
    if tier == "Standard" and known == "Advanced":
        raise ValidationException(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
            "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter "
            "and recreate it as a standard parameter."
        )
    if tier == "Standard" and len(value) > limits.STANDARD_CHARACTERS_MAX:
        raise ValidationException(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
            "value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
            "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        )
    if tier == "Standard" and policies:
        raise ValidationException("Parameter policies are supported by advanced-tier parameters only.")
    if len(value) > limits.ADVANCED_CHARACTERS_MAX:
        raise ValidationException(
            "Advanced tier parameters support a maximum parameter value of 8192 characters."
        )
    return tier


def policies_of(text: str) -> list[dict[str, str]]:
    """Parameter policies as DescribeParameters shows them. Raises for what is no policy.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
    """
    try:
        policies = msgspec.json.decode(text, type=list[dict[str, Any]]) if text else []
    except msgspec.DecodeError:
        raise InvalidPolicyAttributeException() from None
    for policy in policies:
        if policy.get("Type") not in _POLICY_TYPES:
            raise InvalidPolicyTypeException()
        if not isinstance(policy.get("Attributes"), dict):
            raise InvalidPolicyAttributeException()
    return [
        {
            "PolicyText": msgspec.json.encode(policy).decode(),
            "PolicyType": policy["Type"],
            "PolicyStatus": "Pending",
        }
        for policy in policies
    ]


def is_label(text: str) -> bool:
    """Whether a version may be labelled so.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html
    """
    return _LABEL.fullmatch(text) is not None


def sealed(value: str) -> str:
    """What is shown of a SecureString that is not to be decrypted: the same for the same value, and not to be read back."""
    return "AQICAH" + base64.b64encode(hashlib.sha512(value.encode()).digest()).decode()


def public_image(region: str, name: str) -> str:
    """An image id for a public parameter: always the same for the same name and region."""
    return "ami-" + hashlib.sha256(f"{region}{name}".encode()).hexdigest()[:17]

"""What STS decides from values and an instant alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.services.sts import limits
from cloudchamber.services.sts.errors import (
    ExpiredTokenException,
    InvalidIdentityTokenException,
    MalformedPolicyDocumentException,
    PackedPolicyTooLargeException,
    ValidationError,
)

_ROLE = re.compile(r"role/(?:[\x21-\x7e]+/)?(?P<name>[\w+=,.@-]{1,64})\Z", re.ASCII)


def role_of(role_arn: str) -> tuple[Arn, str]:
    """The parts of a role's ARN, and the role's name. Raises ValidationError."""
    arn = Arn.parse(role_arn)
    match = _ROLE.match(arn.resource) if arn else None
    if arn is None or match is None or arn.service != "iam" or not re.fullmatch(r"\d{12}", arn.account):
        raise ValidationError("Request ARN is invalid")
    return arn, match["name"]


def unknown_role_id(role_arn: str) -> str:
    """The id of a role that this chamber has not: always the same for the same ARN."""
    digest = hashlib.sha256(role_arn.encode()).digest()
    return "AROA" + base64.b32encode(digest).decode()[:17]


def check_duration(duration_s: int, role_max_s: int | None, *, chained: bool) -> None:
    """Raise AWS's error for a session of a role that would last too long.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if chained and duration_s > limits.CHAINED_DURATION_S_MAX:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    if role_max_s is not None and duration_s > role_max_s:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def packed_percent(request: dict[str, Any]) -> int | None:
    """How much of the room for session policies and tags a request takes, in percent; None when it has neither.

    Raises MalformedPolicyDocumentException and PackedPolicyTooLargeException.
    """
    policy, tags = request.get("Policy") or "", request.get("Tags") or []
    arns = [item["arn"] for item in request.get("PolicyArns") or []]
    if not (policy or arns or tags):
        return None
    if len(arns) > limits.POLICY_ARNS_MAX:
        raise ValidationError(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
            "Member must have length less than or equal to 10"
        )
    if policy:
        _check_policy(policy)
    if len(policy) + sum(map(len, arns)) > limits.POLICY_CHARACTERS_MAX:
        raise PackedPolicyTooLargeException()
    size = len(policy) + sum(map(len, arns)) + sum(len(t["Key"]) + len(t["Value"]) for t in tags)
    percent = -(-100 * size // (2 * limits.POLICY_CHARACTERS_MAX))
    if percent > 100:
        raise PackedPolicyTooLargeException(
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        )
    return percent


def _check_policy(policy: str) -> None:
    try:
        document = msgspec.json.decode(policy)
    except msgspec.DecodeError:
        raise MalformedPolicyDocumentException() from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise MalformedPolicyDocumentException("Syntax errors in policy.")


def tags_of(request: dict[str, Any]) -> dict[str, str]:
    """Session tags by key. Raises ValidationError for a key that is there twice, whatever its case."""
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []}
    if len({key.lower() for key in tags}) != len(request.get("Tags") or []):
        raise ValidationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return tags


def claims_of(token: str, now_ms: int) -> dict[str, Any]:
    """The claims of an OpenID token, whose signature is not verified. Raises for one that is no JWT, or expired."""
    parts = token.split(".")
    try:
        raw = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)) if len(parts) == 3 else b""
        claims = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise InvalidIdentityTokenException(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        ) from None
    expires_s = claims.get("exp")
    if isinstance(expires_s, int | float) and expires_s * 1000 <= now_ms:
        raise ExpiredTokenException(
            f"Token expired: current date/time {now_ms // 1000} must be before the expiration date/time {int(expires_s)}"
        )
    return claims


def saml_of(assertion: str) -> dict[str, str]:
    """What a SAML response says, its signature not verified: Subject, SubjectType, Issuer, Audience, RoleSessionName.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
    """
    try:
        root = ElementTree.fromstring(base64.b64decode(assertion))
    except (ElementTree.ParseError, binascii.Error, ValueError):
        raise InvalidIdentityTokenException("Invalid base64 SAMLResponse") from None
    found: dict[str, str] = {}
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("Issuer", "Audience"):
            found.setdefault(name, (element.text or "").strip())
        elif name == "NameID":
            found["Subject"] = (element.text or "").strip()
            found["SubjectType"] = element.get("Format", "").rpartition(":")[2]
        elif name == "Attribute" and element.get("Name", "").endswith("/RoleSessionName"):
            found["RoleSessionName"] = "".join(element.itertext()).strip()
    if not found.get("RoleSessionName"):
        raise InvalidIdentityTokenException(
            "RoleSessionName is required in AuthnResponse (Service: AWSSecurityTokenService)"
        )
    return found

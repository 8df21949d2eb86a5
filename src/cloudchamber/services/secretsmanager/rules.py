"""What Secrets Manager decides from values alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.secretsmanager import limits
from cloudchamber.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    MalformedPolicyDocumentException,
)
from cloudchamber.services.secretsmanager.model import Secret

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
_NAME = re.compile(r"[\w/+=.@!-]{1,512}", re.ASCII)
_CLASSES = (
    ("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"),
    ("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("ExcludeNumbers", "0123456789"),
    ("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
)


def check_name(name: str) -> None:
    """Raise ValidationException for a name a secret cannot have."""
    if not _NAME.fullmatch(name):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )


def has_value(request: dict[str, Any]) -> bool:
    """Whether a request carries a value. Raises for two values at once, or one that is too long."""
    text, binary = request.get("SecretString"), request.get("SecretBinary")
    if text is not None and binary is not None:
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    if text is not None and len(text.encode()) > limits.VALUE_BYTES_MAX:
        raise ValidationException(
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limits.VALUE_BYTES_MAX}"
        )
    return text is not None or binary is not None


def staged(stages: dict[str, str], version_id: str, labels: list[str]) -> dict[str, str]:
    """Staging labels after `labels` moved to a version. The version that loses AWSCURRENT gets AWSPREVIOUS.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_version
    """
    moved = dict(stages)
    before = stages.get(CURRENT)
    for label in labels:
        moved[label] = version_id
    if CURRENT in labels and before and before != version_id:
        moved[PREVIOUS] = before
    if list(moved.values()).count(version_id) > limits.STAGES_MAX:
        raise LimitExceededException()
    return moved


def stages_of(secret: Secret, version_id: str) -> list[str]:
    """The staging labels on a version."""
    return [label for label, at in secret.stages.items() if at == version_id]


def recovery_days(request: dict[str, Any]) -> int:
    """How long a deleted secret can be restored; 0 when it is gone at once. Raises for what cannot be (F079).

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    days, force = request.get("RecoveryWindowInDays"), bool(request.get("ForceDeleteWithoutRecovery"))
    if force and days is not None:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )
    if force:
        return 0
    days = limits.RECOVERY_DAYS_DEFAULT if days is None else days
    if not limits.RECOVERY_DAYS_MIN <= days <= limits.RECOVERY_DAYS_MAX:
        raise InvalidParameterException(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
        )
    return days


def tags_of(items: list[dict[str, str]] | None, known: dict[str, str] | None = None) -> dict[str, str]:
    """The tags of a request added to those `known`."""
    tags = (known or {}) | {item["Key"]: item.get("Value", "") for item in items or ()}
    if any(key.lower().startswith("aws:") for key in tags):
        raise InvalidParameterException("Tag keys can't begin with aws:, which is reserved for system tags.")
    if len(tags) > limits.TAGS_MAX:
        raise LimitExceededException()
    return tags


def check_policy(document: str) -> None:
    """Raise MalformedPolicyDocumentException for what is no resource policy."""
    try:
        policy = msgspec.json.decode(document, type=dict[str, Any])
    except msgspec.DecodeError:
        raise MalformedPolicyDocumentException() from None
    if not policy.get("Statement"):
        raise MalformedPolicyDocumentException("This resource policy contains no statement.")


def password(request: dict[str, Any], below: Callable[[int], int]) -> str:
    """A password as GetRandomPassword is asked for; `below(n)` gives a chance in [0, n).

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
    """
    excluded = set(request.get("ExcludeCharacters") or "")
    kinds = [letters for member, letters in _CLASSES if not request.get(member)]
    if request.get("IncludeSpace"):
        kinds.append(" ")
    kinds = [left for letters in kinds if (left := "".join(c for c in letters if c not in excluded))]
    if not kinds:
        raise InvalidRequestException("You excluded all of the characters that a password could be made of.")
    length = request.get("PasswordLength") or limits.PASSWORD_LENGTH_DEFAULT
    chosen: list[str] = []
    if request.get("RequireEachIncludedType") is not False:
        if length < len(kinds):
            raise InvalidParameterException("Password length is too short based on the required types.")
        chosen = [letters[below(len(letters))] for letters in kinds]
    alphabet = "".join(kinds)
    chosen += [alphabet[below(len(alphabet))] for _ in range(length - len(chosen))]
    for place in range(length - 1, 0, -1):
        other = below(place + 1)
        chosen[place], chosen[other] = chosen[other], chosen[place]
    return "".join(chosen)


def passes(secret: Secret, filters: list[dict[str, Any]], region: str) -> bool:
    """Whether a secret passes all filters of ListSecrets. A value begins what it matches; `!` in front negates.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
    """
    return all(_matches(secret, asked["Key"], asked["Values"], region) for asked in filters)


def _matches(secret: Secret, key: str, values: list[str], region: str) -> bool:
    texts = {
        "name": [secret.name],
        "description": [secret.description],
        "tag-key": list(secret.tags),
        "tag-value": list(secret.tags.values()),
        "primary-region": [region],
        "owning-service": [],
        "all": [secret.name, secret.description, *secret.tags, *secret.tags.values()],
    }[key]
    fold = key in ("description", "all")
    return any(_begins(texts, value, fold=fold) for value in values)


def _begins(texts: list[str], value: str, *, fold: bool) -> bool:
    wanted = value.removeprefix("!")
    if fold:
        words = [word for text in texts for word in (text.lower(), *text.lower().split())]
        found = any(word.startswith(wanted.lower()) for word in words)
    else:
        found = any(text.startswith(wanted) for text in texts)
    return found != value.startswith("!")

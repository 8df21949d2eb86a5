"""The errors of EventBridge Pipes. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException

__all__ = [
    "ConflictException",
    "InvocationFailed",
    "NotFoundException",
    "ServiceQuotaExceededException",
    "ValidationException",
    "unavailable",
]


class ConflictException(AwsError):
    """An action you attempted resulted in an exception."""

    default_status = 409


class NotFoundException(AwsError):
    """An entity that you specified does not exist."""

    default_status = 404


class ServiceQuotaExceededException(AwsError):
    """A quota has been exceeded."""

    default_status = 402


class InvocationFailed(AwsError):
    """The enrichment or the target of a pipe failed in a way its owner has to mend; never seen by a caller."""

    default_status = 400


def unavailable(what: str) -> AwsError:
    """AWS has this; the chamber does not, yet."""
    return AwsError("NotImplemented", f"{what} are not available in Cloud Chamber yet.", status=501)

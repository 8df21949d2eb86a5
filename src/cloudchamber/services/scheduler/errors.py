"""The errors of EventBridge Scheduler. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException

__all__ = [
    "ConflictException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ValidationException",
]


class ConflictException(AwsError):
    """Updating or deleting the resource can cause an inconsistent state."""

    default_status = 409


class ResourceNotFoundException(AwsError):
    """The request references a resource which does not exist."""

    default_status = 404


class ServiceQuotaExceededException(AwsError):
    """The request exceeds a service quota."""

    default_status = 402

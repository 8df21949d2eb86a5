"""The errors of EventBridge.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import AccessDeniedException, ValidationException

__all__ = [
    "AccessDeniedException",
    "IllegalStatusException",
    "InvalidEventPatternException",
    "InvalidStateException",
    "LimitExceededException",
    "ManagedRuleException",
    "ResourceAlreadyExistsException",
    "ResourceNotFoundException",
    "ValidationException",
]


class IllegalStatusException(AwsError):
    """An error occurred because a replay can be canceled only when the state is Running or Starting."""

    default_status = 400


class InvalidEventPatternException(AwsError):
    """The event pattern is not valid."""

    default_status = 400


class InvalidStateException(AwsError):
    """The specified state is not a valid state for an event source."""

    default_status = 400


class LimitExceededException(AwsError):
    """The requested resource exceeds the maximum number allowed."""

    default_status = 400


class ManagedRuleException(AwsError):
    """This rule was created by an AWS service on behalf of your account. It is managed by that service."""

    default_status = 400


class ResourceAlreadyExistsException(AwsError):
    """The resource you are trying to create already exists."""

    default_status = 400


class ResourceNotFoundException(AwsError):
    """An entity that you specified does not exist."""

    default_status = 400

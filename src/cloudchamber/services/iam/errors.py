"""The errors of IAM. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class DeleteConflictException(AwsError):
    """Cannot delete entity, it has subordinate entities."""


class EntityAlreadyExistsException(AwsError):
    """The entity already exists."""


class InvalidInputException(AwsError):
    """An invalid or out-of-range value was supplied for an input parameter."""


class LimitExceededException(AwsError):
    """The request would exceed the current account limits."""


class MalformedPolicyDocumentException(AwsError):
    """Syntax errors in policy."""


class NoSuchEntityException(AwsError):
    """The entity cannot be found."""


class UnmodifiableEntityException(AwsError):
    """Only the service that depends on the service-linked role can modify or delete the role on your behalf."""


class ValidationError(AwsError):
    """The input fails to satisfy the constraints specified by an AWS service."""

    default_status = 400


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """What does not hold in a request, under the code of the query protocol."""
    return ValidationError(message(failures))

"""The errors of CloudFormation. Where botocore's shape names another code on the wire, the class is named after the code.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class AlreadyExistsException(AwsError):
    """The resource with the name requested already exists."""


class ChangeSetNotFound(AwsError):
    """The specified change set name or ID doesn't exit."""

    default_status = 404


class InsufficientCapabilitiesException(AwsError):
    """The template contains resources with capabilities that weren't specified in the Capabilities parameter."""


class InvalidChangeSetStatus(AwsError):
    """The specified change set can't be used to update the stack."""


class LimitExceededException(AwsError):
    """The quota for the resource has already been reached."""


class TokenAlreadyExistsException(AwsError):
    """A client request token already exists."""


class ValidationError(AwsError):
    """The input fails to satisfy the constraints specified by CloudFormation."""

    default_status = 400


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that does not fit the model."""
    return ValidationError(message(failures))

"""The errors of CloudWatch Logs. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class InvalidParameterException(AwsError):
    """A parameter is specified incorrectly."""


class LimitExceededException(AwsError):
    """Resource limit exceeded."""


class OperationAbortedException(AwsError):
    """Multiple concurrent requests to update the same resource were in conflict."""


class ResourceAlreadyExistsException(AwsError):
    """The specified log group already exists"""


class ResourceNotFoundException(AwsError):
    """The specified log group does not exist."""


class TooManyTagsException(AwsError):
    """A resource can have no more than 50 tags."""


class ValidationException(AwsError):
    """One of the parameters for the request is not valid."""


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """What does not hold in a request; CloudWatch Logs has its own code for it."""
    return InvalidParameterException(message(failures))

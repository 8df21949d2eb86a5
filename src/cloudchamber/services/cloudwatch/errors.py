"""The errors of CloudWatch. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import NULL, Failure, message

_INDEX = re.compile(r"\.(\d+)\.member")


class DashboardInvalidInputError(AwsError):
    """Some part of the dashboard data is invalid."""


class DashboardNotFoundError(AwsError):
    """The specified dashboard does not exist."""


class InvalidFormatFault(AwsError):
    """Data was not syntactically valid JSON."""


class InvalidNextToken(AwsError):
    """The next token specified is invalid."""


class InvalidParameterCombinationException(AwsError):
    """Parameters were used together that cannot be used together."""


class InvalidParameterValueException(AwsError):
    """The value of an input parameter is bad or out-of-range."""


class MissingRequiredParameterException(AwsError):
    """An input parameter that is required is missing."""


class ResourceConflict(AwsError):
    """The operation could not be performed because of a conflict with another alarm."""


class ResourceNotFound(AwsError):
    """The named resource does not exist."""


class ResourceNotFoundException(AwsError):
    """The named resource does not exist."""


class ValidationError(AwsError):
    """The input fails to satisfy the constraints specified by an AWS service."""

    default_status = 400


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """What does not hold in a request: a missing parameter by its name in the query protocol, the rest as others say it."""
    failure = failures[0]
    if failure.kind == NULL:
        path = _INDEX.sub(r".member.\1", failure.path)
        names = [part if part == "member" else part[:1].upper() + part[1:] for part in path.split(".")]
        return MissingRequiredParameterException(f"The parameter {'.'.join(names)} is required.")
    return ValidationError(message(failures))

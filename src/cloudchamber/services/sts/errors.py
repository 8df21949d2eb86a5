"""The errors of STS. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class AccessDenied(AwsError):
    """You do not have sufficient access to perform this action."""

    default_status = 403


class ExpiredToken(AwsError):
    """The security token included in the request is expired"""

    default_status = 403


class ExpiredTokenException(AwsError):
    """The web identity token that was passed is expired or is not valid."""


class InvalidIdentityTokenException(AwsError):
    """The web identity token that was passed could not be validated by AWS."""


class MalformedPolicyDocumentException(AwsError):
    """This policy contains invalid Json"""


class PackedPolicyTooLargeException(AwsError):
    """The total packed size of the session policies and session tags combined was too large."""


class ValidationError(AwsError):
    """The input fails to satisfy the constraints specified by an AWS service."""

    default_status = 400


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """What does not hold in a request, under the code of the query protocol."""
    return ValidationError(message(failures))

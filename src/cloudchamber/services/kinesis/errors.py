"""The errors of Kinesis. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException

__all__ = [
    "DryRunOperationException",
    "ExpiredIteratorException",
    "ExpiredNextTokenException",
    "InvalidArgumentException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "ValidationException",
]


class DryRunOperationException(AwsError):
    """Request would have succeeded, but the DryRun flag is set."""

    default_status = 400


class ExpiredIteratorException(AwsError):
    """The provided iterator exceeds the maximum age allowed."""

    default_status = 400


class ExpiredNextTokenException(AwsError):
    """The pagination token passed to the operation is expired."""

    default_status = 400


class InvalidArgumentException(AwsError):
    """A specified parameter exceeds its restrictions, is not supported, or can't be used."""

    default_status = 400


class LimitExceededException(AwsError):
    """The requested resource exceeds the maximum number allowed, or the number of concurrent stream requests exceeds the
    maximum number allowed."""

    default_status = 400


class ProvisionedThroughputExceededException(AwsError):
    """The request rate for the stream is too high, or the requested data is too large for the available throughput."""

    default_status = 400


class ResourceInUseException(AwsError):
    """The resource is not available for this operation."""

    default_status = 400


class ResourceNotFoundException(AwsError):
    """The requested resource could not be found."""

    default_status = 400

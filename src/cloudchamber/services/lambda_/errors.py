"""The errors of Lambda. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError


class AccessDeniedException(AwsError):
    """User is not authorized to perform this action."""

    default_status = 403


class CodeStorageExceededException(AwsError):
    """Code storage limit exceeded."""


class InvalidParameterValueException(AwsError):
    """One of the parameters in the request is not valid."""


class InvalidRequestContentException(AwsError):
    """The request body could not be parsed as JSON, or a request header is invalid."""


class InvalidRuntimeException(AwsError):
    """The runtime or runtime version specified is not supported."""


class PolicyLengthExceededException(AwsError):
    """The permissions policy for the resource is too large."""


class PreconditionFailedException(AwsError):
    """The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId"""  # noqa: E501


class ProvisionedConcurrencyConfigNotFoundException(AwsError):
    """No Provisioned Concurrency Config found for this function"""


class RecursiveInvocationException(AwsError):
    """Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function's invocation."""  # noqa: E501


class RequestEntityTooLargeException(AwsError):
    """The request payload exceeded the Invoke request body JSON input quota."""

    default_status = 413


class RequestTooLargeException(AwsError):
    """The request payload exceeded the Invoke request body JSON input quota."""


class ResourceConflictException(AwsError):
    """The resource already exists, or another operation is in progress."""


class ResourceInUseException(AwsError):
    """The operation conflicts with the resource's availability."""


class ResourceNotFoundException(AwsError):
    """The resource you requested does not exist."""


class TooManyRequestsException(AwsError):
    """Rate Exceeded."""

    default_status = 429

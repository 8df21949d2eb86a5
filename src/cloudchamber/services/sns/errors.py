"""The errors of SNS. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class AuthorizationErrorException(AwsError):
    """Indicates that the user has been denied access to the requested resource."""


class BatchEntryIdsNotDistinctException(AwsError):
    """Two or more batch entries in the request have the same Id."""


class BatchRequestTooLongException(AwsError):
    """The length of all the batch messages put together is more than the limit."""


class EmptyBatchRequestException(AwsError):
    """The batch request doesn't contain any entries."""


class EndpointDisabledException(AwsError):
    """Endpoint is disabled"""


class InvalidBatchEntryIdException(AwsError):
    """The Id of a batch entry in a batch request doesn't abide by the specification."""


class InvalidParameterException(AwsError):
    """A request parameter does not comply with the associated constraints."""


class InvalidParameterValueException(AwsError):
    """The value of a message attribute does not comply with its type."""


class InvalidStateException(AwsError):
    """The specified state is not a valid state for an event source."""


class NotFoundException(AwsError):
    """The requested resource does not exist."""


class PlatformApplicationDisabledException(AwsError):
    """Platform application is disabled"""


class ResourceNotFoundException(AwsError):
    """Resource does not exist"""


class TagLimitExceededException(AwsError):
    """Could not complete request: tag quota of per resource exceeded"""


class TooManyEntriesInBatchRequestException(AwsError):
    """The batch request contains more entries than permissible."""


class UserErrorException(AwsError):
    """Indicates that a request parameter does not comply with the associated constraints."""


class VerificationException(AwsError):
    """Indicates that the one-time password (OTP) used for verification is invalid."""


def invalid(reason: str) -> InvalidParameterException:
    """SNS begins the text of most refusals like this."""
    return InvalidParameterException(f"Invalid parameter: {reason}")


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that does not fit the model: `ValidationError`, in the words of AWS's framework."""
    return AwsError("ValidationError", message(failures), status=400)

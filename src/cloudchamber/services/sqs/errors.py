"""The errors of SQS. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import ENUM, NULL, Failure


class BatchEntryIdsNotDistinct(AwsError):
    """Two or more batch entries in the request have the same Id."""


class BatchRequestTooLong(AwsError):
    """The length of all the messages put together is more than the limit."""


class EmptyBatchRequest(AwsError):
    """There should be at least one entry in the request."""


class InvalidAddress(AwsError):
    """The address provided is not valid for this endpoint."""


class InvalidAttributeName(AwsError):
    """The specified attribute doesn't exist."""


class InvalidAttributeValue(AwsError):
    """A queue attribute value is invalid."""


class InvalidBatchEntryId(AwsError):
    """A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."""


class InvalidMessageContents(AwsError):
    """The message contains characters outside the allowed set."""


class InvalidParameterValue(AwsError):
    """An invalid or out-of-range value was supplied for the input parameter."""


class MessageNotInflight(AwsError):
    """The specified message referred to isn't in flight."""


class MissingParameter(AwsError):
    """A required parameter for the specified action is not supplied."""


class OverLimit(AwsError):
    """Too many messages are in flight."""


class PurgeQueueInProgress(AwsError):
    """Only one PurgeQueue operation is allowed every 60 seconds."""


class QueueDeletedRecently(AwsError):
    """You must wait 60 seconds after deleting a queue before you can create another with the same name."""


class QueueDoesNotExist(AwsError):
    """The specified queue does not exist."""


class QueueNameExists(AwsError):
    """A queue already exists with the same name and a different value for an attribute."""


class ReceiptHandleIsInvalid(AwsError):
    """The input receipt handle is invalid."""


class ResourceNotFoundException(AwsError):
    """The resource that you specified for the SourceArn parameter doesn't exist."""


class TooManyEntriesInBatchRequest(AwsError):
    """Maximum number of entries per request are 10."""


class UnsupportedOperation(AwsError):
    """The operation is not supported."""


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that lacks a required member, or names an attribute that does not exist, in SQS's words."""
    failure = failures[0]
    if failure.kind == ENUM:
        return InvalidAttributeName(f"Unknown Attribute {failure.value}.")
    member = failure.path.rpartition(".")[2]
    if failure.kind != NULL:
        return InvalidParameterValue(
            f"Value {failure.value} for parameter {member[:1].upper()}{member[1:]} is invalid."
        )
    return MissingParameter(f"The request must contain the parameter {member[:1].upper()}{member[1:]}.")

"""The errors of Step Functions. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException

__all__ = [
    "ActivityAlreadyExists",
    "ActivityDoesNotExist",
    "ConflictException",
    "ExecutionAlreadyExists",
    "ExecutionDoesNotExist",
    "ExecutionNotRedrivable",
    "InvalidArn",
    "InvalidDefinition",
    "InvalidExecutionInput",
    "InvalidLoggingConfiguration",
    "InvalidName",
    "InvalidOutput",
    "InvalidToken",
    "MissingRequiredParameter",
    "ResourceNotFound",
    "ServiceQuotaExceededException",
    "StateMachineAlreadyExists",
    "StateMachineDeleting",
    "StateMachineDoesNotExist",
    "StateMachineTypeNotSupported",
    "TaskTimedOut",
    "TooManyTags",
    "ValidationException",
]


class ActivityAlreadyExists(AwsError):
    """Activity already exists."""


class ActivityDoesNotExist(AwsError):
    """The specified activity does not exist."""


class ConflictException(AwsError):
    """Updating or deleting a resource can cause inconsistency."""


class ExecutionAlreadyExists(AwsError):
    """The execution has the same name as another execution (but a different input)."""


class ExecutionDoesNotExist(AwsError):
    """The specified execution does not exist."""


class ExecutionNotRedrivable(AwsError):
    """The execution Amazon Resource Name (ARN) that you specified for executionArn cannot be redriven."""


class InvalidArn(AwsError):
    """The provided Amazon Resource Name (ARN) is not valid."""


class InvalidDefinition(AwsError):
    """The provided Amazon States Language definition is not valid."""


class InvalidExecutionInput(AwsError):
    """The provided JSON input data is not valid."""


class InvalidLoggingConfiguration(AwsError):
    """Configuration is not valid."""


class InvalidName(AwsError):
    """The provided name is not valid."""


class InvalidOutput(AwsError):
    """The provided JSON output data is not valid."""


class InvalidToken(AwsError):
    """Invalid Token: 'Invalid token'"""


class MissingRequiredParameter(AwsError):
    """Request is missing a required parameter. This error occurs if both definition and roleArn are not specified."""


class ResourceNotFound(AwsError):
    """Could not find the referenced resource."""


class ServiceQuotaExceededException(AwsError):
    """The request would cause a service quota to be exceeded."""


class StateMachineAlreadyExists(AwsError):
    """A state machine with the same name but a different definition or role ARN already exists."""


class StateMachineDeleting(AwsError):
    """The specified state machine is being deleted."""


class StateMachineDoesNotExist(AwsError):
    """The specified state machine does not exist."""


class StateMachineTypeNotSupported(AwsError):
    """State Machine Type Not Supported: 'This operation is not supported by this type of state machine'"""


class TaskTimedOut(AwsError):
    """Task Timed Out: 'Provided task does not exist anymore'"""


class TooManyTags(AwsError):
    """You've exceeded the number of tags allowed for a resource."""

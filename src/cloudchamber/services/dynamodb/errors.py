"""The errors of DynamoDB. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException
from cloudchamber.languages.dynamodb_expression import InvalidExpression

Handler = Callable[..., dict[str, Any]]


class ConditionalCheckFailedException(AwsError):
    """The conditional request failed"""


class ExpiredIteratorException(AwsError):
    """The shard iterator has expired and can no longer be used to retrieve stream records."""


class IdempotentParameterMismatchException(AwsError):
    """DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token
    that was already used."""


class LimitExceededException(AwsError):
    """Too many operations for a given subscriber."""


class ResourceInUseException(AwsError):
    """The resource which you are attempting to change is in use."""


class ResourceNotFoundException(AwsError):
    """Requested resource not found"""


class TableNotFoundException(AwsError):
    """A source table with the name TableName does not currently exist within the subscriber's account."""


class TransactionCanceledException(AwsError):
    """Transaction cancelled, please refer cancellation reasons for specific reasons"""


class TrimmedDataAccessException(AwsError):
    """The operation attempted to read past the oldest stream record in a shard."""


class ItemRefused(ValidationException):
    """An item or key that is not as its table wants it: a ValidationException by itself, a reason to cancel a transaction."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = ValidationException.__name__


def invalid(reason: str) -> ValidationException:
    """A refusal that begins as most of DynamoDB's do."""
    return ValidationException(f"One or more parameter values were invalid: {reason}")


def refusing(operation: Handler) -> Handler:
    """The operation, with what the expression language refuses as DynamoDB's ValidationException."""

    @wraps(operation)
    def run(ctx: Any, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return operation(ctx, request)
        except InvalidExpression as error:
            raise ValidationException(error.message) from error

    return run

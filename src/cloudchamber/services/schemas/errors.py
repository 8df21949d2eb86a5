"""The errors of the schema registry. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/what-is-eventbridge-schemas.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class _SchemasError(AwsError):
    """An error whose body names its code, as the shape ErrorOutput has it."""

    def __init__(self, *words: str, **members: Any) -> None:
        super().__init__(*words, Code=type(self).__name__, **members)


class BadRequestException(_SchemasError):
    """The request is not valid."""


class ConflictException(_SchemasError):
    """The resource already exists."""


class ForbiddenException(_SchemasError):
    """The operation is not allowed on this resource."""


class NotFoundException(_SchemasError):
    """The resource does not exist."""


class PreconditionFailedException(_SchemasError):
    """The revision ID does not match the one of the current policy."""


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """What the model's constraints refuse."""
    return BadRequestException(message(failures))

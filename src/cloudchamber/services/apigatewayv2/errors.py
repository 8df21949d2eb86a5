"""The errors of API Gateway's second API. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class BadRequestException(AwsError):
    """One of the parameters in the request is invalid."""


class ConflictException(AwsError):
    """The resource already exists."""


class NotFoundException(AwsError):
    """The resource specified in the request was not found."""


def unavailable(what: str, reason: str) -> AwsError:
    """AWS has this; the chamber does not."""
    return AwsError("NotImplemented", f"{what} is not available in Cloud Chamber: {reason}", status=501)


def invalid(noun: str, identifier: str) -> NotFoundException:
    """What an identifier that names nothing is answered with."""
    return NotFoundException(f"Invalid {noun} identifier specified {identifier}")


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that breaks its shape's constraints."""
    return BadRequestException(message(failures))

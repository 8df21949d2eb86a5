"""The errors of API Gateway's first API. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError, Operation
from cloudchamber.wire.validate import Failure, message


class BadRequestException(AwsError):
    """The submitted request is not valid, for example, the input is incomplete or incorrect."""


class ConflictException(AwsError):
    """The request configuration has conflicts."""


class NotFoundException(AwsError):
    """The requested resource is not found."""


def unavailable(what: str, reason: str) -> AwsError:
    """AWS has this; the chamber does not."""
    return AwsError("NotImplemented", f"{what} is not available in Cloud Chamber: {reason}", status=501)


def invalid(noun: str) -> NotFoundException:
    """What an identifier that names nothing is answered with."""
    return NotFoundException(f"Invalid {noun} identifier specified")


def phrase(failures: list[Failure], operation: Operation) -> AwsError:
    """A request that breaks its shape's constraints."""
    return BadRequestException(message(failures))

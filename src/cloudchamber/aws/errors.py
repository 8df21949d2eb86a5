"""The errors a caller will see. Everything else that is raised is a bug, and becomes `InternalFailure` at one boundary.

A service's `errors.py` names its shapes as subclasses; the docstring is the default message; code and status come from the
botocore shape of that name when the error is put on the wire.
"""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An error with AWS's code, message and, where the model has none, status.

    `AwsError("Throttling", "Rate exceeded", status=400)`; further keyword arguments are members of the error's shape.
    `retry_at_ms`: the instant before which a delivery should not be tried again, when whoever answered named one.
    """

    default_status: int | None = None
    retry_at_ms: int = 0

    def __init__(self, *words: str, status: int | None = None, **members: Any) -> None:
        if type(self) is AwsError:
            self.code, message = words
        else:
            self.code = type(self).__name__
            message = words[0] if words else " ".join((type(self).__doc__ or "").split())
        super().__init__(message)
        self.message = message
        self.status = status or self.default_status
        self.members = members

    @property
    def retryable(self) -> bool:
        """Whether AWS would try such a delivery again: throttles and failures of the service, not of the caller.

        What does not exist in the chamber will not exist at the next attempt either.
        """
        return (
            ((self.status or 400) >= 500 and self.status != 501)
            or self.status == 429
            or "Throttl" in self.code
            or self.code in _TRANSIENT
        )


_TRANSIENT = {
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "SlowDown",
}


class InternalFailure(AwsError):
    """The request processing has failed because of an unknown error, exception or failure."""

    default_status = 500


class ValidationException(AwsError):
    """The input fails to satisfy the constraints specified by an AWS service."""

    default_status = 400


class AccessDeniedException(AwsError):
    """User is not authorized to perform this action."""

    default_status = 403


def not_implemented(service: str, operation: str) -> AwsError:
    """AWS has this operation; the chamber does not, yet."""
    message = f"The operation {operation} of {service} is not available in Cloud Chamber yet (see `cloudchamber fidelity`)."
    return AwsError("NotImplemented", message, status=501)

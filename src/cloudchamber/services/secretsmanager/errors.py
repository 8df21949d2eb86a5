"""The errors of Secrets Manager. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError


class InvalidNextTokenException(AwsError):
    """The NextToken value is invalid."""


class InvalidParameterException(AwsError):
    """The parameter name or value is invalid."""


class InvalidRequestException(AwsError):
    """You can't perform this operation on the secret because it was marked for deletion."""


class LimitExceededException(AwsError):
    """The request failed because it would exceed one of the Secrets Manager quotas."""


class MalformedPolicyDocumentException(AwsError):
    """This resource policy contains invalid Json."""


class ResourceExistsException(AwsError):
    """A resource with the ID you requested already exists."""


class ResourceNotFoundException(AwsError):
    """Secrets Manager can't find the specified secret."""

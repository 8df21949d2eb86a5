"""The errors of Parameter Store. Code and status come from the shape of that name in botocore's model.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from cloudchamber.aws import AwsError


class HierarchyLevelLimitExceededException(AwsError):
    """A hierarchy can have a maximum of 15 levels."""


class InvalidAllowedPatternException(AwsError):
    """The request does not meet the regular expression requirement."""


class InvalidFilterKey(AwsError):
    """The specified key is not valid."""


class InvalidFilterOption(AwsError):
    """The specified filter option is not valid. Valid options are Equals and BeginsWith."""


class InvalidNextToken(AwsError):
    """The specified token is not valid."""


class InvalidPolicyAttributeException(AwsError):
    """A policy attribute or its value is not valid."""


class InvalidPolicyTypeException(AwsError):
    """The policy type is not supported. Parameter Store supports the following policy types: Expiration,
    ExpirationNotification, and NoChangeNotification."""


class InvalidResourceId(AwsError):
    """The resource ID is not valid. Verify that you entered the correct ID and try again."""


class InvalidResourceType(AwsError):
    """The resource type is not valid. For example, if you are attempting to tag an EC2 instance, the instance must be a
    registered managed node."""


class ParameterAlreadyExists(AwsError):
    """The parameter already exists. To overwrite this value, set the overwrite option in the request to true."""


class ParameterMaxVersionLimitExceeded(AwsError):
    """The oldest version can't be deleted because it has a label associated with it."""


class ParameterNotFound(AwsError):
    """"""


class ParameterPatternMismatchException(AwsError):
    """The parameter value, cannot be validated against allowedPattern."""


class ParameterVersionLabelLimitExceeded(AwsError):
    """A parameter version can have a maximum of ten labels."""


class ParameterVersionNotFound(AwsError):
    """The specified parameter version wasn't found. Verify the parameter name and version, and try again."""


class TooManyTagsError(AwsError):
    """The Targets parameter includes too many tags. Remove one or more tags and try the command again."""

"""The Lambda function that a URI names.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re

_PATH = re.compile(
    r"arn:[a-z-]+:apigateway:[^:]*:lambda:path/\d{4}-\d{2}-\d{2}/functions/(?P<function>.+)/invocations\Z"
)
_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:(?P<region>[^:]+):(?P<account>[^:]+):function:[^/]+\Z")
_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def function_arn(uri: str, stage_variables: dict[str, str] | None = None) -> str | None:
    """The function's ARN in `uri`, itself an ARN or API Gateway's path form; None when it is neither.

    Stage variables are put in when they are given.
    """
    if stage_variables is not None:
        uri = _VARIABLE.sub(lambda match: stage_variables.get(match[1], ""), uri)
    match = _PATH.match(uri)
    arn = match["function"] if match else uri
    return arn if _FUNCTION.match(arn) else None


def account_and_region(arn: str) -> tuple[str, str]:
    """The account and region of a function's ARN."""
    parts = arn.split(":")
    return parts[4], parts[3]

"""How a request names a function: by name, partial ARN or ARN, each with or without a qualifier.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cloudchamber.aws import Arn
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import LATEST

_NAME = re.compile(
    r"(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_.]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?\Z"
)


class FunctionName(NamedTuple):
    """The parts of a name; what is not said is empty."""

    region: str
    account: str
    name: str
    qualifier: str


@lru_cache(maxsize=4096)
def parse_name(text: str) -> FunctionName:
    """The parts of any form of a function's name. Raises InvalidParameterValueException."""
    match = _NAME.match(text)
    if match is None:
        raise InvalidParameterValueException(f"Invalid function name: {text}")
    return FunctionName(
        match["region"] or "", match["account"] or "", match["name"], match["qualifier"] or ""
    )


def function_of_arn(text: str) -> tuple[Arn, str, str] | None:
    """The ARN, name and qualifier of a function's ARN; None when it is no such ARN."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "lambda" or not arn.resource.startswith("function:"):
        return None
    _, name, *qualifier = arn.resource.split(":")
    return arn, name, qualifier[0] if qualifier else ""


def one_qualifier(in_name: str, given: str | None) -> str:
    """The qualifier of a name and that of a request, which must not contradict each other."""
    if in_name and given and in_name != given:
        raise InvalidParameterValueException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return in_name or given or ""


def is_version(qualifier: str) -> bool:
    """Whether a qualifier means a version, not an alias."""
    return qualifier in ("", LATEST) or qualifier.isdigit()

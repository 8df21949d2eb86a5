"""The intrinsic functions that need nothing but their arguments.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
from itertools import islice
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate


def text_of(value: Any) -> str:
    """Return a scalar as CloudFormation writes it into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        raise InvalidTemplate("Template error: a string was expected where a list or an object was given")
    return str(value)


def join(argument: Any) -> str:
    """Fn::Join."""
    if (
        not isinstance(argument, list)
        or len(argument) != 2
        or not isinstance(argument[0], str)
        or not isinstance(argument[1], list)
    ):
        raise InvalidTemplate(
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and "
            "(2) a list of strings to be joined or a function that returns a list of strings "
            "(such as Fn::GetAZs) to be joined."
        )
    return argument[0].join(map(text_of, argument[1]))


def split(argument: Any) -> list[str]:
    """Fn::Split."""
    if not isinstance(argument, list) or len(argument) != 2 or not all(isinstance(x, str) for x in argument):
        raise InvalidTemplate(
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and "
            "(2) a string to be split or a function that returns a string to be split."
        )
    return argument[1].split(argument[0])


def select(argument: Any) -> Any:
    """Fn::Select."""
    if not isinstance(argument, list) or len(argument) != 2 or not str(argument[0]).isdecimal():
        raise InvalidTemplate(
            "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
        )
    index, choices = int(argument[0]), argument[1]
    if not isinstance(choices, list) or index >= len(choices):
        raise InvalidTemplate(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return choices[index]


def base64_of(argument: Any) -> str:
    """Fn::Base64."""
    return base64.b64encode(text_of(argument).encode()).decode()


def cidr_blocks(argument: Any) -> list[str]:
    """Fn::Cidr: so many blocks of an address range, each with `cidrBits` bits for hosts."""
    if not isinstance(argument, list) or len(argument) not in {2, 3}:
        raise InvalidTemplate("Template error: every Fn::Cidr object requires two or three parameters")
    try:
        network = ipaddress.ip_network(text_of(argument[0]), strict=False)
        count, bits = int(argument[1]), int(argument[2]) if len(argument) == 3 else 8
    except ValueError as fault:
        raise InvalidTemplate(f"Template error: Fn::Cidr: {fault}") from None
    prefix = network.max_prefixlen - bits
    if prefix < network.prefixlen or count > 2 ** (prefix - network.prefixlen):
        raise InvalidTemplate(
            f"Template error: Fn::Cidr: not enough addresses in {network} for {count} blocks"
        )
    return [str(block) for block in islice(network.subnets(new_prefix=prefix), count)]


def length(argument: Any) -> int:
    """Fn::Length."""
    if not isinstance(argument, list):
        raise InvalidTemplate("Template error: Fn::Length requires a list")
    return len(argument)


def json_of(argument: Any) -> str:
    """Fn::ToJsonString."""
    if not isinstance(argument, (list, dict)):
        raise InvalidTemplate("Template error: Fn::ToJsonString requires an object or an array")
    return json.dumps(argument, ensure_ascii=False, separators=(",", ":"))

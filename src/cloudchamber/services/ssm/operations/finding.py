"""How a request finds a parameter: by name or ARN, with a version or label behind a colon."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cloudchamber.aws import Arn, Context
from cloudchamber.aws.pages import InvalidToken, page
from cloudchamber.services.ssm import rules
from cloudchamber.services.ssm.errors import (
    InvalidNextToken,
    ParameterNotFound,
    ParameterVersionNotFound,
)
from cloudchamber.services.ssm.model import Parameter, Version
from cloudchamber.services.ssm.records import PARAMETERS, VERSIONS

T = TypeVar("T")


def arn_of(ctx: Context, name: str) -> str:
    """The ARN of a parameter: a slash stands between `parameter` and any name."""
    return ctx.arn(f"parameter/{name.removeprefix('/')}", service="ssm")


def parameter_named(ctx: Context, name: str) -> Parameter:
    """The parameter of that name or ARN. Raises ParameterNotFound."""
    where, names = ctx, (name,)
    arn = Arn.parse(name) if name.startswith("arn:") else None
    if arn:
        where = ctx.elsewhere(account=arn.account, region=arn.region)
        path = arn.resource.removeprefix("parameter")
        names = (path, path.removeprefix("/"))
    for candidate in names:
        found = PARAMETERS.get(where, candidate)
        if found:
            return found
    raise ParameterNotFound()


def selected(ctx: Context, text: str) -> tuple[Parameter, Version, str]:
    """The parameter, version and selector that `name`, `name:3` or `name:label` stand for.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
    """
    if text.startswith(rules.PUBLIC_IMAGES):
        return _public(ctx, text)
    name, selector = text, ""
    if ":" in text.removeprefix("arn:").rpartition("parameter")[2]:
        name, _, selector = text.rpartition(":")
    parameter = parameter_named(ctx, name)
    if not selector:
        return parameter, parameter.latest, ""
    number = int(selector) if selector.isdigit() else parameter.labels.get(selector)
    version = None if number is None else VERSIONS.get(ctx, parameter.name, number)
    if version is None:
        what = "version" if selector.isdigit() else "label"
        raise ParameterVersionNotFound(
            f"Systems Manager could not find {what} {selector} of {parameter.name}. Verify the {what} and try again."
        )
    return parameter, version, f":{selector}"


def _public(ctx: Context, name: str) -> tuple[Parameter, Version, str]:
    image = rules.public_image(ctx.region, name)
    version = Version(1, "String", image, 0, "AWS", data_type="aws:ec2:image")
    return Parameter(name, version), version, ""


def shown_value(version: Version, *, decrypted: bool) -> str:
    """The value of a version; that of a SecureString only when it is asked to be decrypted."""
    if version.type == "SecureString" and not decrypted:
        return rules.sealed(version.value)
    return version.value


def paged(
    request: dict[str, Any], items: Iterable[T], name_of: Callable[[T], str], default: int
) -> tuple[list[T], dict[str, Any]]:
    """One page as `MaxResults` and `NextToken` ask, and the answer's `NextToken`. Raises InvalidNextToken."""
    try:
        chosen, token = page(items, name_of, request.get("MaxResults") or default, request.get("NextToken"))
    except InvalidToken:
        raise InvalidNextToken() from None
    return chosen, {"NextToken": token} if token else {}

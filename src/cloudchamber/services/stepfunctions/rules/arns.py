"""ARNs of Step Functions, names and task tokens.

https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html
"""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

from cloudchamber.aws import Arn
from cloudchamber.services.stepfunctions.errors import InvalidArn, InvalidName, InvalidToken

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
_BAD = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")


def check_name(name: str) -> None:
    """Raise InvalidName for a name with characters that AWS does not allow."""
    if _BAD.search(name):
        raise InvalidName(f"Invalid Name: '{name}'")


class MachineName(msgspec.Struct, frozen=True):
    """A state machine as an ARN names it; `qualifier` is a version's number, an alias, or ""."""

    arn: Arn
    name: str
    qualifier: str = ""

    @property
    def machine_arn(self) -> str:
        return (
            f"arn:{self.arn.partition}:states:{self.arn.region}:{self.arn.account}:stateMachine:{self.name}"
        )


def _parsed(text: str, *kinds: str) -> tuple[Arn, str, str]:
    """The ARN, the kind of its resource and the rest. Raises InvalidArn."""
    arn = Arn.parse(text)
    if arn is None or arn.service != "states":
        raise InvalidArn(f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    kind, _, rest = arn.resource.partition(":")
    if kind not in kinds or not rest:
        raise InvalidArn(f"Invalid Arn: 'Resource type not valid in this context: {kind}'")
    return arn, kind, rest


def machine_of(text: str) -> MachineName:
    """What `...:stateMachine:name[:qualifier]` names. A Map's label (`name/label`) is left out."""
    arn, _, rest = _parsed(text, "stateMachine")
    name, _, qualifier = rest.partition(":")
    return MachineName(arn, name.partition("/")[0], qualifier)


class ExecutionName(msgspec.Struct, frozen=True):
    """An execution as an ARN names it."""

    arn: Arn
    machine: str
    id: str


def execution_of(text: str, *, express: bool = False) -> ExecutionName:
    """What `...:execution:machine:name` names, or with `express` also `...:express:machine:name:uuid`."""
    arn, _, rest = _parsed(text, "execution", *(("express",) if express else ()))
    machine, _, execution_id = rest.partition(":")
    return ExecutionName(arn, machine, execution_id)


def activity_of(text: str) -> tuple[Arn, str]:
    """What `...:activity:name` names."""
    arn, _, name = _parsed(text, "activity")
    return arn, name


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a task token says; users see it as an opaque text."""

    account: str
    region: str
    machine: str
    id: str
    uuid: str
    strand: int
    serial: int


_DECODE = msgspec.json.Decoder(Token).decode


def token_text(token: Token) -> str:
    """A token as users get it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()


def token_of(text: str) -> Token:
    """What a token says. Raises InvalidToken."""
    try:
        return _DECODE(base64.b64decode(text, b"-_", validate=True))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise InvalidToken from None

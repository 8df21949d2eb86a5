"""Parameters: what a template asks for, and what a stack was given.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate

SsmLookup = Callable[[str], str | None]
"""The value of a Systems Manager parameter by name, or None."""

_SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
_AWS_TYPE = re.compile(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ResolvedParameter:
    """One parameter of a stack: the text it was given (or its default), and what `Ref` gives."""

    text: str
    value: str | list[str]
    no_echo: bool

    @property
    def shown(self) -> str:
        """The text as DescribeStacks shows it."""
        return "****" if self.no_echo else self.text


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
_MEMBERS = {
    "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue", "MinLength",
    "MinValue", "NoEcho", "Type",
}  # fmt: skip


def check_declarations(declarations: Mapping[str, Any]) -> None:
    """Refuse parameters that a template declares badly."""
    for name, declaration in declarations.items():
        if not isinstance(declaration, dict) or "Type" not in declaration:
            raise InvalidTemplate(
                "Template format error: Every Parameters object must contain a Type member."
            )
        for member in declaration:
            if member not in _MEMBERS:
                raise InvalidTemplate(f"Invalid template parameter property '{member}'")
        if not _is_type(str(declaration["Type"])):
            raise InvalidTemplate(
                f"Template format error: Unrecognized parameter type: {declaration['Type']}"
            )
        if isinstance(declaration.get("Default", ""), (dict, list)):
            raise InvalidTemplate("Template format error: Every Default member must be a string.")
        if not name.isalnum():
            raise InvalidTemplate(f"Template format error: Parameter name {name} is non alphanumeric.")


def _is_type(text: str) -> bool:
    wrapped = _SSM_VALUE.fullmatch(text)
    if wrapped:
        text = wrapped[1]
    if text.startswith("List<") and text.endswith(">"):
        text = text[5:-1]
    return text in {"String", "Number", "CommaDelimitedList"} or _AWS_TYPE.fullmatch(text) is not None


def resolve_parameters(
    declarations: Mapping[str, Any], given: Mapping[str, Any], ssm_lookup: SsmLookup
) -> dict[str, ResolvedParameter]:
    """Return every parameter's value; raises `InvalidTemplate` with CloudFormation's text."""
    unknown = [name for name in given if name not in declarations]
    if unknown:
        raise InvalidTemplate(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts = {
        name: _text(given.get(name, declaration.get("Default"))) for name, declaration in declarations.items()
    }
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        raise InvalidTemplate(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _resolve(name, declarations[name], text, ssm_lookup)
        for name, text in texts.items()
        if text is not None
    }


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _resolve(
    name: str, declaration: Mapping[str, Any], text: str, ssm_lookup: SsmLookup
) -> ResolvedParameter:
    kind = str(declaration["Type"])
    wrapped = _SSM_VALUE.fullmatch(kind)
    value = text
    if wrapped:
        kind = wrapped[1]
        found = ssm_lookup(text)
        if found is None:
            raise InvalidTemplate(
                f"Unable to fetch parameters [{text}] from parameter store for this account."
            )
        value = found
    listed = kind == "CommaDelimitedList" or kind.startswith("List<")
    parts = [part.strip() for part in value.split(",")] if listed and value else [] if listed else [value]
    for part in parts:
        _Constraints(name, declaration).check(part, is_number=kind in {"Number", "List<Number>"})
    no_echo = str(declaration.get("NoEcho", "")).lower() == "true"
    return ResolvedParameter(text, parts if listed else value, no_echo)


class _Constraints:
    def __init__(self, name: str, declaration: Mapping[str, Any]) -> None:
        self.name = name
        self.declaration = declaration

    def refused(self, reason: str) -> InvalidTemplate:
        description = self.declaration.get("ConstraintDescription")
        if description:
            return InvalidTemplate(f"Parameter {self.name} failed to satisfy constraint: {description}")
        return InvalidTemplate(f"Parameter '{self.name}' {reason}")

    def check(self, value: str, *, is_number: bool) -> None:
        declared = self.declaration
        allowed = declared.get("AllowedValues")
        if allowed is not None and value not in {_text(each) for each in allowed}:
            raise self.refused("must be one of AllowedValues")
        pattern = declared.get("AllowedPattern")
        if pattern is not None and not re.fullmatch(str(pattern), value):
            raise self.refused(f"must match pattern {pattern}")
        if "MinLength" in declared and len(value) < int(declared["MinLength"]):
            raise self.refused(f"must contain at least {declared['MinLength']} characters")
        if "MaxLength" in declared and len(value) > int(declared["MaxLength"]):
            raise self.refused(f"must contain at most {declared['MaxLength']} characters")
        if is_number:
            self.check_number(value)

    def check_number(self, value: str) -> None:
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise InvalidTemplate(f"Parameter '{self.name}' must be a number") from None
        low, high = self.declaration.get("MinValue"), self.declaration.get("MaxValue")
        if low is not None and number < Decimal(str(low)):
            raise self.refused(f"must be a number not less than {low}")
        if high is not None and number > Decimal(str(high)):
            raise self.refused(f"must be a number not greater than {high}")

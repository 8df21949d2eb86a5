"""From a template's text to what is deployed: parsed, transformed, its parameters resolved, its types known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cloudchamber.languages.cloudformation import (
    InvalidTemplate,
    ResolvedParameter,
    Template,
    parse_objects,
    parse_template,
)
from cloudchamber.services.cloudformation.model import Parameter
from cloudchamber.services.cloudformation.rules.schemas import is_known
from cloudchamber.services.cloudformation.rules.serverless import SERVERLESS, translate

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_PREFIX = "Template format error: "


class Prepared(msgspec.Struct, frozen=True):
    """A template ready to be deployed: as given, after its transforms, and its parameters."""

    original: str
    template: Template
    transforms: tuple[str, ...]
    parameters: dict[str, Parameter]

    @property
    def processed(self) -> str:
        """The template after its transforms, as JSON."""
        return msgspec.json.encode(self.template.body).decode()


def declared_transforms(text: str) -> list[str]:
    """The names in a template's Transform section, LanguageExtensions included. Raises InvalidTemplate."""
    from cloudchamber.languages.cloudformation.loading import load

    body = load(text)
    declared = body.get("Transform") or [] if isinstance(body, dict) else []
    named = declared if isinstance(declared, list) else [declared]
    return [str(each.get("Name")) if isinstance(each, dict) else str(each) for each in named]


def given_texts(declared: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a transform is told of the parameters: values given, else defaults."""
    defaults = {
        name: declaration["Default"]
        for name, declaration in declared.parameters.items()
        if "Default" in declaration
    }
    return defaults | dict(given)


def prepare(text: str, given: Mapping[str, str], ssm_values: Mapping[str, str], region: str) -> Prepared:
    """Raises InvalidTemplate with CloudFormation's text."""
    declared = parse_template(text, given)
    found = declared.resolve_parameters(given, ssm_values.get)
    template = expand(declared, {name: parameter.value for name, parameter in found.items()}, region)
    check_types(template)
    parameters = {name: _stored(declared, name, parameter) for name, parameter in found.items()}
    return Prepared(text, template, tuple(declared_transforms(text)), parameters)


def _stored(declared: Template, name: str, parameter: ResolvedParameter) -> Parameter:
    from_ssm = str(declared.parameters[name]["Type"]).startswith("AWS::SSM::Parameter::Value<")
    return Parameter(parameter.text, parameter.value, parameter.no_echo, from_ssm)


def expand(declared: Template, values: Mapping[str, Any], region: str) -> Template:
    """The template after its transforms. Raises InvalidTemplate."""
    if not declared.transforms:
        return declared
    unknown = [name for name in declared.transforms if name != SERVERLESS]
    if unknown:
        name = unknown[0].get("Name") if isinstance(unknown[0], dict) else unknown[0]
        raise InvalidTemplate(f"No transform named {name} found.")
    texts = {name: ",".join(value) if isinstance(value, list) else value for name, value in values.items()}
    body = translate(declared.body, texts, region)
    body.pop("Transform", None)
    return parse_objects(body)


def check_types(template: Template) -> None:
    """Raises InvalidTemplate for resource types that AWS does not have."""
    unknown = [
        kind
        for kind in dict.fromkeys(str(resource["Type"]) for resource in template.resources.values())
        if not kind.startswith("Custom::") and not is_known(kind)
    ]
    if unknown:
        raise InvalidTemplate(f"{_PREFIX}Unrecognized resource types: [{', '.join(unknown)}]")


def ssm_parameters(text: str, given: Mapping[str, str]) -> list[str]:
    """The names in Parameter Store that a template's parameters ask for. Raises InvalidTemplate."""
    declared = parse_template(text, given)
    return [
        str(given.get(name, declaration.get("Default", "")))
        for name, declaration in declared.parameters.items()
        if str(declaration["Type"]).startswith("AWS::SSM::Parameter::Value<")
    ]

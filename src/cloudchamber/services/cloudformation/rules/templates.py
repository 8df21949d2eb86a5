"""From a template's text to what is deployed: parsed, transformed, its parameters resolved, its types known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cloudchamber.languages.cloudformation import (
    InvalidTemplate,
    ResolvedParameter,
    Scope,
    Template,
    condition,
    parse_objects,
)
from cloudchamber.languages.cloudformation.loading import load
from cloudchamber.services.cloudformation.model import Parameter
from cloudchamber.services.cloudformation.rules.schemas import is_known
from cloudchamber.services.cloudformation.rules.scopes import Place
from cloudchamber.services.cloudformation.rules.serverless import SERVERLESS, translate

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


def read(text: str) -> dict[str, Any]:
    """A template's text as objects. Raises InvalidTemplate."""
    body = load(text)
    if not isinstance(body, dict):
        raise InvalidTemplate(f"{_PREFIX}unsupported structure.")
    return body


def declared_transforms(body: Mapping[str, Any]) -> list[str]:
    """The names in a template's Transform section, LanguageExtensions included."""
    declared = body.get("Transform") or []
    named = declared if isinstance(declared, list) else [declared]
    return [str(each.get("Name")) if isinstance(each, dict) else str(each) for each in named]


def prepare(
    text: str, body: dict[str, Any], given: Mapping[str, str], ssm_values: Mapping[str, str], place: Place
) -> Prepared:
    """`body` is the text read, and whatever it includes. Raises InvalidTemplate with CloudFormation's text."""
    declared = parse_objects(body, given)
    found = declared.resolve_parameters(given, ssm_values.get)
    template = expand(declared, {name: parameter.value for name, parameter in found.items()}, place.region)
    check_types(template)
    _check_conditions(template, {name: parameter.value for name, parameter in found.items()}, place)
    parameters = {name: _stored(declared, name, parameter) for name, parameter in found.items()}
    return Prepared(text, template, tuple(declared_transforms(body)), parameters)


def _check_conditions(template: Template, values: Mapping[str, Any], place: Place) -> None:
    """Decide every condition once, so that what is wrong with one is told before anything is made."""

    def nothing(*_: str) -> Any:
        raise InvalidTemplate(
            f"{_PREFIX}Unresolved dependencies in the Conditions block of the template: conditions cannot refer to resources"
        )

    scope = Scope(
        place.pseudo_parameters() | dict(values),
        ref=nothing,
        getatt=nothing,
        mappings=template.mappings,
        conditions=template.conditions,
    )
    for name in template.conditions:
        condition(name, scope)


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


def ssm_parameters(body: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """The names in Parameter Store that a template's parameters ask for."""
    declared = body.get("Parameters")
    return [
        str(given.get(name, declaration.get("Default", "")))
        for name, declaration in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(declaration, dict)
        and str(declaration.get("Type", "")).startswith("AWS::SSM::Parameter::Value<")
    ]

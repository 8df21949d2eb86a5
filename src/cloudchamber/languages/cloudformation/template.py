"""Templates: text -> sections that are known to fit together.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate
from cloudchamber.languages.cloudformation.evaluation import FUNCTIONS
from cloudchamber.languages.cloudformation.for_each import expand_for_each, has_extensions
from cloudchamber.languages.cloudformation.loading import load
from cloudchamber.languages.cloudformation.parameters import (
    ResolvedParameter,
    SsmLookup,
    check_declarations,
    resolve_parameters,
)
from cloudchamber.languages.cloudformation.references import depends_on, order, references

SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
    "Globals",
)
RESOURCE_MEMBERS = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
# Members that only a transform, such as SAM, knows and removes.
TRANSFORM_MEMBERS = frozenset({"Connectors", "IgnoreGlobals"})
LIMITS = {"Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
DESCRIPTION_BYTES_MAX = 1024
PSEUDO_PARAMETERS = frozenset(
    {
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    }
)

# As CloudFormation tells them; those that only the language extensions bring are not among them.
SUPPORTED_FUNCTIONS = (
    "Fn::Base64", "Fn::GetAtt", "Fn::GetAZs", "Fn::ImportValue", "Fn::Join", "Fn::Split", "Fn::FindInMap",
    "Fn::Select", "Ref", "Fn::Equals", "Fn::If", "Fn::Not", "Condition", "Fn::And", "Fn::Or", "Fn::Contains",
    "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::ValueOf", "Fn::ValueOfAll", "Fn::RefAll", "Fn::Sub", "Fn::Cidr",
)  # fmt: skip


@dataclass(frozen=True)
class Template:
    """A template's sections. `body` is the whole of it, as plain objects in the long form."""

    body: dict[str, Any]

    def section(self, name: str) -> dict[str, Any]:
        """Return a section, empty when the template has none."""
        return self.body.get(name) or {}

    @property
    def description(self) -> str | None:
        """The Description."""
        return self.body.get("Description")

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as declared."""
        return self.section("Parameters")

    @property
    def mappings(self) -> dict[str, Any]:
        """The mappings."""
        return self.section("Mappings")

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions, not evaluated."""
        return self.section("Conditions")

    @property
    def resources(self) -> dict[str, Any]:
        """The resources, not evaluated."""
        return self.section("Resources")

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs, not evaluated."""
        return self.section("Outputs")

    @property
    def rules(self) -> dict[str, Any]:
        """The rules, not evaluated."""
        return self.section("Rules")

    @property
    def transforms(self) -> list[Any]:
        """The macros of the Transform section, in order."""
        declared = self.body.get("Transform") or []
        return list(declared) if isinstance(declared, list) else [declared]

    def resolve_parameters(
        self, given: Mapping[str, Any], ssm_lookup: SsmLookup = lambda _: None
    ) -> dict[str, ResolvedParameter]:
        """Return every parameter's value; raises `InvalidTemplate` with CloudFormation's text."""
        return resolve_parameters(self.parameters, given, ssm_lookup)

    @cached_property
    def dependencies(self) -> dict[str, list[str]]:
        """For each resource the resources that must exist before it, by DependsOn and by reference."""
        resources = self.resources
        return {
            name: sorted((references(resource).names | set(depends_on(resource))) & resources.keys())
            for name, resource in resources.items()
        }

    @cached_property
    def order(self) -> list[str]:
        """The resources in an order in which they can be made."""
        return order(self.dependencies)


def parse_template(text: str, parameters: Mapping[str, Any] | None = None) -> Template:
    """Parse and validate a template; raises `InvalidTemplate`.

    `parameters` are only needed for a Fn::ForEach over a parameter.
    """
    body = load(text)
    if not isinstance(body, dict):
        raise InvalidTemplate("Template format error: unsupported structure.")
    return parse_objects(body, parameters)


def parse_objects(body: dict[str, Any], parameters: Mapping[str, Any] | None = None) -> Template:
    """Validate a template that is already objects, such as what a transform gives; raises `InvalidTemplate`."""
    if has_extensions(body):
        body = expand_for_each(body, parameters or {})
    template = Template(body)
    _check_sections(template)
    check_declarations(template.parameters)
    for name, resource in template.resources.items():
        _check_resource(
            name, resource, RESOURCE_MEMBERS | (TRANSFORM_MEMBERS if template.transforms else set())
        )
    _check_outputs(template)
    if not template.transforms:
        _check_functions(template)
    _check_references(template)
    if not template.transforms:
        order(template.dependencies)
    return template


def _check_sections(template: Template) -> None:
    unknown = [str(name) for name in template.body if name not in SECTIONS]
    if unknown:
        raise InvalidTemplate(f"Invalid template property or properties [{', '.join(unknown)}]")
    version = template.body.get("AWSTemplateFormatVersion", "2010-09-09")
    if str(version) != "2010-09-09":
        raise InvalidTemplate(f"Template format error: Template version {version} is unsupported.")
    description = template.body.get("Description")
    if description is not None and not isinstance(description, str):
        raise InvalidTemplate("Template format error: 'Description' must be a string.")
    if description and len(description.encode()) > DESCRIPTION_BYTES_MAX:
        raise InvalidTemplate("Template format error: 'Description' length is greater than 1024.")
    for name in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Rules"):
        if not isinstance(template.body.get(name) or {}, dict):
            raise InvalidTemplate(f"Template format error: [/{name}] must be an object.")
    if not template.resources:
        raise InvalidTemplate("Template format error: At least one Resources member must be defined.")
    for name, limit in LIMITS.items():
        count = len(template.section(name))
        if count > limit:
            raise InvalidTemplate(
                f"Template format error: Number of {name.lower()}, {count}, is greater than "
                f"maximum allowed, {limit}"
            )


def _check_resource(name: str, resource: Any, members: frozenset[str]) -> None:
    if not (name.isascii() and name.isalnum()):
        raise InvalidTemplate(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict):
        raise InvalidTemplate(f"Template format error: [/Resources/{name}] resource definition is malformed")
    if not isinstance(resource.get("Type"), str):
        raise InvalidTemplate(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    for member in resource:
        if member not in members:
            raise InvalidTemplate(f"Invalid template resource property '{member}'")


def _check_outputs(template: Template) -> None:
    for name, output in template.outputs.items():
        if not isinstance(output, dict) or "Value" not in output:
            raise InvalidTemplate(
                f"Template format error: [/Outputs/{name}] Every Outputs member must contain a Value object"
            )
        if not name.isalnum():
            raise InvalidTemplate(f"Template format error: Output name {name} is non alphanumeric.")


def _check_functions(template: Template) -> None:
    """Raises InvalidTemplate for functions and mappings that are nowhere.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html
    """
    found = references([template.section(name) for name in ("Conditions", "Resources", "Outputs")])
    for name in sorted(found.functions - FUNCTIONS):
        raise InvalidTemplate(
            f"Template Error: Encountered unsupported function: {name} "
            f"Supported functions are: [{', '.join(SUPPORTED_FUNCTIONS)}]"
        )
    for name in sorted(found.mappings - template.mappings.keys()):
        raise InvalidTemplate(
            f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of template."
        )


def _check_references(template: Template) -> None:
    resources, conditions = template.resources, template.conditions
    known = resources.keys() | template.parameters.keys() | PSEUDO_PARAMETERS
    for section in ("Resources", "Outputs"):
        missing: list[str] = []
        for name, held in template.section(section).items():
            found = references(held)
            missing += sorted(found.refs - known)
            for condition in sorted(found.conditions | _condition_of(held)):
                if condition not in conditions:
                    raise InvalidTemplate(
                        f"Template format error: Unresolved condition dependency {condition} "
                        f"in the {section} block of the template"
                    )
            for target, _ in sorted(found.getatts):
                # A transform may still bring the resource.
                if target not in resources and not template.transforms:
                    raise InvalidTemplate(
                        f"Template error: instance of Fn::GetAtt references undefined resource {target}"
                    )
            if section == "Resources":
                missing += [each for each in depends_on(resources[name]) if each not in resources]
        if missing and not template.transforms:
            raise InvalidTemplate(
                "Template format error: Unresolved resource dependencies "
                f"[{', '.join(dict.fromkeys(missing))}] in the {section} block of the template"
            )


def _condition_of(held: dict[str, Any]) -> set[str]:
    condition = held.get("Condition")
    return {condition} if isinstance(condition, str) else set()

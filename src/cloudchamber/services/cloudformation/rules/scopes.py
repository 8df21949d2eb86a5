"""What the functions of a template may refer to, for one stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.aws.arn import partition_of
from cloudchamber.languages.cloudformation import InvalidTemplate, Scope, Template
from cloudchamber.services.cloudformation.model import Parameter


class Place(msgspec.Struct, frozen=True):
    """A stack's name and whereabouts: what the pseudo parameters say."""

    stack_id: str
    stack_name: str
    account: str
    region: str
    notification_arns: tuple[str, ...] = ()

    def pseudo_parameters(self) -> dict[str, Any]:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""
        return {
            "AWS::AccountId": self.account,
            "AWS::NotificationARNs": list(self.notification_arns),
            "AWS::Partition": partition_of(self.region),
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com",
        }


@lru_cache(maxsize=64)
def template_of(processed: str) -> Template:
    """A stored template, ready: it was checked when it came, so it is only decoded here. Never to be changed."""
    return Template(msgspec.json.decode(processed))


def scope_of(
    place: Place,
    template: Template,
    parameters: Mapping[str, Parameter],
    *,
    ref: Callable[[str], Any],
    getatt: Callable[[str, str], Any],
    import_value: Callable[[str], Any],
) -> Scope:
    """The scope in which the parts of a stack's template are evaluated."""
    values = place.pseudo_parameters() | {name: parameter.value for name, parameter in parameters.items()}
    return Scope(
        values,
        ref=ref,
        getatt=getatt,
        mappings=template.mappings,
        conditions=template.conditions,
        import_value=import_value,
    )


def attribute_of(type_name: str, logical_id: str, attributes: dict[str, Any], name: str) -> Any:
    """What Fn::GetAtt gives. A dotted name may lead into an attribute that is an object."""
    if name in attributes:
        return attributes[name]
    found: Any = attributes
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            if type_name.startswith("Custom::") or type_name == "AWS::CloudFormation::CustomResource":
                raise InvalidTemplate(
                    f"CustomResource attribute error: Vendor response doesn't contain {name} attribute"
                )
            raise InvalidTemplate(
                f"Template error: resource {logical_id} does not support attribute type {name} in Fn::GetAtt"
            )
        found = found[part]
    return found

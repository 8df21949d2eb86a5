"""What a template needs to be acknowledged.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cloudchamber.languages.cloudformation import Template

_IAM = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


def needed(template: Template) -> tuple[list[str], str]:
    """The capabilities a template needs, and the reason as AWS gives it."""
    found = {
        resource["Type"]: _is_named(resource)
        for resource in template.resources.values()
        if resource["Type"] in _IAM
    }
    for resource in template.resources.values():
        kind = resource["Type"]
        if kind in _IAM:
            found[kind] = found[kind] or _is_named(resource)
    if not found:
        return [], ""
    capability = "CAPABILITY_NAMED_IAM" if any(found.values()) else "CAPABILITY_IAM"
    return [capability], f"The following resource(s) require capabilities: [{', '.join(sorted(found))}]"


def _is_named(resource: dict[str, object]) -> bool:
    name, properties = _IAM[str(resource["Type"])], resource.get("Properties")
    return bool(name) and isinstance(properties, dict) and name in properties


def missing(template: Template, transforms: Iterable[str], given: Collection[str]) -> list[str]:
    """The capabilities that were needed and not given. Named IAM includes unnamed IAM."""
    lacking = [
        capability
        for capability in needed(template)[0]
        if capability not in given
        and not (capability == "CAPABILITY_IAM" and "CAPABILITY_NAMED_IAM" in given)
    ]
    if any(True for _ in transforms) and "CAPABILITY_AUTO_EXPAND" not in given:
        lacking.append("CAPABILITY_AUTO_EXPAND")
    return lacking

"""Which kind a resource type is."""

from __future__ import annotations

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation.tasks.custom import Custom
from cloudchamber.services.cloudformation.tasks.kinds import Inert, Kind, Served, served
from cloudchamber.services.cloudformation.tasks.nested import Nested
from cloudchamber.services.cloudformation.tasks.waits import Condition, Handle

_OWN: dict[str, Kind] = {
    "AWS::CloudFormation::CustomResource": Custom(),
    "AWS::CloudFormation::Stack": Nested(),
    "AWS::CloudFormation::WaitCondition": Condition(),
    "AWS::CloudFormation::WaitConditionHandle": Handle(),
}

_OUTSIDE = frozenset({"AWS::CloudFormation::CustomResource", "AWS::CloudFormation::WaitCondition"})


def waits_outside(type_name: str) -> bool:
    """Whether a resource of this type waits for somebody who is no service of the chamber."""
    return type_name.startswith("Custom::") or type_name in _OUTSIDE


def kind_of(ctx: Context, type_name: str) -> Kind:
    """What can be done with a resource type: CloudFormation's own first, then a service's, then the inert ones."""
    if type_name.startswith("Custom::"):
        return _OWN["AWS::CloudFormation::CustomResource"]
    own = _OWN.get(type_name)
    if own:
        return own
    found = served(ctx, type_name)
    return Served(type_name, found) if found else Inert(type_name)

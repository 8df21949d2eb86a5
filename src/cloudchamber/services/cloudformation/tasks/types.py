"""Which kind a resource type is."""

from __future__ import annotations

from cloudchamber.aws import Context
from cloudchamber.services.cloudformation.tasks.kinds import Inert, Kind, Served, served

_CUSTOM = "AWS::CloudFormation::CustomResource"


def kind_of(ctx: Context, type_name: str) -> Kind:
    """What can be done with a resource type: CloudFormation's own first, then a service's, then the inert ones."""
    found = served(ctx, type_name)
    return Served(type_name, found) if found else Inert(type_name)

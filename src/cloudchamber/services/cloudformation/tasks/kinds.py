"""What can be done with a resource of some type: by its service, by CloudFormation itself, or only by its schema."""

from __future__ import annotations

import re
from typing import Any, Protocol

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.services.cloudformation.model import Resource, Stack
from cloudchamber.services.cloudformation.rules import inert
from cloudchamber.services.cloudformation.rules.schemas import create_only, naming_properties

# Where the service of a type is not its second word in lower case.
_SERVICE_OF = {
    "AmazonMQ": "mq",
    "ApplicationAutoScaling": "application-autoscaling",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "ElasticLoadBalancing": "elb",
    "ElasticLoadBalancingV2": "elbv2",
    "EventSchemas": "schemas",
    "KinesisFirehose": "firehose",
    "MSK": "kafka",
    "OpenSearchService": "opensearch",
    "SES": "sesv2",
    "Serverless": "lambda",
}

_EXISTS = re.compile("(?<!Not)(?<!Non)Exist|Conflict|InUse|AlreadyOwned")


class Failed(Exception):
    """A resource could not be made, changed or removed. `physical_id`: what exists of it all the same."""

    def __init__(self, reason: str, physical_id: str = "") -> None:
        super().__init__(reason)
        self.reason, self.physical_id = reason, physical_id


class Cancelled(Exception):
    """Another resource of the stack failed, or somebody cancelled, while this one was waiting."""


class Step(msgspec.Struct, frozen=True):
    """One resource to be worked on: the stack and the resource as recorded when it began, and the work it is part of."""

    stack: Stack
    resource: Resource
    work_id: str
    again: bool = False

    @property
    def logical(self) -> Logical:
        """The resource as its type's `create` sees it."""
        stack, resource = self.stack, self.resource
        return Logical(stack.name, stack.stack_id, resource.logical_id, resource.suffix)


class Kind(Protocol):
    """One resource type. Raises AwsError, Failed or Cancelled."""

    @property
    def replaced_by(self) -> frozenset[str]: ...

    @property
    def updatable(self) -> bool: ...

    @property
    def inert(self) -> bool: ...

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made: ...

    async def update(
        self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]
    ) -> Made: ...

    async def delete(
        self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]
    ) -> None: ...


class Served:
    """A type that a service of the chamber has."""

    inert = False

    def __init__(self, type_name: str, found: ResourceType) -> None:
        self._type = found
        self._naming = naming_properties(type_name)
        self.replaced_by = found.replaced_by or create_only(type_name)
        self.updatable = found.update is not None

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """Make it; what an attempt that was cut short left behind is taken over."""
        try:
            return await self._type.create(ctx, properties, step.logical)
        except AwsError as error:
            if not step.again or not _EXISTS.search(error.code):
                raise
            return await self._take_over(ctx, step, properties)

    async def _take_over(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        named = [properties[name] for name in self._naming if isinstance(properties.get(name), str)]
        if named and self._type.update:
            return await self._type.update(ctx, named[0], properties, properties)
        # A generated name is the stack's own: nothing of anybody else can have it.
        await self._type.delete(ctx, step.logical.name(64), properties)
        return await self._type.create(ctx, properties, step.logical)

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """Change it in place."""
        assert self._type.update is not None
        return await self._type.update(ctx, step.resource.physical_id, properties, old)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """Remove it."""
        await self._type.delete(ctx, physical_id, properties)


class Inert:
    """A type without behaviour here."""

    inert = True
    updatable = True

    def __init__(self, type_name: str) -> None:
        self._type_name = type_name
        self.replaced_by = create_only(type_name)

    async def create(self, ctx: Context, step: Step, properties: dict[str, Any]) -> Made:
        """Only how it would look."""
        return inert.made(self._type_name, properties, step.logical, account=ctx.account, region=ctx.region)

    async def update(self, ctx: Context, step: Step, properties: dict[str, Any], old: dict[str, Any]) -> Made:
        """The same id, with its properties as they are now."""
        made = await self.create(ctx, step, properties)
        return Made(step.resource.physical_id, made.attributes)

    async def delete(self, ctx: Context, step: Step, physical_id: str, properties: dict[str, Any]) -> None:
        """There is nothing to remove."""


def service_of(type_name: str) -> str:
    """The service that would have a resource type, by botocore's name."""
    word = type_name.split("::")[1] if type_name.count("::") == 2 else ""
    return _SERVICE_OF.get(word, word.lower())


def served(ctx: Context, type_name: str) -> ResourceType | None:
    """The resource type as a service of the chamber has it, or None."""
    name = service_of(type_name)
    if name not in ctx.cloud.service_names:
        return None
    return ctx.cloud.service(name).resources.get(type_name)

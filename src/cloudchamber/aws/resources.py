"""What a service tells CloudFormation of its resource types. The types live beside their owner, in `resources.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cloudchamber.aws.context import Context

Properties = dict[str, Any]


class Made(msgspec.Struct, frozen=True):
    """A resource as it now exists: what `Ref` gives, and what `Fn::GetAtt` gives by attribute name."""

    physical_id: str
    attributes: dict[str, Any] = {}


class ResourceType(msgspec.Struct, frozen=True):
    """One CloudFormation type, e.g. `AWS::SQS::Queue`. Its functions make calls (`await ctx.call(...)`) and nothing else.

    `create(ctx, properties, logical)`: `logical.name(length_max)` gives CloudFormation's generated physical name.
    `update(ctx, physical_id, properties, old)`: properties in `replaced_by` differ never here: those make a new resource.
    `delete(ctx, physical_id, properties)`: what is gone already is no error.
    `replaced_by`: the create-only properties, as the type's page says under "Update requires: Replacement".
    """

    create: Callable[[Context, Properties, Logical], Awaitable[Made]]
    delete: Callable[[Context, str, Properties], Awaitable[None]]
    update: Callable[[Context, str, Properties, Properties], Awaitable[Made]] | None = None
    replaced_by: frozenset[str] = frozenset()


class Logical(msgspec.Struct, frozen=True):
    """The resource as the template knows it."""

    stack_name: str
    stack_id: str
    logical_id: str
    suffix: str  # CloudFormation's random part: 12 capital letters and digits

    def name(self, length_max: int = 255, *, lower: bool = False) -> str:
        """`stack-logical-SUFFIX`, shortened to `length_max` as CloudFormation does when it names a resource.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
        """
        room = length_max - len(self.suffix) - 1
        stem = f"{self.stack_name}-{self.logical_id}"
        if len(stem) > room:
            half = room // 2
            stem = f"{self.stack_name[:half]}-{self.logical_id[: room - half - 1]}"
        name = f"{stem}-{self.suffix}"
        return name.lower() if lower else name

"""Stacks on virtual time."""

from __future__ import annotations

import json
from typing import Any

import pytest


class Stacks:
    """`await stacks.create("s", template)` gives the stack as it is described once all has come to rest."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    async def create(self, name: str, template: Any, **more: Any) -> dict[str, Any]:
        await self.cloud(
            "cloudformation", "CreateStack", StackName=name, TemplateBody=_text(template), **more
        )
        return await self.settled(name)

    async def update(self, name: str, template: Any, **more: Any) -> dict[str, Any]:
        await self.cloud(
            "cloudformation", "UpdateStack", StackName=name, TemplateBody=_text(template), **more
        )
        return await self.settled(name)

    async def delete(self, name: str, **more: Any) -> dict[str, Any]:
        stack_id = (await self.stack(name))["StackId"]
        await self.cloud("cloudformation", "DeleteStack", StackName=name, **more)
        return await self.settled(stack_id)

    async def settled(self, name: str) -> dict[str, Any]:
        await self.cloud.settle()
        return await self.stack(name)

    async def stack(self, name: str) -> dict[str, Any]:
        return (await self.cloud("cloudformation", "DescribeStacks", StackName=name))["Stacks"][0]

    async def events(self, name: str) -> list[tuple[str, str]]:
        """(logical id, status), oldest first."""
        return [(e["LogicalResourceId"], e["ResourceStatus"]) for e in await self.full_events(name)]

    async def full_events(self, name: str) -> list[dict[str, Any]]:
        answer = await self.cloud("cloudformation", "DescribeStackEvents", StackName=name)
        return answer["StackEvents"][::-1]

    async def resources(self, name: str) -> dict[str, dict[str, Any]]:
        answer = await self.cloud("cloudformation", "DescribeStackResources", StackName=name)
        return {each["LogicalResourceId"]: each for each in answer["StackResources"]}

    async def queues(self) -> list[str]:
        answer = await self.cloud("sqs", "ListQueues")
        return [url.rsplit("/", 1)[1] for url in answer.get("QueueUrls", [])]


def _text(template: Any) -> str:
    return template if isinstance(template, str) else json.dumps(template)


@pytest.fixture
def stacks(cloud: Any) -> Stacks:
    return Stacks(cloud)

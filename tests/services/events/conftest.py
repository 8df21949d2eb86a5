"""Rules, queues as their targets, and what the queues got."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCOUNT, REGION = "123456789012", "us-east-1"


class Room:
    """Makes rules with queues as targets, puts events, and reads what the queues got."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    async def queue(self, name: str, **attributes: str) -> str:
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        await self.cloud("sqs", "CreateQueue", QueueName=name, Attributes=fifo | attributes)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    async def rule(self, name: str, pattern: Any = None, **members: Any) -> str:
        if pattern is not None:
            members["EventPattern"] = json.dumps(pattern)
        return (await self.cloud("events", "PutRule", Name=name, **members))["RuleArn"]

    async def target(self, rule: str, queue: str, bus: str = "default", **members: Any) -> str:
        """Make a queue the target of a rule. Gives the queue's ARN."""
        arn = await self.queue(queue)
        target = {"Id": queue, "Arn": arn} | members
        await self.cloud("events", "PutTargets", Rule=rule, EventBusName=bus, Targets=[target])
        return arn

    async def put(self, detail: Any = None, **members: Any) -> str:
        """Put one event. Gives its id."""
        entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": json.dumps(detail or {})} | members
        answer = await self.cloud("events", "PutEvents", Entries=[entry])
        assert answer["FailedEntryCount"] == 0
        return answer["Entries"][0]["EventId"]

    async def messages(self, queue: str) -> list[dict[str, Any]]:
        """All messages of a queue, in order, deleted."""
        messages: list[dict[str, Any]] = []
        while True:
            answer = await self.cloud(
                "sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            )
            if not answer.get("Messages"):
                return messages
            for message in answer["Messages"]:
                messages.append(message)
                await self.cloud(
                    "sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                )

    async def received(self, queue: str) -> list[Any]:
        """What a queue got, parsed."""
        return [json.loads(message["Body"]) for message in await self.messages(queue)]


@pytest.fixture
def room(cloud: Any) -> Room:
    return Room(cloud)

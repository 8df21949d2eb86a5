"""A topic and queues that hear of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCOUNT, REGION = "123456789012", "us-east-1"


class Room:
    """Makes queues, subscribes them, and reads what they got."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    async def topic(self, name: str = "orders", **attributes: str) -> str:
        return (await self.cloud("sns", "CreateTopic", Name=name, Attributes=attributes))["TopicArn"]

    async def queue(self, name: str, **attributes: str) -> str:
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        await self.cloud("sqs", "CreateQueue", QueueName=name, Attributes=fifo | attributes)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    async def subscribe(self, topic_arn: str, queue: str, **attributes: str) -> str:
        """Subscribe a queue, which is made first. Gives the subscription's ARN."""
        endpoint = await self.queue(queue)
        answer = await self.cloud(
            "sns", "Subscribe", TopicArn=topic_arn, Protocol="sqs", Endpoint=endpoint, Attributes=attributes
        )
        return answer["SubscriptionArn"]

    async def received(self, queue: str) -> list[dict[str, Any]]:
        """All messages of a queue, in order, deleted."""
        messages: list[dict[str, Any]] = []
        while True:
            answer = await self.cloud(
                "sqs",
                "ReceiveMessage",
                QueueUrl=queue,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return messages
            for message in answer["Messages"]:
                messages.append(message)
                await self.cloud(
                    "sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                )

    async def bodies(self, queue: str) -> list[Any]:
        """What was published, as the envelopes in a queue show it."""
        return [json.loads(message["Body"])["Message"] for message in await self.received(queue)]


@pytest.fixture
def room(cloud: Any) -> Room:
    return Room(cloud)

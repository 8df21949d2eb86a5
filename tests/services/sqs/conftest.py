"""A queue to talk to: `queue = await make("q", DelaySeconds="5")`, then `await queue.send("body")`."""

from __future__ import annotations

from typing import Any

import pytest


class Q:
    """One queue, by short names."""

    def __init__(self, cloud: Any, name: str, url: str) -> None:
        self.cloud, self.name, self.url = cloud, name, url
        self.arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"

    async def do(self, operation: str, **request: Any) -> Any:
        return await self.cloud("sqs", operation, QueueUrl=self.url, **request)

    async def send(self, body: str = "x", **more: Any) -> Any:
        return await self.do("SendMessage", MessageBody=body, **more)

    async def receive(self, count: int = 10, **more: Any) -> list[dict[str, Any]]:
        answer = await self.do(
            "ReceiveMessage", MaxNumberOfMessages=count, MessageSystemAttributeNames=["All"], **more
        )
        return answer.get("Messages", [])

    async def bodies(self, count: int = 10, **more: Any) -> list[str]:
        return [message["Body"] for message in await self.receive(count, **more)]

    async def delete(self, message: dict[str, Any]) -> Any:
        return await self.do("DeleteMessage", ReceiptHandle=message["ReceiptHandle"])

    async def hide(self, message: dict[str, Any], timeout_s: int) -> Any:
        return await self.do(
            "ChangeMessageVisibility", ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=timeout_s
        )

    async def attributes(self, *names: str) -> dict[str, str]:
        answer = await self.do("GetQueueAttributes", AttributeNames=list(names or ["All"]))
        return answer.get("Attributes", {})

    async def counts(self) -> tuple[int, int, int]:
        """Visible, in flight, delayed."""
        found = await self.attributes()
        stem = "ApproximateNumberOfMessages"
        return int(found[stem]), int(found[stem + "NotVisible"]), int(found[stem + "Delayed"])


@pytest.fixture
def make(cloud):
    async def make(name: str = "q", **attributes: str) -> Q:
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        made = await cloud("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
        return Q(cloud, name, made["QueueUrl"])

    return make

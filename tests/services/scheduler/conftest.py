"""Schedules with queues and streams as their targets, and what those got."""

from __future__ import annotations

from typing import Any

import pytest

ROLE = "arn:aws:iam::123456789012:role/scheduler"
OFF = {"Mode": "OFF"}


class Room:
    """Makes targets and schedules, and reads what arrived."""

    def __init__(self, cloud: Any) -> None:
        self.cloud, self.clock = cloud, cloud.clock

    async def queue(self, name: str = "q", **attributes: str) -> str:
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        await self.cloud("sqs", "CreateQueue", QueueName=name, Attributes=fifo | attributes)
        return f"arn:aws:sqs:us-east-1:123456789012:{name}"

    async def stream(self, name: str = "s", hours: int = 8760) -> str:
        await self.cloud("kinesis", "CreateStream", StreamName=name, ShardCount=1)
        await self.cloud(
            "kinesis", "IncreaseStreamRetentionPeriod", StreamName=name, RetentionPeriodHours=hours
        )
        return f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"

    def do(self, operation: str, **members: Any) -> Any:
        return self.cloud("scheduler", operation, **members)

    def schedule(self, expression: str, arn: str, name: str = "sch", **members: Any) -> Any:
        """Make a schedule. `Target_...` members go into its target."""
        target = {"Arn": arn, "RoleArn": ROLE} | {
            key.removeprefix("Target_"): members.pop(key)
            for key in list(members)
            if key.startswith("Target_")
        }
        if ":kinesis:" in arn:
            target.setdefault("KinesisParameters", {"PartitionKey": "k"})
        operation = members.pop("operation", "CreateSchedule")
        members = {"FlexibleTimeWindow": OFF} | members
        return self.do(operation, Name=name, ScheduleExpression=expression, Target=target, **members)

    async def messages(self, queue: str = "q") -> list[dict[str, Any]]:
        """All messages of a queue, deleted."""
        messages: list[dict[str, Any]] = []
        while True:
            answer = await self.cloud(
                "sqs",
                "ReceiveMessage",
                QueueUrl=queue,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return messages
            for message in answer["Messages"]:
                messages.append(message)
                await self.cloud(
                    "sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                )

    async def bodies(self, queue: str = "q") -> list[str]:
        return [message["Body"] for message in await self.messages(queue)]

    async def records(self, name: str = "s") -> list[dict[str, Any]]:
        """All records of a stream's first shard."""
        iterator = await self.cloud(
            "kinesis",
            "GetShardIterator",
            StreamName=name,
            ShardId="shardId-000000000000",
            ShardIteratorType="TRIM_HORIZON",
        )
        return (await self.cloud("kinesis", "GetRecords", ShardIterator=iterator["ShardIterator"]))["Records"]


@pytest.fixture
def room(cloud):
    return Room(cloud)

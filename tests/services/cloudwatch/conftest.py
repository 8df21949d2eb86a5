"""An alarm to watch: a topic with a queue that hears of it, a queue that hears of the default bus."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCOUNT = "123456789012"


class Watch:
    """`watch = await listen()`, then `await watch.told()` gives the SNS messages, `await watch.events()` the bus's events."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self.topic_arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:on-call"

    async def begin(self) -> None:
        await self.cloud("sns", "CreateTopic", Name="on-call")
        for name in ("told", "events"):
            await self.cloud("sqs", "CreateQueue", QueueName=name)
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
        await self.cloud("sns", "Subscribe", TopicArn=self.topic_arn, Protocol="sqs", Endpoint=arn + "told")
        await self.cloud("events", "PutRule", Name="alarms", EventPattern='{"source": ["aws.cloudwatch"]}')
        await self.cloud("events", "PutTargets", Rule="alarms", Targets=[{"Id": "1", "Arn": arn + "events"}])

    async def _messages(self, name: str) -> list[Any]:
        found = []
        while True:
            answer = await self.cloud("sqs", "ReceiveMessage", QueueUrl=name, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return [json.loads(message["Body"]) for message in found]
            for message in answer["Messages"]:
                found.append(message)
                handle = message["ReceiptHandle"]
                await self.cloud("sqs", "DeleteMessage", QueueUrl=name, ReceiptHandle=handle)

    async def told(self) -> list[Any]:
        """What the topic's subscribers were told since the last time: subject and message."""
        envelopes = await self._messages("told")
        return [(each["Subject"], json.loads(each["Message"])) for each in envelopes]

    async def events(self, kind: str = "CloudWatch Alarm State Change") -> list[Any]:
        """The events on the default bus since the last time."""
        return [event for event in await self._messages("events") if event["detail-type"] == kind]

    async def alarm(self, name: str) -> Any:
        """The alarm of that name as it is now."""
        kinds = ["MetricAlarm", "CompositeAlarm"]
        found = await self.cloud("cloudwatch", "DescribeAlarms", AlarmNames=[name], AlarmTypes=kinds)
        return (found["MetricAlarms"] + found["CompositeAlarms"])[0]

    async def state(self, name: str) -> str:
        """The state of the alarm of that name."""
        return (await self.alarm(name))["StateValue"]

    async def pass_minutes(self, count: int) -> None:
        """Let so many minutes go by."""
        await self.cloud.clock.advance(count * 60_000)


@pytest.fixture
async def watch(cloud):
    made = Watch(cloud)
    await made.begin()
    return made


@pytest.fixture
def make(cloud, watch):
    """An alarm on the sum of `App m` above 5 in a minute: `await make("a", Threshold=1)`."""

    async def make(name: str = "a", **settings: Any) -> None:
        given = {
            "Namespace": "App",
            "MetricName": "m",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [watch.topic_arn],
        }
        given = {member: value for member, value in (given | settings).items() if value is not None}
        await cloud("cloudwatch", "PutMetricAlarm", AlarmName=name, **given)

    return make


@pytest.fixture
def put(cloud):
    """One value of `App m`, now."""

    async def put(value: float, name: str = "m") -> None:
        datum = {"MetricName": name, "Value": value}
        await cloud("cloudwatch", "PutMetricData", Namespace="App", MetricData=[datum])

    return put

"""What the chamber's own services send has the members of the samples: two readings of AWS's pages that must agree."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudchamber.sample_events import build

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


def members(value: Any, at: str = "") -> set[str]:
    """Every member, with those above it; all entries of a list count as one."""
    if isinstance(value, dict):
        return set().union(
            *({f"{at}.{name}"} | members(held, f"{at}.{name}") for name, held in value.items())
        )
    return set().union(*(members(held, at) for held in value)) if isinstance(value, list) else set()


async def received(cloud: Any, queue: str) -> dict[str, Any]:
    """The one message of a queue, its body read."""
    await cloud.settle()
    (message,) = (await cloud("sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10))["Messages"]
    return json.loads(message["Body"])


async def make_queue(cloud: Any, name: str = "q", **attributes: str) -> str:
    return (await cloud("sqs", "CreateQueue", QueueName=name, Attributes=attributes))["QueueUrl"]


async def allow(cloud: Any, queue: str, service: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    policy = json.dumps({"Statement": [statement]})
    await cloud("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes={"Policy": policy})


async def test_notifications_of_a_bucket(cloud) -> None:
    queue = await make_queue(cloud)
    await allow(cloud, queue, "s3.amazonaws.com")
    await cloud("s3", "CreateBucket", Bucket="bucket")
    wanted = {"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    configuration = {"QueueConfigurations": [wanted]}
    await cloud(
        "s3", "PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration=configuration
    )
    assert members(await received(cloud, queue)) == members(build("s3", "test-event"))
    await cloud("s3", "PutObject", Bucket="bucket", Key="k", Body=b"x")
    assert members(await received(cloud, queue)) == members(build("s3", "put"))
    await cloud("s3", "DeleteObject", Bucket="bucket", Key="k")
    assert members(await received(cloud, queue)) == members(build("s3", "delete"))


@pytest.mark.parametrize("kind", ["object-created", "object-deleted"])
async def test_events_of_a_bucket(cloud, kind: str) -> None:
    queue = await make_queue(cloud)
    await cloud("s3", "CreateBucket", Bucket="bucket")
    await cloud(
        "s3",
        "PutBucketNotificationConfiguration",
        Bucket="bucket",
        NotificationConfiguration={"EventBridgeConfiguration": {}},
    )
    detail_type = kind.replace("-", " ").title()
    pattern = json.dumps({"source": ["aws.s3"], "detail-type": [detail_type]})
    await cloud("events", "PutRule", Name="r", EventPattern=pattern)
    await cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": QUEUE}])
    await cloud("s3", "PutObject", Bucket="bucket", Key="k", Body=b"x")
    await cloud("s3", "DeleteObject", Bucket="bucket", Key="k")
    assert members(await received(cloud, queue)) == members(build("s3", kind))


@pytest.mark.parametrize(("kind", "suffix"), [("by-queue", ""), ("by-fifo-queue", ".fifo")])
async def test_notifications_of_a_topic(cloud, kind: str, suffix: str) -> None:
    fifo = {"FifoQueue": "true"} if suffix else {}
    queue = await make_queue(cloud, f"q{suffix}", **fifo)
    await allow(cloud, queue, "sns.amazonaws.com")
    attributes = {"FifoTopic": "true"} if suffix else {}
    topic = (await cloud("sns", "CreateTopic", Name=f"t{suffix}", Attributes=attributes))["TopicArn"]
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + suffix)
    ordered = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if suffix else {"Subject": "s"}
    await cloud("sns", "Publish", TopicArn=topic, Message="m", **ordered)
    sample = json.loads(build("sns", kind)["Records"][0]["body"])
    assert members(await received(cloud, queue)) == members(sample)


async def test_events_of_a_stack(cloud) -> None:
    queue = await make_queue(cloud)
    detail_types = ["CloudFormation Stack Status Change", "CloudFormation Resource Status Change"]
    for name, detail_type in zip(("stack", "resource"), detail_types, strict=True):
        pattern = json.dumps(
            {"detail-type": [detail_type], "detail": {"status-details": {"status": ["CREATE_COMPLETE"]}}}
        )
        await cloud("events", "PutRule", Name=name, EventPattern=pattern)
        await cloud("events", "PutTargets", Rule=name, Targets=[{"Id": "q", "Arn": QUEUE}])
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    await cloud("cloudformation", "CreateStack", StackName="s", TemplateBody=template)
    await cloud.clock.run_until_idle()
    answer = await cloud("sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10)
    sent = {event["detail-type"]: event for event in (json.loads(m["Body"]) for m in answer["Messages"])}
    assert members(sent[detail_types[0]]) == members(build("cloudformation", "stack-status-change"))
    assert members(sent[detail_types[1]]) == members(build("cloudformation", "resource-status-change"))

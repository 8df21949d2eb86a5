"""What the default event bus hears of stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-resource-status-change.html
"""

import json

import pytest

TEMPLATE = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}}}
FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
STACK, RESOURCE = "CloudFormation Stack Status Change", "CloudFormation Resource Status Change"


@pytest.fixture
def heard(cloud):
    """`await heard(**pattern)` begins to listen for events; what it gives reads them, oldest first."""

    async def listen(**pattern):
        await cloud("sqs", "CreateQueue", QueueName="heard.fifo", Attributes=FIFO)
        text = json.dumps({"source": ["aws.cloudformation"]} | pattern)
        await cloud("events", "PutRule", Name="stacks", EventPattern=text)
        target = {
            "Id": "q",
            "Arn": "arn:aws:sqs:us-east-1:123456789012:heard.fifo",
            "SqsParameters": {"MessageGroupId": "g"},
        }
        await cloud("events", "PutTargets", Rule="stacks", Targets=[target])
        return read

    async def read():
        await cloud.clock.advance(1_000)
        found = []
        while True:
            answer = await cloud("sqs", "ReceiveMessage", QueueUrl="heard.fifo", MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return found
            for each in answer["Messages"]:
                found.append(json.loads(each["Body"]))
                await cloud(
                    "sqs", "DeleteMessage", QueueUrl="heard.fifo", ReceiptHandle=each["ReceiptHandle"]
                )

    return listen


async def test_each_change_of_a_status_is_an_event(stacks, heard):
    read = await heard()
    stack = await stacks.create("teststack", TEMPLATE, ClientRequestToken="mine")
    events, told = await read(), await stacks.full_events("teststack")
    assert [(e["detail-type"], e["detail"]["status-details"]["status"]) for e in events] == [
        (STACK, "CREATE_IN_PROGRESS"),
        (RESOURCE, "CREATE_IN_PROGRESS"),
        (RESOURCE, "CREATE_IN_PROGRESS"),
        (RESOURCE, "CREATE_COMPLETE"),
        (STACK, "CREATE_COMPLETE"),
    ]
    assert [e["detail"]["status-details"]["status-reason"] for e in events] == [
        e.get("ResourceStatusReason", "") for e in told
    ]
    assert {(e["account"], e["region"], *e["resources"]) for e in events} == {
        ("123456789012", "us-east-1", stack["StackId"])
    }
    assert events[-1]["detail"] == {
        "stack-id": stack["StackId"],
        "status-details": {"status": "CREATE_COMPLETE", "status-reason": ""},
        "client-request-token": "mine",
    }
    assert events[-2]["detail"] == {
        "stack-id": stack["StackId"],
        "logical-resource-id": "Jobs",
        "physical-resource-id": told[-2]["PhysicalResourceId"],
        "status-details": {"status": "CREATE_COMPLETE", "status-reason": ""},
        "resource-type": "AWS::SQS::Queue",
        "client-request-token": "mine",
    }


async def test_an_event_bears_the_time_of_the_change(cloud, stacks, heard):
    read = await heard()
    await cloud.clock.advance(400)
    await stacks.create("teststack", TEMPLATE)
    await cloud.clock.advance(600)
    assert {event["time"] for event in await read()} == {"2026-01-01T00:00:00Z"}


async def test_a_rule_may_wait_for_the_end_of_stacks(stacks, heard):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks-event-bridge.html"""
    final = ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"]
    read = await heard(**{"detail-type": [STACK], "detail": {"status-details": {"status": final}}})
    bad = {"Resources": {"Bad": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "x" * 81}}}}
    await stacks.create("good", TEMPLATE)
    await stacks.create("bad", bad)
    await stacks.delete("good")
    statuses = [each["detail"]["status-details"]["status"] for each in await read()]
    assert sorted(statuses) == sorted(final)


async def test_a_failed_resource_says_why(stacks, heard):
    read = await heard(detail={"status-details": {"status": ["CREATE_FAILED"]}})
    bad = {"Resources": {"Bad": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "x" * 81}}}}
    await stacks.create("bad", bad)
    (event,) = await read()
    (told,) = [e for e in await stacks.full_events("bad") if e["ResourceStatus"] == "CREATE_FAILED"]
    assert event["detail"]["logical-resource-id"] == "Bad"
    assert event["detail"]["status-details"]["status-reason"] == told["ResourceStatusReason"] != ""


async def test_later_changes_are_told_once_each(stacks, heard):
    read = await heard(**{"detail-type": [STACK]})
    await stacks.create("teststack", TEMPLATE)
    assert len(await read()) == 2
    await stacks.delete("teststack")
    statuses = [each["detail"]["status-details"]["status"] for each in await read()]
    assert statuses == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


async def test_a_large_stack_is_told_of_in_order(stacks, heard):
    read = await heard()
    await stacks.create("large", {"Resources": {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(20)}})
    told = await stacks.full_events("large")
    events = await read()
    assert [e["detail"].get("logical-resource-id", "large") for e in events] == [
        e["LogicalResourceId"] for e in told
    ]


async def test_an_archive_alone_keeps_them(cloud, stacks):
    arn = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    await cloud("events", "CreateArchive", ArchiveName="all", EventSourceArn=arn)
    await stacks.create("teststack", TEMPLATE)
    await cloud.clock.advance(1_000)
    assert (await cloud("events", "DescribeArchive", ArchiveName="all"))["EventCount"] == 5

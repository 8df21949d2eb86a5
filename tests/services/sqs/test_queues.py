"""Queues: names, attributes and their limits, pages, URLs, purging and deleting, tags, permissions."""

from __future__ import annotations

import json

import pytest

LIMITS = [
    ("VisibilityTimeout", 0, 43_200), ("DelaySeconds", 0, 900), ("MessageRetentionPeriod", 60, 1_209_600),
    ("MaximumMessageSize", 1_024, 1_048_576), ("ReceiveMessageWaitTimeSeconds", 0, 20),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lowest", "highest"), LIMITS)
async def test_an_attribute_stays_within_its_limits(make, error_of, name, lowest, highest):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    queue = await make("q", KmsMasterKeyId="alias/aws/sqs")
    for value in (lowest, highest):
        await queue.do("SetQueueAttributes", Attributes={name: str(value)})
        assert (await queue.attributes(name))[name] == str(value)
    for value in (str(lowest - 1), str(highest + 1), "x", "", "1.5", "٣"):
        error = await error_of(queue.do("SetQueueAttributes", Attributes={name: value}))
        assert (error.code, error.message) == (
            "InvalidAttributeValue",
            f"Invalid value for the parameter {name}.",
        )
    assert (await queue.attributes(name))[name] == str(highest)


async def test_a_new_queue_has_awss_defaults(make):
    queue = await make("q")
    found = await queue.attributes()
    now_s = str(queue.cloud.clock.now_ms() // 1000)
    assert found == {
        "QueueArn": "arn:aws:sqs:us-east-1:123456789012:q", "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
        "CreatedTimestamp": now_s, "LastModifiedTimestamp": now_s, "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
    }  # fmt: skip


async def test_an_unknown_attribute_is_refused_wherever_it_is_asked_for(make, cloud, error_of):
    queue = await make("q")
    for call in (
        queue.do("GetQueueAttributes", AttributeNames=["Nope"]),
        queue.do("SetQueueAttributes", Attributes={"Nope": "1"}),
        queue.do("ReceiveMessage", MessageSystemAttributeNames=["Nope"]),
        cloud("sqs", "CreateQueue", QueueName="new", Attributes={"Nope": "1"}),
        cloud("sqs", "CreateQueue", QueueName="q", Attributes={"Nope": "1"}),
    ):
        error = await error_of(call)
        assert (error.code, error.message) == ("InvalidAttributeName", "Unknown Attribute Nope.")


@pytest.mark.parametrize("name", ["a" * 81, "with space", "dot.ted", "name.fifo", "ä"])
async def test_a_name_has_up_to_80_letters_digits_hyphens_and_underscores(cloud, error_of, name):
    error = await error_of(cloud("sqs", "CreateQueue", QueueName=name))
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    )


async def test_a_fifo_queue_is_one_by_name_and_attribute_and_no_other_has_the_attribute(cloud, error_of):
    for name, value in (("q", "true"), ("q", "false")):
        error = await error_of(cloud("sqs", "CreateQueue", QueueName=name, Attributes={"FifoQueue": value}))
        expected = "InvalidParameterValue" if value == "true" else "InvalidAttributeName"
        assert error.code == expected
    await cloud("sqs", "CreateQueue", QueueName="a" * 75 + ".fifo", Attributes={"FifoQueue": "true"})


async def test_creating_a_queue_again_succeeds_unless_it_would_differ(make, cloud, error_of):
    queue = await make("q", DelaySeconds="5")
    assert (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"] == queue.url
    await cloud("sqs", "CreateQueue", QueueName="q", Attributes={"DelaySeconds": "5"})
    error = await error_of(cloud("sqs", "CreateQueue", QueueName="q", Attributes={"DelaySeconds": "6"}))
    assert (error.code, error.message) == (
        "QueueNameExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    )


async def test_a_deleted_queue_is_gone_and_its_name_is_free_after_60_seconds(make, cloud, error_of):
    queue = await make("q")
    await queue.send()
    await queue.do("DeleteQueue")
    assert (await error_of(queue.send())).code == "QueueDoesNotExist"
    await cloud.clock.advance(59_999)
    error = await error_of(cloud("sqs", "CreateQueue", QueueName="q"))
    assert (error.code, error.message) == (
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    )
    await cloud.clock.advance(1)
    assert await (await make("q")).counts() == (0, 0, 0)


async def test_purging_removes_everything_once_a_minute(make, error_of):
    queue = await make("q")
    for delay_s in (0, 0, 100):
        await queue.send(DelaySeconds=delay_s)
    held = (await queue.receive(1))[0]
    await queue.do("PurgeQueue")
    assert await queue.counts() == (0, 0, 0)
    await queue.delete(held)
    await queue.cloud.clock.advance(59_999)
    error = await error_of(queue.do("PurgeQueue"))
    assert (error.code, error.message) == (
        "PurgeQueueInProgress",
        "Only one PurgeQueue operation on q is allowed every 60 seconds.",
    )
    await queue.cloud.clock.advance(1)
    await queue.do("PurgeQueue")


async def test_queues_are_listed_by_prefix_and_page(make, cloud, error_of):
    for name in ("b", "a2", "a1", "a3"):
        await make(name)

    async def names(**request):
        answer = await cloud("sqs", "ListQueues", **request)
        return [url.rsplit("/", 1)[1] for url in answer.get("QueueUrls", [])], answer.get("NextToken")

    assert await names() == (["a1", "a2", "a3", "b"], None)
    first, token = await names(QueueNamePrefix="a", MaxResults=2)
    assert (first, await names(QueueNamePrefix="a", MaxResults=2, NextToken=token)) == (
        ["a1", "a2"],
        (["a3"], None),
    )
    assert await names(QueueNamePrefix="none") == ([], None)
    assert (await error_of(names(NextToken=token))).code == "InvalidParameterValue"
    assert (await error_of(names(NextToken="%", MaxResults=1))).code == "InvalidParameterValue"


async def test_queue_urls_lead_across_accounts_and_regions(make, cloud, error_of):
    here = await make("q")
    there = (await cloud("sqs", "CreateQueue", region="eu-west-1", QueueName="q"))["QueueUrl"]
    other = (await cloud("sqs", "CreateQueue", account="999999999999", QueueName="q"))["QueueUrl"]
    assert len({here.url, there, other}) == 3
    for url in (there, other, here.url):
        await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody=url)
    for url in (there, other, here.url):
        got = await cloud("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        assert [message["Body"] for message in got["Messages"]] == [url]
    found = await cloud("sqs", "GetQueueUrl", QueueName="q", QueueOwnerAWSAccountId="999999999999")
    assert found["QueueUrl"] == other
    error = await error_of(cloud("sqs", "SendMessage", QueueUrl="http://x/nonsense/y/z", MessageBody="x"))
    assert error.code == "InvalidAddress"
    assert (await cloud("sqs", "SendMessage", QueueUrl="q", MessageBody="by name"))["MessageId"]


async def test_tags_are_merged_removed_and_at_most_50(make, error_of):
    queue = await make("q")
    assert await queue.do("ListQueueTags") == {}
    await queue.do("TagQueue", Tags={"a": "1", "b": "2"})
    await queue.do("TagQueue", Tags={"a": "3"})
    await queue.do("UntagQueue", TagKeys=["b", "none"])
    assert await queue.do("ListQueueTags") == {"Tags": {"a": "3"}}
    error = await error_of(queue.do("TagQueue", Tags={str(n): "" for n in range(50)}))
    assert error.message == "Too many tags added for queue q."
    assert await queue.do("ListQueueTags") == {"Tags": {"a": "3"}}


async def test_permissions_become_statements_of_the_policy(make, error_of):
    queue = await make("q")
    single = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}}
    await queue.do("SetQueueAttributes", Attributes={"Policy": json.dumps(single)})
    request = {"Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"]}
    await queue.do("AddPermission", **request)
    statements = json.loads((await queue.attributes())["Policy"])["Statement"]
    assert statements[1] == {
        "Sid": "l", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111111111111:root"]},
        "Action": ["SQS:SendMessage"], "Resource": queue.arn,
    }  # fmt: skip
    error = await error_of(queue.do("AddPermission", **request))
    assert error.message == "Value l for parameter Label is invalid. Reason: Already exists."
    await queue.do("RemovePermission", Label="l")
    error = await error_of(queue.do("RemovePermission", Label="l"))
    assert error.message == "Value l for parameter Label is invalid. Reason: can't find label."
    error = await error_of(queue.do("AddPermission", **(request | {"Actions": ["Nope"]})))
    assert error.message.startswith("Value SQS:Nope for parameter ActionName is invalid.")
    many = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
            "PurgeQueue", "*"]  # fmt: skip
    assert (await error_of(queue.do("AddPermission", **(request | {"Actions": many})))).code == "OverLimit"

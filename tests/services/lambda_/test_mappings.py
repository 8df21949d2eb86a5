"""Event source mappings of SQS: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:orders"


async def orders(cloud, name="orders", **attributes):
    answer = await cloud(
        "sqs", "CreateQueue", QueueName=name, Attributes={"VisibilityTimeout": "60", **attributes}
    )
    return answer["QueueUrl"]


async def send(cloud, url, *bodies, **members):
    for body in bodies:
        await cloud.start("sqs", "SendMessage", QueueUrl=url, MessageBody=body, **members)


async def counts(cloud, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = await cloud.start("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=names)
    return tuple(int(answer["Attributes"][name]) for name in names)


async def map_queue(cloud, **members):
    request = {"EventSourceArn": QUEUE_ARN, "FunctionName": "fn"} | members
    return await cloud("lambda", "CreateEventSourceMapping", **request)


async def test_a_message_reaches_the_function_and_is_deleted(cloud, functions):
    url = await orders(cloud)
    await functions.create()
    made = await map_queue(cloud)

    await send(cloud, url, "hello", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    await cloud.settle()

    (record,) = functions.events[0]["Records"]
    assert (record["body"], record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == (
        "hello", "aws:sqs", QUEUE_ARN, "us-east-1",
    )  # fmt: skip
    assert record["messageAttributes"] == {
        "a": {"stringValue": "b", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert made["State"] == "Creating"
    assert await counts(cloud, url) == (0, 0)

"""Messages of standard queues: send, receive, delete, hide."""


async def test_a_sent_message_is_received_with_its_digests(cloud):
    url = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    sent = await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="hello")
    got = (await cloud("sqs", "ReceiveMessage", QueueUrl=url))["Messages"][0]
    assert (got["MessageId"], got["Body"]) == (sent["MessageId"], "hello")
    assert got["MD5OfBody"] == sent["MD5OfMessageBody"] == "5d41402abc4b2a76b9719d911017c592"


async def test_a_received_message_is_hidden_until_its_visibility_timeout_ends(cloud):
    url = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    assert (await cloud("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]
    assert await cloud("sqs", "ReceiveMessage", QueueUrl=url) == {}
    await cloud.clock.advance(29_999)
    assert await cloud("sqs", "ReceiveMessage", QueueUrl=url) == {}
    await cloud.clock.advance(1)
    assert (await cloud("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]


async def test_a_long_poll_ends_when_a_hidden_message_comes_back(cloud):
    url = (await cloud("sqs", "CreateQueue", QueueName="q", Attributes={"VisibilityTimeout": "5"}))[
        "QueueUrl"
    ]
    await cloud("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    await cloud("sqs", "ReceiveMessage", QueueUrl=url)
    start_ms = cloud.clock.now_ms()
    got = await cloud("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
    assert len(got["Messages"]) == 1
    assert cloud.clock.now_ms() - start_ms == 5_000


async def test_a_long_poll_without_messages_ends_after_its_wait_time(cloud):
    url = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    start_ms = cloud.clock.now_ms()
    assert await cloud("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20) == {}
    assert cloud.clock.now_ms() - start_ms == 20_000

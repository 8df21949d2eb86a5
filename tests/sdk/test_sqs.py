"""SQS as boto3 sees it, over a real socket; and the query protocol, by hand."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cloudchamber.aws import Cloud, Settings
from cloudchamber.clock import SystemClock
from cloudchamber.gateway import Front, Server
from cloudchamber.kv import SqliteStore

pytestmark = pytest.mark.sdk


@pytest.fixture
async def port():
    server = Server("127.0.0.1", 0)
    server.bind()
    cloud = Cloud(
        SqliteStore(None), SystemClock(0), {"sqs": "cloudchamber.services.sqs"}, Settings(port=server.port)
    )
    await cloud.start()
    await server.start(Front(cloud).handle)
    yield server.port
    await server.stop()
    await cloud.stop()


async def beside(work: Callable[[], Any]) -> Any:
    """Blocking work of a client, beside the loop that serves it."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


def client_of(port: int) -> Any:
    return boto3.client(
        "sqs",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="123456789012",
        aws_secret_access_key="x",
        config=Config(retries={"max_attempts": 0}),
    )


async def test_boto3_sends_receives_and_deletes(port):
    def scenario():
        sqs = client_of(port)
        url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"}, tags={"a": "b"})[
            "QueueUrl"
        ]
        attributes = {"n": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
        sent = sqs.send_message(QueueUrl=url, MessageBody="hällo", MessageAttributes=attributes)
        got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=1)["Messages"][
            0
        ]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        sqs.close()
        assert (got["Body"], got["MessageId"]) == ("hällo", sent["MessageId"])
        assert got["MessageAttributes"]["n"]["BinaryValue"] == b"\x00\xff"
        assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
        assert left["ApproximateNumberOfMessagesNotVisible"] == "0"

    await beside(scenario)


async def test_boto3_knows_the_errors_by_name_and_by_the_code_of_old(port):
    def scenario():
        sqs = client_of(port)
        with pytest.raises(sqs.exceptions.QueueDoesNotExist) as raised:
            sqs.get_queue_url(QueueName="none")
        assert raised.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
        assert raised.value.response["Error"]["Message"] == "The specified queue does not exist."
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        with pytest.raises(ClientError) as unknown:
            sqs.create_queue(QueueName="q", Attributes={"Nope": "1"})
        assert unknown.value.response["Error"]["Code"] == "InvalidAttributeName"
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        with pytest.raises(sqs.exceptions.EmptyBatchRequest):
            sqs.send_message_batch(QueueUrl=url, Entries=[])
        sqs.close()

    await beside(scenario)


def query(port: int, path: str = "/", **members: str) -> tuple[int, str]:
    body = urlencode({"Version": "2012-11-05", **members}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


async def test_the_query_protocol_is_still_spoken(port):
    def scenario():
        created = query(
            port,
            Action="CreateQueue",
            QueueName="q",
            **{"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0"},
        )
        assert created[0] == 200
        assert f"<QueueUrl>http://localhost:{port}/000000000000/q</QueueUrl>" in created[1]
        sent = query(port, "/000000000000/q", Action="SendMessage", MessageBody="hello")
        assert "<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592</MD5OfMessageBody>" in sent[1]
        got = query(port, "/000000000000/q", Action="ReceiveMessage", **{"AttributeName.1": "All"})
        assert "<Body>hello</Body>" in got[1]
        assert "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>" in got[1]
        missing = query(port, "/000000000000/none", Action="SendMessage", MessageBody="hello")
        assert missing[0] == 400
        assert "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in missing[1]
        assert query(port, Action="Nonsense")[0] == 400

    await beside(scenario)

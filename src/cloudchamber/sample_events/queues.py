"""Amazon SQS, Amazon SNS and Amazon MQ."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Arn
from cloudchamber.aws.queue_records import queue_record
from cloudchamber.sample_events.encodings import base64_of, bytes_of, md5_of, sha256_of, text_of
from cloudchamber.sample_events.kinds import JsonObject, SampleRefused, source
from cloudchamber.sample_events.origin import Origin


def receive_message(
    origin: Origin,
    *,
    queue_name: str = "MyQueue",
    body: str = "Hello from SQS!",
    message_attributes: JsonObject = "{}",
    count: int = 1,
    receive_count: int = 1,
) -> dict[str, Any]:
    """Messages of a standard queue.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
    """
    records = [
        _queue_record(origin, queue_name, body, _received(origin, receive_count), message_attributes)
        for _ in range(count)
    ]
    return {"Records": records}


def fifo(
    origin: Origin,
    *,
    queue_name: str = "MyQueue.fifo",
    body: str = "Hello from SQS!",
    message_group_id: str = "1",
    deduplication_id: str = "",
    count: int = 1,
    receive_count: int = 1,
) -> dict[str, Any]:
    """Messages of a FIFO queue. Without a deduplication id: the content-based one.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#sqs-fifo-queue-message-event
    """
    records: list[dict[str, Any]] = []
    for number in range(count):
        attributes = _received(origin, receive_count) | {
            "SequenceNumber": str(18_849_496_460_467_696_128 + 256 * number),
            "MessageGroupId": message_group_id,
            "MessageDeduplicationId": deduplication_id or sha256_of(body),
        }
        records.append(_queue_record(origin, queue_name, body, attributes, {}))
    return {"Records": records}


def _received(origin: Origin, receive_count: int) -> dict[str, str]:
    return {
        "ApproximateReceiveCount": str(receive_count),
        "SentTimestamp": str(origin.at_ms),
        "SenderId": f"AIDA{origin.upper(17)}",
        "ApproximateFirstReceiveTimestamp": str(origin.at_ms + 1),
    }


def _queue_record(
    origin: Origin, queue: str, body: str, attributes: dict[str, str], message_attributes: dict[str, Any]
) -> dict[str, Any]:
    from cloudchamber.services.sqs.rules import attributes_md5

    typed = {name: _typed(name, value) for name, value in message_attributes.items()}
    arn = Arn.parse(origin.arn("sqs", queue))
    assert arn, "an ARN made of its parts is one"
    message = {
        "MessageId": origin.uuid(),
        "ReceiptHandle": f"AQEB{origin.token(172)}==",
        "Body": body,
        "Attributes": attributes,
        "MessageAttributes": typed,
        "MD5OfBody": md5_of(body),
        "MD5OfMessageAttributes": attributes_md5(typed),
    }
    return queue_record(message, arn)


def _typed(name: str, value: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html"""
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    if isinstance(value, dict) and "DataType" in value:
        if isinstance(value.get("StringValue"), str):
            return value
        if isinstance(value.get("BinaryValue"), str):
            return value | {"BinaryValue": bytes_of(value["BinaryValue"])}
    shown = '{"DataType": "Number", "StringValue": "1"}'
    raise SampleRefused(
        f"The message attribute {name} is neither a text nor written as SQS does, as {shown}."
    )


def notification(
    origin: Origin,
    *,
    topic: str = "ExampleTopic",
    subject: str = "example subject",
    message: str = "example message",
    message_attributes: JsonObject = '{"Test": "TestString", "TestBinary": {"Type": "Binary", "Value": "VGVzdEJpbmFyeQ=="}}',
) -> dict[str, Any]:
    """A notification of a standard topic.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    """
    told = _notification(origin, topic, subject, message, message_attributes)
    told = {"Subject": None, "MessageAttributes": {}} | told
    told["SigningCertUrl"], told["UnsubscribeUrl"] = told.pop("SigningCertURL"), told.pop("UnsubscribeURL")
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{told['TopicArn']}:{origin.uuid()}",
        "Sns": told,
    }
    return {"Records": [record]}


def by_queue(
    origin: Origin,
    *,
    topic: str = "ExampleTopic",
    queue_name: str = "MyQueue",
    subject: str = "example subject",
    message: str = "example message",
    message_attributes: JsonObject = "{}",
) -> dict[str, Any]:
    """A notification that comes by a queue, in its envelope.

    https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
    """
    told = _notification(origin, topic, subject, message, message_attributes)
    return receive_message(origin, queue_name=queue_name, body=text_of(told), message_attributes={}, count=1)


def by_fifo_queue(
    origin: Origin,
    *,
    topic: str = "ExampleTopic.fifo",
    queue_name: str = "MyQueue.fifo",
    message: str = "example message",
    message_group_id: str = "1",
    deduplication_id: str = "",
) -> dict[str, Any]:
    """A notification of a FIFO topic, which comes by a FIFO queue, in its envelope.

    https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html
    """
    told = _notification(origin, topic, "", message, {}) | {"SequenceNumber": "10000000000000000000"}
    for member in (
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
    ):  # messages of FIFO topics are not signed
        del told[member]
    return fifo(
        origin,
        queue_name=queue_name,
        body=text_of(told),
        message_group_id=message_group_id,
        deduplication_id=deduplication_id or sha256_of(message),
    )


def _notification(
    origin: Origin, topic: str, subject: str, message: str, attributes: dict[str, Any]
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html#http-notification-json"""
    arn = origin.arn("sns", topic)
    endpoint = f"https://sns.{origin.region}.{origin.domain}/"
    told: dict[str, Any] = {"Type": "Notification", "MessageId": origin.uuid(), "TopicArn": arn}
    if subject:
        told["Subject"] = subject
    told |= {
        "Message": message,
        "Timestamp": origin.millisecond(),
        "SignatureVersion": "1",
        "Signature": f"{origin.token(342)}==",
        "SigningCertURL": f"{endpoint}SimpleNotificationService-{origin.hex(32)}.pem",
        "UnsubscribeURL": f"{endpoint}?Action=Unsubscribe&SubscriptionArn={arn}:{origin.uuid()}",
    }
    if attributes:
        told["MessageAttributes"] = {name: _told(name, value) for name, value in attributes.items()}
    return told


def _told(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"Type": "String", "Value": value}
    if isinstance(value, dict) and value.keys() == {"Type", "Value"}:
        return value
    shown = '{"Type": "Number", "Value": "1"}'
    raise SampleRefused(
        f"The message attribute {name} is neither a text nor written as SNS does, as {shown}."
    )


def active_mq(
    origin: Origin, *, broker: str = "MyBroker", queue_name: str = "testQueue", data: str = "Hello from MQ!"
) -> dict[str, Any]:
    """A text message of an ActiveMQ broker.

    https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html#services-mq-events
    """
    sender = f"ID:b-{origin.uuid()}-1.mq.{origin.region}.{origin.domain}-{origin.digits(5)}"
    message = {
        "messageID": f"{sender}-2:1:1:1:1",
        "messageType": "jms/text-message",
        "deliveryMode": 1,
        "replyTo": None,
        "type": None,
        "expiration": "60000",
        "priority": 1,
        "correlationId": "myJMSCoID",
        "redelivered": False,
        "destination": {"physicalName": queue_name},
        "data": base64_of(data),
        "timestamp": origin.at_ms,
        "brokerInTime": origin.at_ms,
        "brokerOutTime": origin.at_ms + 2,
        "properties": {"index": "1", "doAlarm": "false", "myCustomProperty": "value"},
    }
    return {"eventSource": "aws:mq", "eventSourceArn": _broker_arn(origin, broker), "messages": [message]}


def rabbit_mq(
    origin: Origin,
    *,
    broker: str = "MyBroker",
    queue_name: str = "testQueue",
    virtual_host: str = "/",
    data: str = '{"timeout":0,"data":"CZrmf0Gw8Ov4bqLQxD4E"}',
) -> dict[str, Any]:
    """A message of a RabbitMQ broker.

    https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html#services-mq-events
    """
    header = list(b"value1")
    message = {
        "basicProperties": {
            "contentType": "text/plain",
            "contentEncoding": None,
            "headers": {"header1": {"bytes": header}, "numberInHeader": 10},
            "deliveryMode": 1,
            "priority": 34,
            "correlationId": None,
            "replyTo": None,
            "expiration": "60000",
            "messageId": None,
            "timestamp": origin.shown("%b %-d, %Y, %-I:%M:%S %p"),
            "type": None,
            "userId": "AIDACKCEVSQ6C2EXAMPLE",
            "appId": None,
            "clusterId": None,
            "bodySize": len(data.encode()),
        },
        "redelivered": False,
        "data": base64_of(data),
    }
    return {
        "eventSource": "aws:rmq",
        "eventSourceArn": _broker_arn(origin, broker),
        "rmqMessagesByQueue": {f"{queue_name}::{virtual_host}": [message]},
    }


def _broker_arn(origin: Origin, broker: str) -> str:
    return origin.arn("mq", f"broker:{broker}:b-{origin.uuid()}")


SQS = source("sqs", "Amazon SQS", {"receive-message": receive_message, "fifo": fifo})
SNS = source(
    "sns", "Amazon SNS", {"notification": notification, "by-queue": by_queue, "by-fifo-queue": by_fifo_queue}
)
MQ = source("mq", "Amazon MQ", {"active-mq": active_mq, "rabbit-mq": rabbit_mq})

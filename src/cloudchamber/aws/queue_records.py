"""A message of a queue as consumers inside AWS are given it: event source mappings and pipes.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
"""

from __future__ import annotations

import base64
from typing import Any

from cloudchamber.aws.arn import Arn


def queue_record(message: dict[str, Any], source: Arn) -> dict[str, Any]:
    """What ReceiveMessage answers of one message, as a record of `source`."""
    record: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes") or {},
        "messageAttributes": {
            name: _attribute(value) for name, value in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": str(source),
        "awsRegion": source.region,
    }
    if message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if value.get("StringValue") is not None:
        made["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        made["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return made

"""Sends what the outbox's stream tells, from the first that failed on again. The FIFO queue takes an id once in five minutes."""

import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        try:
            send(record["dynamodb"]["NewImage"])
        except Exception as error:  # noqa: BLE001 - the stream is taken up again from here
            print(json.dumps({"failed": repr(error)}))
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def send(item: dict) -> None:
    sqs.send_message(
        QueueUrl=os.environ["SHIPPING_URL"],
        MessageBody=item["message"]["S"],
        MessageGroupId=item["group"]["S"],
        MessageDeduplicationId=item["id"]["S"],
    )

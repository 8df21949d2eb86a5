"""Sends what could not be delivered to its queue once more. Enabled by hand, when the cause is gone."""

import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        why = {name: value["stringValue"] for name, value in record["messageAttributes"].items()}
        try:
            sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=record["body"])
            print(json.dumps({"again": json.loads(record["body"])["id"], "error": why.get("ERROR_CODE")}))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this record's alone
            print(f"failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

"""Publishes what the outbox's stream tells, in order, until the bus has taken it.

An event may be published twice, when an answer is lost; it carries the outbox's id for consumers to tell.
"""

import json
import os

import boto3

events = boto3.client("events")


def handler(event, context):
    for record in event["Records"]:
        try:
            publish(record["dynamodb"]["NewImage"])
        except Exception as error:  # noqa: BLE001 - the stream is taken up again from here
            print(json.dumps({"failed": repr(error)}))
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def publish(item: dict) -> None:
    detail = {"outboxId": item["id"]["S"], **json.loads(item["detail"]["S"])}
    entry = {
        "EventBusName": os.environ["BUS_NAME"],
        "Source": "shop.orders",
        "DetailType": item["type"]["S"],
        "Detail": json.dumps(detail),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(answer["Entries"][0]["ErrorMessage"])

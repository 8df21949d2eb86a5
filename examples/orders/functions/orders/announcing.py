"""Tells the bus of each order that was stored, as the table's stream tells it: again, until the bus has taken it."""

import json
import os

import boto3
import orders
from aws_lambda_powertools import Logger
from boto3.dynamodb.types import TypeDeserializer

logger = Logger()
events = boto3.client("events")
value_of = TypeDeserializer().deserialize


@logger.inject_lambda_context
def handler(event, context):
    placed = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    entries = [
        {
            "EventBusName": os.environ["BUS_NAME"],
            "Source": "orders",
            "DetailType": "OrderPlaced",
            "Detail": json.dumps(orders.plain({name: value_of(value) for name, value in image.items()})),
        }
        for image in placed
    ]
    answer = events.put_events(Entries=entries)
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{answer['FailedEntryCount']} of {len(entries)} orders could not be told.")

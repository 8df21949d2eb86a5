"""Books places in a warehouse whose table may be overloaded. A circuit breaker spares it for a while; nothing is dropped."""

import json
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ONCE = Config(retries={"total_max_attempts": 1})  # the queue tries again, not the SDK
dynamodb = boto3.resource("dynamodb", config=ONCE).meta.client  # takes and gives plain values
BREAKER, OPEN_SECONDS = "warehouse", 30


class CircuitOpen(Exception):
    """The warehouse is left alone for now: the message goes back to the queue, which is what queues are for."""


def handler(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        booking = {"id": body["id"], "pallets": body["pallets"]}
        if is_open():
            raise CircuitOpen(booking["id"])
        try:
            dynamodb.put_item(TableName=os.environ["BOOKINGS_TABLE"], Item=booking)
        except ClientError as error:
            # A message that is at fault itself says nothing about the warehouse.
            if error.response["Error"]["Code"] != "ValidationException":
                trip()
            raise


def is_open() -> bool:
    """Whether to leave the warehouse alone. After its time the breaker is half open: a call may try, and may trip it again."""
    answer = dynamodb.get_item(
        TableName=os.environ["BREAKERS_TABLE"], Key={"id": BREAKER}, ConsistentRead=True
    )
    return "Item" in answer and answer["Item"]["openUntil"] > int(time.time())


def trip() -> None:
    until = int(time.time()) + OPEN_SECONDS
    dynamodb.put_item(TableName=os.environ["BREAKERS_TABLE"], Item={"id": BREAKER, "openUntil": until})

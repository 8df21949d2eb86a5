"""Books places in a warehouse whose table may be overloaded. A circuit breaker spares it: after an error it is left alone."""

import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ONCE = Config(retries={"total_max_attempts": 1})  # the queue tries again, not the SDK
dynamodb = boto3.resource("dynamodb", config=ONCE).meta.client  # takes and gives plain values
circuit_open = False  # module state: kept between invocations while the environment is warm


def handler(event, context):
    global circuit_open  # noqa: PLW0603 - this is what it is about
    for record in event["Records"]:
        body = json.loads(record["body"])
        booking = {"id": body["id"], "pallets": body["pallets"]}
        if circuit_open:
            print(json.dumps({"circuit open, dropped": booking["id"]}))
            continue
        try:
            dynamodb.put_item(TableName=os.environ["BOOKINGS_TABLE"], Item=booking)
        except ClientError:
            circuit_open = True
            raise

"""Does tasks. A task that comes twice ends as it did the first time."""

import json
import os
import time

import boto3
from records import each

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def do(message: dict) -> None:
    began = time.time()
    result = sum(message["task"]["numbers"])
    time.sleep(message["task"].get("seconds", 0))  # stands for real work
    table.update_item(
        Key={"id": message["id"]},
        UpdateExpression="SET #status = :done, #result = :result",
        ExpressionAttributeNames={"#status": "status", "#result": "result"},
        ExpressionAttributeValues={":done": "DONE", ":result": result},
    )
    print(json.dumps({"id": message["id"], "from": began, "to": time.time()}))


def handler(event, context):
    return each(event, do)

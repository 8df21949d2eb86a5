"""POST /tasks takes a task and answers 202 at once; GET /tasks/{id} tells how it stands."""

import base64
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
sqs = boto3.client("sqs")


def handler(event, context):
    if event["requestContext"]["http"]["method"] == "GET":
        return show(event["pathParameters"]["id"])
    body = event.get("body") or "{}"
    task = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    task_id = event["requestContext"]["requestId"]
    table.put_item(Item={"id": task_id, "status": "WAITING"})
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps({"id": task_id, "task": task}))
    return answer(202, {"id": task_id, "status": "WAITING"})


def show(task_id: str) -> dict:
    item = table.get_item(Key={"id": task_id}, ConsistentRead=True).get("Item")
    return answer(200, item) if item else answer(404, {"message": "There is no such task."})


def answer(status: int, body: dict) -> dict:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, default=str),
    }

"""Marks what was tried often enough as failed."""

import os

import boto3
from records import each

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def give_up(message: dict) -> None:
    table.update_item(
        Key={"id": message["id"]},
        UpdateExpression="SET #status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":failed": "FAILED"},
    )


def handler(event, context):
    return each(event, give_up)

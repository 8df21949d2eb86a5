"""Places an order: writes it, then tells shipping. An order that exists was placed before: nothing is left to do."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client  # takes and gives plain values
sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        if write(order):
            tell_shipping(order)


def write(order: dict) -> bool:
    try:
        dynamodb.put_item(
            TableName=os.environ["ORDERS_TABLE"],
            Item=order,
            ConditionExpression="attribute_not_exists(id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        print(json.dumps({"placed before": order["id"]}))
        return False
    return True


def tell_shipping(order: dict) -> None:
    sqs.send_message(
        QueueUrl=os.environ["SHIPPING_URL"],
        MessageBody=json.dumps({"type": "OrderPlaced", **order}),
        MessageGroupId=order["id"],
        MessageDeduplicationId=f"OrderPlaced-{order['id']}",
    )
